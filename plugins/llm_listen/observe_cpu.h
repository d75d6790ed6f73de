/* SPDX-License-Identifier: MIT */
/* observe_cpu.h - how busy a machine's processors are, from what collectd's
 * cpu plugin says of them, in whichever of its ways it does.
 *
 * Threads:   one thread at a time for each track.
 * Blocking:  never; allocates nothing.
 * Ownership: values only.
 */
#ifndef LLM_LISTEN_OBSERVE_CPU_H
#define LLM_LISTEN_OBSERVE_CPU_H

#include "plugins/host/value.h"

/* What the plugin said at one time, summed up over processors and states. */
struct observe_cpu_pass {
    int64_t begun_ms;    /* the sender's time of its first value */
    uint64_t set;        /* the sum of hashes of who said something */
    uint32_t count;      /* how many; 0: there is no such pass */
    bool shares;         /* percents or rates: no earlier pass is needed */
    bool counters, wide; /* counters that wrap; some are over 32 bits */
    bool whole;          /* what was idle is in it, too */
    bool closed;         /* it has said what it has to say */
    double busy, idle;
};

/* All zero, and percent NAN, is one that has seen nothing. */
struct observe_cpu {
    struct observe_cpu_pass now, before;
    double percent;        /* of all processors together, 0 to 100; NAN */
    int64_t time_ms;       /* of the pass that says so */
    double percent_before; /* as it was before that pass */
    int64_t time_before_ms;
};

/* True if the value is one of those that observe_cpu_take understands. */
bool observe_cpu_knows(const struct observe_value *v);
void observe_cpu_take(struct observe_cpu *c, const struct observe_value *v);

#endif
