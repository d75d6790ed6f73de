/* SPDX-License-Identifier: MIT */
/* pile.c - an array that doubles. */
#include "common/service/pile.h"

#include <stdlib.h>
#include <string.h>

static int make_room(struct pile *p)
{
    size_t room = p->room == 0 ? 64 : 2 * p->room;
    struct pile_item *items;

    if (p->count < p->room)
        return LLMREG_OK;
    items = realloc(p->items, room * sizeof(*items));
    if (items == NULL)
        return LLMREG_ENOMEM;
    p->items = items;
    p->room = room;
    return LLMREG_OK;
}

void pile_add(struct pile *p, enum llmreg_rule_id rule, const char *subject)
{
    size_t size = strlen(subject) + 1;
    char *copy = malloc(size);

    if (copy == NULL || make_room(p) != LLMREG_OK) {
        p->lacks = true;
        free(copy);
        return;
    }
    memcpy(copy, subject, size);
    p->items[p->count++] = (struct pile_item){rule, copy};
}

void pile_clear(struct pile *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->items[i].subject);
    free(p->items);
    *p = (struct pile){0};
}
