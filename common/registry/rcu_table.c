/* SPDX-License-Identifier: MIT */
/* rcu_table.c - hash tables of liburcu that begin small and grow in place. */
#include "common/registry/rcu_table.h"

#define BUCKETS_FIRST 256 /* a page */

int rcu_table_init(struct rcu_table *t, size_t nodes)
{
    size_t max = BUCKETS_FIRST;

    while (max < nodes)
        max *= 2;
    *t = (struct rcu_table){.buckets = BUCKETS_FIRST, .max = max};
    /* The buckets are one block; the table itself is below a page. */
    if (!rcu_has_room(max * sizeof(struct cds_lfht_node) + 4096))
        return LLMREG_ENOMEM;
    t->lfht =
        cds_lfht_new_flavor(BUCKETS_FIRST, max, max, 0, &urcu_bp_flavor, NULL);
    return t->lfht == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

void rcu_table_fini(struct rcu_table *t)
{
    if (t->lfht != NULL)
        (void)cds_lfht_destroy(t->lfht, NULL);
    *t = (struct rcu_table){0};
}

void rcu_table_grow(struct rcu_table *t)
{
    if (urcu_bp_read_ongoing() != 0)
        return;
    while (t->buckets < t->used && t->buckets < t->max)
        t->buckets *= 2;
    cds_lfht_resize(t->lfht, t->buckets);
}
