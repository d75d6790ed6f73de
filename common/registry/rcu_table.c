/* SPDX-License-Identifier: MIT */
/* rcu_table.c - hash tables of liburcu that begin small and grow in place. */
#include "common/registry/rcu_table.h"

#include <sys/mman.h>

#define BUCKETS_FIRST 256 /* a page */

/* The buckets are one block; the table itself is below a page.  Not by malloc:
 * a block that it gives back may come from what is in use already, and then
 * liburcu clears, and so touches, all of it. */
static bool is_room_for(size_t buckets)
{
    const size_t room = buckets * sizeof(struct cds_lfht_node) + 4096;
    void *trial = mmap(NULL, room, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return trial != MAP_FAILED && munmap(trial, room) == 0;
}

int rcu_table_init(struct rcu_table *t, size_t nodes)
{
    size_t max = BUCKETS_FIRST;

    while (max < nodes)
        max *= 2;
    *t = (struct rcu_table){.buckets = BUCKETS_FIRST, .max = max};
    if (!is_room_for(max))
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
    if (t->buckets == t->max)
        return;
    t->buckets *= 2;
    cds_lfht_resize(t->lfht, t->buckets);
}
