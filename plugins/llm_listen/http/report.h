/* SPDX-License-Identifier: MIT */
/* report.h - what many threads want to say, said by one and not too often.
 *
 * A complaint of llmreg/log.h belongs to one thread.  Workers and the door
 * only leave a note: the first one of a kind is kept until the reaper says it,
 * the others of that time are counted.
 *
 * Threads:   report_note from any thread, with no lock held; report_flush
 *            from one.
 * Blocking:  report_flush as long as the log does.
 * Ownership: the caller owns the struct; the log is lent.
 */
#ifndef LLM_LISTEN_HTTP_REPORT_H
#define LLM_LISTEN_HTTP_REPORT_H

#include <stdatomic.h>

#include <llmreg/log.h>
#include <llmreg/thread.h>

enum report_kind {
    REPORT_ENGINE,  /* the library's own messages */
    REPORT_ACCEPT,  /* no descriptors, no memory */
    REPORT_FULL,    /* too many connections */
    REPORT_ADDRESS, /* too many of one address */
    REPORT_MEMORY,  /* no memory for a call */
    REPORT_TLS,     /* a certificate that cannot be loaded */
    REPORT_KINDS
};

struct report_slot {
    struct llmreg_lock lock;
    bool noted;                        /* guarded by lock: text is to be said */
    char text[256];                    /* guarded by lock */
    atomic_bool busy;                  /* noted, or about to be */
    atomic_uint more;                  /* others since */
    struct llmreg_complaint complaint; /* the flusher's */
    int64_t last_ns;                   /* the flusher's */
};

struct report {
    const struct llmreg_log *log;
    struct report_slot slots[REPORT_KINDS];
    size_t ready; /* slots with a lock */
};

LLMREG_MUSTCHECK int report_init(struct report *r,
                                 const struct llmreg_log *log);
void report_fini(struct report *r); /* all zero is fine */
void report_note(struct report *r, enum report_kind kind, const char *format,
                 ...) LLMREG_PRINTF(3, 4);
void report_note_args(struct report *r, enum report_kind kind,
                      const char *format, va_list args) LLMREG_PRINTF(3, 0);
void report_flush(struct report *r, const struct llmreg_now *now);

#endif
