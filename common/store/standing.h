/* SPDX-License-Identifier: MIT */
/* standing.h - does the store work, since when, and why not?
 *
 * The answer to who asks, where an event may be lost.  It is never older than
 * the newest STORE event.
 *
 * Threads:   any.
 * Blocking:  never; the lock is held to copy a sentence.
 * Ownership: the store's, which lends it.
 */
#ifndef LLMREG_STORE_STANDING_H
#define LLMREG_STORE_STANDING_H

#include <llmreg/status.h>

struct standing_word {
    bool failed;              /* or it does without something (shed.h) */
    int status;               /* LLMREG_OK, or what kind of fault it is */
    int64_t since_ms;         /* wall time; 0: it never failed */
    struct llmreg_error what; /* why, or which file works again */
};

struct standing;

/* It works.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int standing_new(struct standing **out);
void standing_free(struct standing *s); /* NULL is fine */
void standing_set(struct standing *s, int status, int64_t since_ms,
                  const char *what);
void standing_get(struct standing *s, struct standing_word *out);

#endif
