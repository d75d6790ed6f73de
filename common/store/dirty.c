/* SPDX-License-Identifier: MIT */
/* dirty.c - a table from ids to a few bits, which are kept in the pointer. */
#include "common/store/dirty.h"

#include <stdlib.h>

#include <llmreg/table.h>

struct dirty {
    struct llmreg_table *parts;
};

int dirty_new(struct dirty **out)
{
    struct dirty *d = calloc(1, sizeof *d);
    int rc = LLMREG_ENOMEM;

    if (d == NULL)
        goto done;
    rc = llmreg_table_new(&d->parts);
    if (rc != LLMREG_OK)
        goto done;
    *out = d;
    d = NULL; /* now the caller's */
done:
    dirty_free(d);
    return rc;
}

void dirty_free(struct dirty *d)
{
    if (d == NULL)
        return;
    llmreg_table_free(d->parts);
    free(d);
}

int dirty_mark(struct dirty *d, const char *id, unsigned parts)
{
    unsigned old = (unsigned)(uintptr_t)llmreg_table_get(d->parts, id);

    if ((old | parts) == old)
        return LLMREG_OK;
    if (old != 0)
        llmreg_table_remove(d->parts, id);
    return llmreg_table_add(d->parts, id, (void *)(uintptr_t)(old | parts));
}

size_t dirty_count(const struct dirty *d)
{
    return llmreg_table_count(d->parts);
}

bool dirty_next(const struct dirty *d, size_t *cursor, const char **id,
                unsigned *parts)
{
    void *value = NULL;
    bool found = llmreg_table_next(d->parts, cursor, id, &value);

    *parts = (unsigned)(uintptr_t)value;
    return found;
}

void dirty_clear(struct dirty *d)
{
    size_t cursor = 0;
    const char *id;
    void *value;

    while (llmreg_table_next(d->parts, &cursor, &id, &value))
        llmreg_table_remove(d->parts, id);
}
