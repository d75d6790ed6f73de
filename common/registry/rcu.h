/* SPDX-License-Identifier: MIT */
/* rcu.h - every use of liburcu, in words that the thread sanitizer knows.
 *
 * Readers work inside a section (rcu_begin, rcu_end) and wait for nobody.  A
 * writer publishes a new value, and hands the old one to rcu_later, which
 * runs a function once every section that may have seen it is over.
 *
 * The sanitizer sees our code but not liburcu's.  What liburcu guarantees is
 * told to it here, and no more than that, so that a value that is freed or
 * changed under a reader is still found (tests/stress/race_seeded.c):
 *
 *   node added        before  node found        release and acquire on it
 *   section over      before  later function    release and acquire on one
 *   handed to later   before  later function    token for all of them
 *
 * What is left in liburcu 0.13 that ends the process, and what we do:
 *   rcu_start          no memory or no thread for call_rcu: tried by us first
 *   rcu_table_init     no memory for the buckets (assert): tried by us first
 *   rcu_begin          first section of a thread: no memory for its record
 *   rcu_wait           no memory for two records of some bytes
 *   all of them        a mutex, futex, membarrier or signal mask call that
 *                      fails although its arguments are right
 *
 * Threads:   any; a thread registers itself with its first section.
 * Blocking:  rcu_wait only; never call it inside a section or under a lock.
 * Ownership: what is handed to rcu_later belongs to its function.
 */
#ifndef LLMREG_REGISTRY_RCU_H
#define LLMREG_REGISTRY_RCU_H

#include <urcu/urcu-bp.h>

#include <urcu/rculfhash.h>
#include <urcu/static/urcu-bp.h>

#include <llmreg/status.h>

#if defined(__SANITIZE_THREAD__)
#define RCU_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RCU_TSAN 1
#endif
#endif

#ifdef RCU_TSAN
#include <sanitizer/tsan_interface.h>
#define RCU_RELEASE(at) __tsan_release((void *)(uintptr_t)(at))
#define RCU_ACQUIRE(at) __tsan_acquire((void *)(uintptr_t)(at))
#else
#define RCU_RELEASE(at) ((void)(at))
#define RCU_ACQUIRE(at) ((void)(at))
#endif

/* Inline: liburcu gives these few lines to whoever wants them, and a section
 * is most of what a small read costs.  Not for a sanitizer: the record of a
 * thread is less aligned than its type says (liburcu 0.13). */
#ifdef LLMREG_SANITIZED
#define RCU_LOCK()   urcu_bp_read_lock()
#define RCU_UNLOCK() urcu_bp_read_unlock()
#else
#define RCU_LOCK()   _urcu_bp_read_lock()
#define RCU_UNLOCK() _urcu_bp_read_unlock()
#endif

/* Stands for "every section that is over". */
#define RCU_TOKEN (&urcu_bp_flavor)

/* The struct of this type that at is the member of. */
#define rcu_holder(at, type, member)                                           \
    ((type *)((uintptr_t)(at)-offsetof(type, member)))

/* Reads a published pointer; publishes one. */
#define rcu_load(at)         __atomic_load_n((at), __ATOMIC_ACQUIRE)
#define rcu_publish(at, new) __atomic_store_n((at), (new), __ATOMIC_RELEASE)

/* Makes the thread that runs what is due later; once is enough, but more is
 * harmless.  Not before the process has forked.  LLMREG_ENOMEM, LLMREG_EIO. */
LLMREG_MUSTCHECK int rcu_start(void);
/* Waits until all that was handed to rcu_later has run. */
void rcu_wait(void);

static inline void rcu_begin(void)
{
    RCU_LOCK();
}

static inline void rcu_end(void)
{
    RCU_RELEASE(RCU_TOKEN);
    RCU_UNLOCK();
}

/* run must begin with rcu_due(head). */
static inline void rcu_later(struct rcu_head *head,
                             void (*run)(struct rcu_head *head))
{
    RCU_RELEASE(head);
    urcu_bp_call_rcu(head, run);
}

static inline void rcu_due(struct rcu_head *head)
{
    RCU_ACQUIRE(head);
    RCU_ACQUIRE(RCU_TOKEN);
}

/* ---- hash tables ---- */

/* All of its buckets are there from the start, and memory is touched for as
 * many of them as are used: adding fails never. */
struct rcu_table {
    struct cds_lfht *lfht;
    size_t used, buckets, max; /* for who may add and remove */
};

/* For so many nodes, and slower for more.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int rcu_table_init(struct rcu_table *t, size_t nodes);
/* It must be empty; all zero is fine. */
void rcu_table_fini(struct rcu_table *t);
/* Twice as many buckets, under its readers. */
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
    if (++t->used > t->buckets)
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
