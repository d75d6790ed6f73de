/* SPDX-License-Identifier: MIT */
/* rcu.h - every use of liburcu, in words that the thread sanitizer knows; hash
 * tables are in rcu_table.h.
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

#include <stdbool.h>

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
/* Whether the system would give so much memory now. */
bool rcu_has_room(size_t bytes);

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

#endif
