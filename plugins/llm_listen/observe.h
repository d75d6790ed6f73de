/* SPDX-License-Identifier: MIT */
/* observe.h - machines that run collectd already need no other agent: what
 * their plugins measure becomes samples of hosts in the registry.
 *
 * Values come by collectd's network plugin (host_observe) or by HTTP
 * (observe_json.h).  They are gathered for each host, and once in an interval,
 * a second or two after its first value, all that is known goes to the registry
 * as one sample.  What is not observed is turned away by its plugin's name.
 *
 * A host that somebody else reports is left to him.
 *
 * Threads:   observe_wants and observe_take may be called from any thread, as
 *            collectd's write threads do; observe_tick from one at a time.
 * Blocking:  take waits for a lock that is held for memory work only, one of
 *            OBSERVE_STRIPES.
 * Ownership: what the configuration points to is lent until observe_free.
 */
#ifndef LLM_LISTEN_OBSERVE_H
#define LLM_LISTEN_OBSERVE_H

#include <llmreg/clock.h>
#include <llmreg/log.h>
#include <llmreg/registry.h>

#include "plugins/host/value.h"
#include "plugins/llm_listen/counters.h"
#include "plugins/llm_listen/observe_facts.h"

#define OBSERVE_STRIPES 16

struct observe_conf {
    struct llmreg_registry *registry;
    const struct llmreg_log *log;
    struct counters *counters;
    uint32_t sources; /* bit 1 << source */
    size_t hosts_max; /* more than these are not observed */
    const char *self; /* this collectd's own host; "": observe it, too */
};

struct observe;

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int observe_new(struct observe **out,
                                 const struct observe_conf *conf,
                                 const struct llmreg_now *now);
/* NULL is fine.  No other thread may be inside. */
void observe_free(struct observe *o);

/* As struct host_observer has them; ctx is the struct observe. */
bool observe_wants(void *ctx, const char *plugin);
void observe_take(void *ctx, const struct observe_value *v);

/* Once a second: reports the hosts that are due, forgets those that have been
 * silent for long. */
void observe_tick(struct observe *o, const struct llmreg_now *now);

#endif
