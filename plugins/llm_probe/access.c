/* SPDX-License-Identifier: MIT */
/* access.c - found by a walk: configurations name hundreds at most, and an
 * endpoint is looked up once, when probing it begins. */
#include "plugins/llm_probe/access.h"

#include <string.h>

const struct access *access_find(const struct access_list *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].id, id) == 0)
            return &list->items[i];
    return NULL;
}
