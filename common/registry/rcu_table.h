/* SPDX-License-Identifier: MIT */
/* rcu_table.h - hash tables that are read without a lock.
 *
 * All of a table's buckets are there from the start, and memory is touched for
 * as many of them as are used: adding cannot fail.  Adding does not grow the
 * table either: that is a step of its own, because liburcu wants no section
 * around it.
 *
 * Threads:   rcu_table_find inside a section from any thread; the rest is for
 *            the holder of the lock that guards the table.
 * Blocking:  rcu_table_fit only, when the table has become twice as full.  The
 *            holder of the lock is held up for some milliseconds from 10,000
 *            nodes on, and for a tenth of a second in the last step of a
 *            million; in such steps liburcu starts threads and waits for them.
 *            Readers wait for nothing.
 * Ownership: nodes are members of what the caller owns.
 */
#ifndef LLMREG_REGISTRY_RCU_TABLE_H
#define LLMREG_REGISTRY_RCU_TABLE_H

#include "common/registry/rcu.h"

struct rcu_table {
    struct cds_lfht *lfht;
    size_t used, buckets, max; /* for who may add and remove */
};

/* For so many nodes, and slower for more.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int rcu_table_init(struct rcu_table *t, size_t nodes);
/* It must be empty; all zero is fine. */
void rcu_table_fini(struct rcu_table *t);
/* For rcu_table_fit. */
void rcu_table_grow(struct rcu_table *t);

/* A match function must begin with rcu_seen(node). */
static inline void rcu_seen(struct cds_lfht_node *node)
{
    RCU_ACQUIRE(node);
}

static inline void rcu_table_add(struct rcu_table *t, uint64_t hash,
                                 struct cds_lfht_node *node)
{
    RCU_RELEASE(node);
    RCU_LOCK();
    cds_lfht_add(t->lfht, (unsigned long)hash, node);
    RCU_UNLOCK();
    t->used++;
}

/* After adding, and outside of sections: a bucket for each node, as far as the
 * table was made for so many.  Inside a section it does nothing, and the next
 * one makes up for it. */
static inline void rcu_table_fit(struct rcu_table *t)
{
    if (t->used > t->buckets && t->buckets < t->max)
        rcu_table_grow(t);
}

static inline void rcu_table_remove(struct rcu_table *t,
                                    struct cds_lfht_node *node)
{
    RCU_LOCK();
    (void)cds_lfht_del(t->lfht, node);
    RCU_UNLOCK();
    t->used--;
}

/* The node, or NULL.  Inside a section, and valid to its end. */
static inline struct cds_lfht_node *rcu_table_find(const struct rcu_table *t,
                                                   uint64_t hash,
                                                   cds_lfht_match_fct match,
                                                   const void *key)
{
    struct cds_lfht_iter iter;

    cds_lfht_lookup(t->lfht, (unsigned long)hash, match, key, &iter);
    return cds_lfht_iter_get_node(&iter);
}

#endif
