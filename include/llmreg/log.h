/* SPDX-License-Identifier: MIT */
/* log.h - lines for the person on duty, and not the same line twice.
 *
 * The sink is whatever program llmreg lives in.  Control characters and bytes
 * that are not UTF-8 are written as \xNN, so that a hostile answer cannot
 * forge a line; a line is at most LLMREG_LOG_LINE bytes.
 *
 * A complaint is a fault that goes on: the first line is written at once, the
 * next ones at growing distance (1, 2, 4, ... up to 60 minutes) with a count
 * of what was held back, and one line when the fault is over.
 *
 * Threads:   a log may be used from any thread if its sink may; a complaint
 *            belongs to one thread at a time.
 * Blocking:  as long as the sink does.  Never call under a lock.
 * Ownership: the caller owns both structs.
 */
#ifndef LLMREG_LOG_H
#define LLMREG_LOG_H

#include <llmreg/clock.h>
#include <llmreg/status.h>

#define LLMREG_LOG_LINE 1000

enum llmreg_level { LLMREG_ERROR, LLMREG_WARNING, LLMREG_NOTICE, LLMREG_INFO };

/* write gets one line without a line feed.  A NULL write discards. */
struct llmreg_log {
    void (*write)(void *ctx, enum llmreg_level level, const char *line);
    void *ctx;
};

void llmreg_log(const struct llmreg_log *log, enum llmreg_level level,
                const char *format, ...) LLMREG_PRINTF(3, 4);

/* All zero is a complaint that was never made. */
struct llmreg_complaint {
    int64_t next_ns;  /* no line before this monotonic time */
    int64_t pause_ns; /* distance of the next two lines */
    uint32_t held;    /* lines held back since the last one */
    bool open;        /* the fault goes on */
};

/* Says that the fault is there (again). */
void llmreg_complain(const struct llmreg_log *log, struct llmreg_complaint *c,
                     const struct llmreg_now *now, enum llmreg_level level,
                     const char *format, ...) LLMREG_PRINTF(5, 6);

/* Says that the fault is over; silent (and false) if none was open. */
bool llmreg_release(const struct llmreg_log *log, struct llmreg_complaint *c,
                    const char *format, ...) LLMREG_PRINTF(3, 4);

#endif
