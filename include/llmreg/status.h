/* SPDX-License-Identifier: MIT */
/* status.h - how every function of llmreg says what happened.
 *
 * A function that can fail returns LLMREG_OK (0) or one of the negative
 * values below.  A failed call consumed nothing and changed nothing unless
 * its comment says otherwise.  Where a person has to read the reason, the
 * function also takes a struct llmreg_error and writes one sentence there
 * that names the thing, its value and what is allowed.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: returned strings are static; struct llmreg_error is the caller's.
 */
#ifndef LLMREG_STATUS_H
#define LLMREG_STATUS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LLMREG_MUSTCHECK       __attribute__((warn_unused_result))
#define LLMREG_PRINTF(fmt, at) __attribute__((format(printf, fmt, at)))

enum llmreg_status {
    LLMREG_OK = 0,
    LLMREG_EINVAL = -1,    /* an argument or an input is not valid */
    LLMREG_ENOMEM = -2,    /* no memory; nothing changed */
    LLMREG_ENOENT = -3,    /* no such thing */
    LLMREG_EEXIST = -4,    /* there is one already */
    LLMREG_EFULL = -5,     /* a limit on the number of things is reached */
    LLMREG_ETOOBIG = -6,   /* longer than its bound; never cut silently */
    LLMREG_ESTALE = -7,    /* the entry was removed or made anew meanwhile */
    LLMREG_EBUSY = -8,     /* not now: requests are pending */
    LLMREG_ELOCKED = -9,   /* another process holds it */
    LLMREG_EIO = -10,      /* the operating system says no; errno tells */
    LLMREG_ENOSPACE = -11, /* the disk is full */
    LLMREG_ECORRUPT = -12, /* stored data is damaged */
    LLMREG_EVERSION = -13, /* stored data is from a newer llmreg */
    LLMREG_EPARSE = -14,   /* the text is not in the expected format */
    LLMREG_ETIME = -15,    /* a time limit passed */
    LLMREG_EGAP = -16      /* events were lost before this one: start over */
};

/* One sentence, no full stop; "unknown status" for anything else. */
const char *llmreg_status_text(int status);

/* A reason for people.  text is always terminated; one that would be longer
 * than the array ends in "...". */
struct llmreg_error {
    char text[512];
};

/* Replaces e->text.  e may be NULL: then nobody wants to know. */
void llmreg_error_set(struct llmreg_error *e, const char *format, ...)
    LLMREG_PRINTF(2, 3);

#endif
