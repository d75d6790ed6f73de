/* SPDX-License-Identifier: MIT */
/* engine.h - what the files of the engine share; nobody else includes it.
 *
 *   probe.c   the thread: waits, starts what is due, ends what is over
 *   watch.c   which endpoints there are: follows the registry
 *   flight.c  one probe from its start to its verdict and its models
 *
 * Threads:   all of it belongs to the probe thread.
 * Blocking:  never.
 * Ownership: the engine owns watches and flights.
 */
#ifndef LLM_PROBE_ENGINE_H
#define LLM_PROBE_ENGINE_H

#include <llmreg/table.h>

#include "plugins/llm_probe/lines.h"
#include "plugins/llm_probe/loop.h"
#include "plugins/llm_probe/probe.h"
#include "plugins/llm_probe/schedule.h"

struct flight;

/* One endpoint that is probed. */
struct watch {
    struct schedule_item item; /* first: the heap gives us this */
    struct line_item line;
    struct llmreg_endpoint *endpoint; /* held */
    const struct llmreg_spec *spec;   /* held */
    const struct backend *backend;
    const struct access *access;
    struct request_headers headers;
    struct backend_memory memory;
    struct flight *flight; /* while it is being probed */
    bool again;            /* and somebody wants another one after it */
    uint64_t scan;         /* the last one that saw it */
};

struct engine {
    struct probe_setup setup;
    struct loop *loop;
    struct llmreg_subscription *events;
    struct llmreg_table *watches; /* by endpoint id */
    struct schedule schedule;
    struct lines lines;
    struct facts_cache *facts;
    struct flight *idle;   /* slots that wait for work */
    size_t nidle;          /* so many */
    struct llmreg_now now; /* of this turn */
    uint64_t scans;
    uint64_t missed;   /* rounds, since the start */
    int64_t missed_ns; /* when the last one was noticed */
    struct llmreg_complaint late, faults;
};

/* ---- watch.c ---- */

/* Takes every endpoint there is, and drops what is no more. */
void watch_scan(struct engine *en);
/* Brings the endpoint called id to what the registry says of it. */
void watch_sync(struct engine *en, const char *id);
/* Somebody wants it probed now: at once, or after the flight that began before.
 * One that waits for a slot is about to be. */
void watch_hurry(struct engine *en, const char *id);
void watch_drop(struct engine *en, struct watch *w);
struct watch *watch_of_item(struct schedule_item *item);
struct watch *watch_of_line(struct line_item *line);

/* ---- flight.c ---- */

/* The watch holds a slot of the lines: probe it.  LLMREG_ENOMEM: not begun,
 * and nothing is held. */
LLMREG_MUSTCHECK int flight_begin(struct engine *en, struct watch *w);
/* A request of the flight is over. */
void flight_landed(struct flight *f, int code);
/* Ends it without a verdict; the slot is free. */
void flight_cancel(struct flight *f);
/* Frees the slots that are idle. */
void flight_free_idle(struct engine *en);

#endif
