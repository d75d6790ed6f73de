/* SPDX-License-Identifier: MIT */
/* target.c - each target is one block of memory: its labels, then strings. */
#include "plugins/llm_probe/target.h"

#include <stdlib.h>
#include <string.h>

static size_t strings_size(const struct target *t)
{
    size_t size = strlen(t->id) + strlen(t->url) + strlen(t->name) +
                  strlen(t->host) + strlen(t->series) + 5;

    for (size_t i = 0; i < t->nlabels; i++)
        size += strlen(t->labels[i].name) + strlen(t->labels[i].value) + 2;
    return size;
}

static const char *place(char **at, const char *s)
{
    char *copy = *at;

    *at = stpcpy(copy, s) + 1;
    return copy;
}

static bool copy_target(struct target *out, const struct target *t)
{
    size_t labels_size = t->nlabels * sizeof t->labels[0];
    struct llmreg_label *labels = malloc(labels_size + strings_size(t));
    char *at = (char *)labels + labels_size;

    if (labels == NULL)
        return false;
    *out = *t;
    out->labels = labels;
    out->id = place(&at, t->id);
    out->url = place(&at, t->url);
    out->name = place(&at, t->name);
    out->host = place(&at, t->host);
    out->series = place(&at, t->series);
    for (size_t i = 0; i < t->nlabels; i++) {
        labels[i].name = place(&at, t->labels[i].name);
        labels[i].value = place(&at, t->labels[i].value);
    }
    return true;
}

int targets_add(struct targets *list, const struct target *t)
{
    size_t room = list->room == 0 ? 16 : list->room * 2;
    struct target *items = list->items;

    if (list->count == list->room) {
        items = realloc(list->items, room * sizeof *items);
        if (items == NULL)
            return LLMREG_ENOMEM;
        list->items = items;
        list->room = room;
    }
    if (!copy_target(&items[list->count], t))
        return LLMREG_ENOMEM;
    list->count++;
    return LLMREG_OK;
}

static void free_block(const struct target *t)
{
    union {
        const struct llmreg_label *in;
        void *out;
    } block = {.in = t->labels};

    free(block.out);
}

void targets_fini(struct targets *list)
{
    for (size_t i = 0; i < list->count; i++)
        free_block(&list->items[i]);
    free(list->items);
    *list = (struct targets){0};
}

struct llmreg_spec target_spec(const struct target *t, const char *origin,
                               int64_t interval_ms)
{
    return (struct llmreg_spec){
        .id = t->id,
        .url = t->url,
        .name = t->name,
        .host = t->host,
        .series = t->series,
        .origin = origin,
        .kind = t->kind,
        .source = LLMREG_SOURCE_STATIC,
        .priority = t->priority,
        .interval_ms = interval_ms,
        .labels = t->labels,
        .nlabels = t->nlabels,
    };
}
