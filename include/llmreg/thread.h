/* SPDX-License-Identifier: MIT */
/* thread.h - threads and locks of a library that lives in somebody's daemon.
 *
 * Our threads block every signal but the faults (SIGSEGV and its like), so
 * that the daemon's handlers run where the daemon expects them, and carry a
 * name that top and gdb show.  A thread is always joined, never cancelled and
 * never detached.
 *
 * The lock is a plain mutex with the annotations that clang's thread-safety
 * analysis reads.  A helper that needs it ends in _locked and carries
 * LLMREG_REQUIRES.  Locks nest in one order only, which is written down in
 * common/base/lock_order.h and nowhere else.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  llmreg_lock waits; under a lock there is memory work only.
 * Ownership: the caller's.
 */
#ifndef LLMREG_THREAD_H
#define LLMREG_THREAD_H

#include <pthread.h>

#include <llmreg/status.h>

#if defined(__clang__)
#define LLMREG_TSA(x) __attribute__((x))
#else
#define LLMREG_TSA(x)
#endif
#define LLMREG_CAPABILITY  LLMREG_TSA(capability("mutex"))
#define LLMREG_REQUIRES(l) LLMREG_TSA(requires_capability(l))
#define LLMREG_ACQUIRES(l) LLMREG_TSA(acquire_capability(l))
#define LLMREG_RELEASES(l) LLMREG_TSA(release_capability(l))

struct LLMREG_CAPABILITY llmreg_lock {
    pthread_mutex_t mutex;
};

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_lock_init(struct llmreg_lock *lock);
void llmreg_lock_fini(struct llmreg_lock *lock);
void llmreg_lock(struct llmreg_lock *lock) LLMREG_ACQUIRES(*lock);
void llmreg_unlock(struct llmreg_lock *lock) LLMREG_RELEASES(*lock);

/* name: at most 15 bytes.  LLMREG_EIO: the system gives no thread. */
LLMREG_MUSTCHECK int llmreg_thread_start(pthread_t *out,
                                         void *(*run)(void *arg), void *arg,
                                         const char *name);
/* The calling thread works on what nobody waits for: from now on others go
 * first where there are too few processors for all. */
void llmreg_thread_give_way(void);

#endif
