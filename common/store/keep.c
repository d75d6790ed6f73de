/* SPDX-License-Identifier: MIT */
/* keep.c - one table of ids for each kind of entity. */
#include "common/store/keep.h"

#include <stdlib.h>

#include <llmreg/table.h>

struct keep {
    struct llmreg_table *ids[LLMREG_ENTITIES];
};

int keep_new(struct keep **out)
{
    struct keep *k = calloc(1, sizeof *k);
    int rc = LLMREG_ENOMEM;

    if (k == NULL)
        goto done;
    for (size_t i = 0; i < LLMREG_ENTITIES; i++) {
        rc = llmreg_table_new(&k->ids[i]);
        if (rc != LLMREG_OK)
            goto done;
    }
    *out = k;
    k = NULL; /* now the caller's */
done:
    keep_free(k);
    return rc;
}

void keep_free(struct keep *k)
{
    if (k == NULL)
        return;
    for (size_t i = 0; i < LLMREG_ENTITIES; i++)
        llmreg_table_free(k->ids[i]);
    free(k);
}

int keep_add(struct keep *k, enum llmreg_entity entity, const char *id)
{
    int rc = llmreg_table_add(k->ids[entity], id, k);

    return rc == LLMREG_EEXIST ? LLMREG_OK : rc;
}

bool keep_has(const struct keep *k, enum llmreg_entity entity, const char *id)
{
    return llmreg_table_get(k->ids[entity], id) != NULL;
}
