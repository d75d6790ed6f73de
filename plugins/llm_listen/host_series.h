/* SPDX-License-Identifier: MIT */
/* host_series.h - hands the series of hosts over, spread over their interval,
 * and our own once in collectd's.
 *
 * Each host has a fixed place in its reporter's interval, which follows from
 * its id.  A walk over all hosts every HOST_SERIES_AHEAD seconds finds whose
 * places come next; a call touches those that are due, and no others.  So a
 * host that is new has its first series within that time and its interval.
 *
 * Threads:   one thread at a time (collectd runs a read callback once at a
 *            time).
 * Blocking:  never, but for what emit does; takes no lock.
 * Ownership: the caller's; what it refers to is lent.  It holds references to
 *            hosts, so finish it before the registry goes.
 */
#ifndef LLM_LISTEN_HOST_SERIES_H
#define LLM_LISTEN_HOST_SERIES_H

#include <llmreg/metrics.h>

#include "plugins/llm_listen/counters.h"

#define HOST_SERIES_AHEAD 10 /* seconds */

struct host_series_conf {
    struct llmreg_registry *registry;
    struct llmreg_bus *bus;
    const struct counters *counters;
    struct llmreg_service *service; /* whose store; NULL: no series of it */
    size_t gpus;         /* so many of a host have series of their own */
    int64_t interval_ns; /* of our own series */
};

struct host_series_place {
    struct llmreg_host *host; /* a reference */
    int64_t again_ns;         /* its next place */
};

/* The places of one second. */
struct host_series_second {
    struct host_series_place *places;
    size_t count, room;
};

struct host_series {
    struct host_series_conf conf;
    int64_t last_ns;    /* of the last call */
    int64_t planned_ns; /* when it was planned ... */
    int64_t until_ns;   /* ... and for which places: up to here */
    size_t next;        /* the second that comes next */
    /* the first is for places that have passed when it is planned */
    struct host_series_second seconds[HOST_SERIES_AHEAD + 1];
};

/* now_ns: from here on series are due. */
void host_series_init(struct host_series *s,
                      const struct host_series_conf *conf, int64_t now_ns);
void host_series_fini(struct host_series *s);

/* Emits the series of the hosts whose place was passed since the last call, of
 * each once; and our own once an interval.  LLMREG_ENOMEM: some are missing. */
LLMREG_MUSTCHECK int host_series_emit(struct host_series *s,
                                      const struct llmreg_now *now,
                                      llmreg_emit_fn emit, void *ctx);

#endif
