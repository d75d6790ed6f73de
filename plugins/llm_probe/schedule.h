/* SPDX-License-Identifier: MIT */
/* schedule.h - who is next: the places of probes in time.
 *
 * Every endpoint has a fixed place in its interval (its phase), so that load
 * is even, rounds do not drift, and "within one interval" is a promise.  A
 * place is a monotonic time with  place mod interval == phase;  due times are
 * computed from this grid and never from when a probe ended.
 *
 * The items are a heap by due time.  An item is in it while it waits for its
 * time; whoever takes it out puts it back after the probe.
 *
 * Threads:   one thread at a time; all functions are pure of time: "now" is
 *            an argument.
 * Blocking:  never.
 * Ownership: items are the caller's, embedded in what they schedule, and must
 *            be removed before they go.
 */
#ifndef LLM_PROBE_SCHEDULE_H
#define LLM_PROBE_SCHEDULE_H

#include <llmreg/status.h>

struct schedule_item {
    int64_t interval_ns; /* > 0 */
    int64_t phase_ns;    /* 0 <= phase < interval */
    int64_t due_ns;      /* when it is next; a place, but for the first one */
    uint32_t failures;   /* probes in a row that found it down */
    bool started;        /* the first probe was made */
    size_t at;           /* private: index in the heap + 1; 0: not in it */
};

struct schedule {
    struct schedule_item **heap;
    size_t count, room;
    int64_t first_ns; /* the next first probe is not before this */
};

/* All zero is an empty schedule. */
void schedule_fini(struct schedule *s);

/* LLMREG_ENOMEM: not in.  An item that is in moves to its new due time. */
LLMREG_MUSTCHECK int schedule_put(struct schedule *s,
                                  struct schedule_item *item);
/* Fine if it is not in. */
void schedule_remove(struct schedule *s, struct schedule_item *item);
/* The first item if it is due, taken out; or NULL. */
struct schedule_item *schedule_take(struct schedule *s, int64_t now_ns);
/* When the first item is due; INT64_MAX if there is none. */
int64_t schedule_next(const struct schedule *s);

/* The first place after a time. */
int64_t schedule_place(const struct schedule_item *item, int64_t after_ns);

/* A new item: due now, but 1 ms after the new one before it. */
void schedule_first(struct schedule *s, struct schedule_item *item,
                    int64_t now_ns);

/* One that waits is due now, out of its turn; then at its first place that is
 * at least half an interval away, as if it were new.  Nothing if it is not in.
 */
void schedule_now(struct schedule *s, struct schedule_item *item,
                  int64_t now_ns);

/* Its probe starts now.  Returns the number of rounds that could not start
 * within their interval; due_ns becomes the place of the present round. */
uint32_t schedule_start(struct schedule_item *item, int64_t now_ns);

/* Its probe, begun at started_ns, is over: sets the next due time. */
void schedule_done(struct schedule_item *item, int64_t started_ns);

/* Time was lost (the process was stopped): what was due is dropped. */
void schedule_skip(struct schedule_item *item, int64_t now_ns);

#define SCHEDULE_PATIENCE 10 /* failures in a row before probes get rarer */
#define SCHEDULE_PAUSE_NS INT64_C(300000000000) /* at most, 5 minutes */

/* Rounds to the next probe: 1, or more after SCHEDULE_PATIENCE failures. */
int64_t schedule_rounds(const struct schedule_item *item);

#endif
