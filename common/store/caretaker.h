/* SPDX-License-Identifier: MIT */
/* caretaker.h - the store's second thread: what takes long and only reads.
 *
 *   sleeps --- a chore is due, or somebody wakes it ---> does what is due,
 *     ^                                                  one after the other
 *     +------------------------------------------------------+
 *
 * A chore says itself when it is due.  Who wants one sooner tells the chore,
 * which then says so, and wakes the caretaker.  The writer's thread is never
 * waited for, nor does it wait.
 *
 * Threads:   caretaker_wake any; due and run are called on its own thread; the
 *            rest belong to one.
 * Blocking:  caretaker_free waits for the chore that runs, whose reads end in
 *            a moment; nothing else does.
 * Ownership: a chore's context is lent until caretaker_free returns.
 */
#ifndef LLMREG_STORE_CARETAKER_H
#define LLMREG_STORE_CARETAKER_H

#include <llmreg/clock.h>

#include "common/store/reader.h"

#define CARETAKER_CHORES 8

struct chore {
    const char *name; /* of the caller, for as long as the chore */
    /* The monotonic time at which it is due next; INT64_MAX: when somebody
     * wants it.  Asked before each sleep. */
    int64_t (*due_ns)(void *ctx, const struct llmreg_now *now);
    /* Does it, with no lock held; due_ns is later then.  Opens the file by the
     * reader, and closes it again. */
    void (*run)(void *ctx, struct reader *reader, const struct llmreg_now *now);
    void *ctx;
};

struct caretaker;

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int caretaker_new(struct caretaker **out,
                                   const struct llmreg_clock *clock);
/* Before it is started, CARETAKER_CHORES at most: LLMREG_EFULL. */
LLMREG_MUSTCHECK int caretaker_add(struct caretaker *c,
                                   const struct chore *chore);
/* LLMREG_EIO: the system gives no thread. */
LLMREG_MUSTCHECK int caretaker_start(struct caretaker *c);
/* Halts what runs and ends.  NULL is fine. */
void caretaker_free(struct caretaker *c);

/* Asks all chores anew when they are due. */
void caretaker_wake(struct caretaker *c);

#endif
