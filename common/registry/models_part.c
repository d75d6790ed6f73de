/* SPDX-License-Identifier: MIT */
/* models_part.c - lists of models in one block, and what differs in two. */
#include "common/registry/models_part.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/registry.h>

/* The strings of a model; a new one is a row here. */
static const size_t strings[] = {
    offsetof(struct llmreg_model, name),
    offsetof(struct llmreg_model, digest),
    offsetof(struct llmreg_model, family),
    offsetof(struct llmreg_model, parameter_size),
    offsetof(struct llmreg_model, quantization),
};

#define STRINGS (sizeof strings / sizeof strings[0])

static const char *get(const struct llmreg_model *m, size_t i)
{
    const char *s;

    memcpy(&s, (const char *)m + strings[i], sizeof s);
    return s;
}

static void set(struct llmreg_model *m, size_t i, const char *s)
{
    memcpy((char *)m + strings[i], &s, sizeof s);
}

/* ---- making one ---- */

/* By name, and in the order given where the name is the same. */
static int by_name(const void *left, const void *right)
{
    const struct llmreg_model *const *a = left, *const *b = right;
    int order = strcmp((*a)->name, (*b)->name);

    if (order != 0)
        return order;
    return *a < *b ? -1 : *a > *b;
}

/* Sorts, and drops all but the first of each name; returns what is left. */
static size_t sort_unique(const struct llmreg_model **list, size_t count)
{
    size_t kept = 0;

    qsort(list, count, sizeof *list, by_name);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || strcmp(list[kept - 1]->name, list[i]->name) != 0)
            list[kept++] = list[i];
    return kept;
}

static struct models_part *pack(const struct llmreg_model *const *list,
                                size_t count)
{
    size_t room = count * sizeof(struct llmreg_model);

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < STRINGS; k++)
            room += part_room(get(list[i], k));
    struct models_part *p = malloc(sizeof *p + room);
    if (p == NULL)
        return NULL;
    part_init(&p->part);
    p->loaded = 0;
    char *at = (char *)(p->items + count);
    for (size_t i = 0; i < count; i++) {
        p->items[i] = *list[i];
        for (size_t k = 0; k < STRINGS; k++)
            set(&p->items[i], k, part_pack(&at, get(list[i], k)));
        p->loaded += list[i]->loaded == LLMREG_YES;
    }
    return p;
}

int models_part_new(struct models_part **out,
                    const struct llmreg_models *models)
{
    const struct llmreg_model **list = NULL;
    struct models_part *p = NULL;
    size_t count = models->count;
    int rc = LLMREG_EINVAL;

    if (count > LLMREG_MODELS_MAX)
        goto done;
    for (size_t i = 0; i < count; i++)
        if (part_room(models->items[i].name) == 0)
            goto done;
    rc = LLMREG_ENOMEM;
    list = malloc((count + 1) * sizeof *list);
    if (list == NULL)
        goto done;
    for (size_t i = 0; i < count; i++)
        list[i] = &models->items[i];
    count = sort_unique(list, count);
    p = pack(list, count);
    if (p == NULL)
        goto done;
    p->models = *models;
    p->models.items = p->items;
    p->models.count = count;
    *out = p;
    rc = LLMREG_OK;
done:
    free(list);
    return rc;
}

struct models_part *models_part_of(const struct llmreg_models *models)
{
    return rcu_holder(models, struct models_part, models);
}

void llmreg_models_put(const struct llmreg_models *models)
{
    if (models != NULL)
        part_put(&models_part_of(models)->part);
}

/* ---- comparing two ---- */

_Static_assert(offsetof(struct llmreg_model, name) == 0,
               "the key comes first (index.h)");

struct index_keys models_part_keys(const struct llmreg_models *models)
{
    const struct index_keys keys = {models->items, sizeof models->items[0],
                                    models->count};

    return keys;
}

void models_part_mark(const struct models_part *p, const struct link *links,
                      int by)
{
    if (p->loaded == 0)
        return;
    for (size_t i = 0; i < p->models.count; i++)
        if (p->items[i].loaded == LLMREG_YES)
            index_mark(&links[i], by);
}

bool models_part_same_names(const struct llmreg_models *a,
                            const struct llmreg_models *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i].name, b->items[i].name) != 0)
            return false;
    return true;
}

enum change { ADDED, REMOVED, CHANGED, CHANGES };

static bool is_alike(const struct llmreg_model *a, const struct llmreg_model *b)
{
    const struct llmreg_models one = {.items = a, .count = 1};
    const struct llmreg_models two = {.items = b, .count = 1};

    return llmreg_models_alike(&one, &two);
}

/* The next model of which change is true, walking both sorted lists at once;
 * *i and *k are the places in before and after.  NULL at the end. */
static const struct llmreg_model *
find_change(const struct llmreg_models *before,
            const struct llmreg_models *after, enum change change, size_t *i,
            size_t *k)
{
    while (*i < before->count || *k < after->count) {
        const struct llmreg_model *b = before->items + *i;
        const struct llmreg_model *a = after->items + *k;
        int order = *i == before->count  ? 1
                    : *k == after->count ? -1
                                         : strcmp(b->name, a->name);
        *i += order <= 0;
        *k += order >= 0;
        if (change == ADDED && order > 0)
            return a;
        if (change == REMOVED && order < 0)
            return b;
        if (change == CHANGED && order == 0 && !is_alike(b, a))
            return a;
    }
    return NULL;
}

void models_part_diff(const struct llmreg_models *before,
                      const struct llmreg_models *after,
                      struct llmreg_text *out)
{
    static const char *const words[CHANGES] = {"added ", "removed ",
                                               "changed "};

    for (enum change c = ADDED; c < CHANGES; c++) {
        const char *join = words[c];
        const struct llmreg_model *m;
        size_t i = 0, k = 0;
        for (m = find_change(before, after, c, &i, &k); m != NULL;
             m = find_change(before, after, c, &i, &k)) {
            if (join == words[c] && out->len > 0)
                llmreg_text_add(out, "; ");
            llmreg_text_add(out, join);
            llmreg_text_add(out, m->name);
            join = ", ";
        }
    }
}
