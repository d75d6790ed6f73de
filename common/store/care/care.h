/* SPDX-License-Identifier: MIT */
/* care.h - what is known of the store's health, and what somebody wants of it.
 *
 * One value under one lock.  The writer's thread says what it compacted and
 * how its log is, the caretaker's what it measured and checked; the verdict
 * follows at once.
 *
 *   idle -> wanted   care_want_compaction
 *   wanted -> runs   the writer has taken it
 *   runs -> idle     care_note_compaction
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: values are copied.
 */
#ifndef LLMREG_STORE_CARE_H
#define LLMREG_STORE_CARE_H

#include <llmreg/store_health.h>

struct care;

LLMREG_MUSTCHECK int care_new(struct care **out); /* LLMREG_ENOMEM */
void care_free(struct care *c);                   /* NULL is fine */
/* now_ms: wall time. */
void care_get(struct care *c, int64_t now_ms, struct llmreg_store_health *out);

/* ---- compaction ---- */

/* LLMREG_EBUSY: one is wanted or runs. */
LLMREG_MUSTCHECK int care_want_compaction(struct care *c);
/* True: one is wanted, and it is taken now. */
bool care_take_compaction(struct care *c);
void care_begin_compaction(struct care *c);
/* Puts it before the others, of which the oldest may go. */
void care_note_compaction(struct care *c, const struct llmreg_compaction *run);

/* ---- the writer's ---- */

/* Since when, in wall time, a reader keeps the log from being emptied; 0. */
void care_note_reader(struct care *c, int64_t since_ms);
void care_note_failed(struct care *c, bool failed, bool full);
/* There is another file now; what a check found in the one before stays until
 * this one was checked (scrub.h). */
void care_note_recovery(struct care *c, const struct llmreg_store_recovery *r);
/* The last check, as the file remembers it; 0: none. */
void care_recall_check(struct care *c, int64_t ended_ms);
/* True: a check ended since this was asked last; *out has it. */
bool care_take_check(struct care *c, struct llmreg_store_health *out);

/* ---- the caretaker's ---- */

/* Everything but what the writer says, the check and the verdict. */
void care_note_measure(struct care *c, const struct llmreg_store_health *seen);
void care_note_check(struct care *c, int64_t ended_ms, int64_t bad,
                     const char *what);

#endif
