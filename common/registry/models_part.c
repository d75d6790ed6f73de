/* SPDX-License-Identifier: MIT */
/* models_part.c - lists of models in one block, and what differs in two. */
#include "common/registry/models_part.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/registry.h>

#include "common/domain/models.h"

/* ---- making one ---- */

#define FEW 32 /* sorted faster by insertion, and without an allocation */

/* By name, and in the order given where the name is the same. */
static int by_name(const void *left, const void *right)
{
    const struct model_draft *a = left, *b = right;
    int order = strcmp(a->model->name, b->model->name);

    if (order != 0)
        return order;
    return a->model < b->model ? -1 : a->model > b->model;
}

/* As it has to be in the end: sorted, and no name twice. */
static bool is_proper(const struct model_draft *list, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (strcmp(list[i - 1].model->name, list[i].model->name) >= 0)
            return false;
    return true;
}

/* Most lists are short. */
static void sort(struct model_draft *list, size_t count)
{
    if (count > FEW) {
        qsort(list, count, sizeof *list, by_name);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        const struct model_draft d = list[i];
        size_t k = i;
        for (; k > 0 && by_name(&list[k - 1], &d) > 0; k--)
            list[k] = list[k - 1];
        list[k] = d;
    }
}

/* Drops all but the first of each name; returns what is left. */
static size_t unique(struct model_draft *list, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (kept == 0 ||
            strcmp(list[kept - 1].model->name, list[i].model->name) != 0)
            list[kept++] = list[i];
    return kept;
}

/* After the list was sorted: which texts does the model before have, too? */
static void share(struct model_draft *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        list[i].shared = 0;
        list[i].room = 0;
        for (size_t k = 0; k < MODEL_TEXTS; k++)
            if (i > 0 &&
                model_shares(&list[i - 1], k, model_text(list[i].model, k),
                             list[i].length[k]))
                list[i].shared |= (uint16_t)(1U << k);
            else if (list[i].length[k] > 0)
                list[i].room += list[i].length[k] + 1U;
    }
}

static void pack_one(struct llmreg_model *m, const struct model_draft *d,
                     char **at)
{
    *m = *d->model;
    for (size_t k = 0; k < MODEL_TEXTS; k++) {
        size_t length = d->length[k];
        if (length == 0) {
            model_set_text(m, k, "");
        } else if (d->shared & 1U << k) {
            model_set_text(m, k, model_text(m - 1, k));
        } else {
            model_set_text(m, k, memcpy(*at, model_text(m, k), length + 1));
            *at += length + 1;
        }
    }
}

static struct models_part *pack(const struct model_draft *list, size_t count)
{
    size_t room = count * sizeof(struct llmreg_model);

    for (size_t i = 0; i < count; i++)
        room += list[i].room;
    struct models_part *p = malloc(sizeof *p + room);
    if (p == NULL)
        return NULL;
    part_init(&p->part);
    p->loaded = 0;
    char *at = (char *)(p->items + count);
    for (size_t i = 0; i < count; i++) {
        pack_one(&p->items[i], &list[i], &at);
        p->loaded += p->items[i].loaded == LLMREG_YES;
    }
    return p;
}

/* list has room for all of them. */
static int draw_up(struct models_part **out, struct model_draft *list,
                   const struct llmreg_models *models)
{
    size_t count = models->count;

    for (size_t i = 0; i < count; i++) {
        list[i].model = &models->items[i];
        int rc = model_check(&list[i], i == 0 ? NULL : &list[i - 1], NULL);
        if (rc != LLMREG_OK)
            return rc;
    }
    if (!is_proper(list, count)) { /* as few are */
        sort(list, count);
        count = unique(list, count);
        share(list, count);
    }
    struct models_part *p = pack(list, count);
    if (p == NULL)
        return LLMREG_ENOMEM;
    p->models = *models;
    p->models.items = p->items;
    p->models.count = count;
    *out = p;
    return LLMREG_OK;
}

int models_part_new(struct models_part **out,
                    const struct llmreg_models *models)
{
    struct model_draft few[FEW], *many;

    if (models->count > LLMREG_MODELS_MAX)
        return LLMREG_EINVAL;
    if (models->count <= FEW)
        return draw_up(out, few, models);
    many = malloc(models->count * sizeof *many);
    if (many == NULL)
        return LLMREG_ENOMEM;
    int rc = draw_up(out, many, models);
    free(many);
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
                      struct tally by)
{
    if (p->loaded == 0)
        return;
    for (size_t i = 0; i < p->models.count; i++)
        if (p->items[i].loaded == LLMREG_YES)
            index_add(&links[i], by);
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

#define SHOWN 128 /* names of one change; more would not be read */

/* The models of which one change is true. */
struct pile {
    size_t count;
    const char *names[SHOWN];
};

static void put(struct pile *p, const char *name)
{
    if (p->count < SHOWN)
        p->names[p->count] = name;
    p->count++;
}

/* Walks both sorted lists at once. */
static void sort_out(const struct llmreg_models *before,
                     const struct llmreg_models *after,
                     struct pile piles[static CHANGES])
{
    const struct llmreg_model *b = before->items, *a = after->items;
    const struct llmreg_model *b_end = b + before->count;
    const struct llmreg_model *a_end = a + after->count;

    while (b < b_end || a < a_end) {
        int order = b == b_end ? 1 : a == a_end ? -1 : strcmp(b->name, a->name);
        if (order > 0)
            put(&piles[ADDED], a->name);
        else if (order < 0)
            put(&piles[REMOVED], b->name);
        else if (!is_alike(b, a))
            put(&piles[CHANGED], a->name);
        b += order <= 0;
        a += order >= 0;
    }
}

/* ", name", in one go: lists are long. */
static void add_next(struct llmreg_text *out, const char *name)
{
    size_t length = strlen(name);
    char *at = out->data + out->len;

    if (out->failed || length + 2 > out->size - 1 - out->len) {
        out->failed = true;
        return;
    }
    at[0] = ',';
    at[1] = ' ';
    memcpy(at + 2, name, length + 1);
    out->len += length + 2;
}

static void tell(struct llmreg_text *out, const char *word,
                 const struct pile *p)
{
    if (p->count == 0)
        return;
    if (out->len > 0)
        llmreg_text_add(out, "; ");
    llmreg_text_add(out, word);
    llmreg_text_add(out, p->names[0]);
    for (size_t i = 1; i < p->count && i < SHOWN && !out->failed; i++)
        add_next(out, p->names[i]);
    out->failed = out->failed || p->count > SHOWN;
}

void models_part_diff(const struct llmreg_models *before,
                      const struct llmreg_models *after,
                      struct llmreg_text *out)
{
    static const char *const words[CHANGES] = {"added ", "removed ",
                                               "changed "};
    struct pile piles[CHANGES];

    for (int c = ADDED; c < CHANGES; c++)
        piles[c].count = 0;
    sort_out(before, after, piles);
    for (int c = ADDED; c < CHANGES; c++)
        tell(out, words[c], &piles[c]);
}
