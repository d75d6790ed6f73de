/* SPDX-License-Identifier: MIT */
/* probe.h - the engine: asks every endpoint of the registry how it is.
 *
 * One thread, "llmreg-probe", follows the registry by its bus and probes what
 * is in it: new endpoints at once, all at their place in the interval, the
 * disabled never.  What it sees goes back into the registry.
 *
 * Threads:   start and stop are for the thread that starts the plugin.
 * Blocking:  stop joins the thread, within a second also when servers hang.
 * Ownership: everything in struct probe_setup is lent until stop.
 */
#ifndef LLM_PROBE_PROBE_H
#define LLM_PROBE_PROBE_H

#include <llmreg/log.h>
#include <llmreg/registry.h>

#include "plugins/llm_probe/access.h"
#include "plugins/llm_probe/secrets.h"

struct probe_setup {
    struct llmreg_registry *registry;
    struct llmreg_bus *bus;
    const struct llmreg_clock *clock;
    const struct llmreg_log *log;
    const struct access_list *access;
    struct secrets *secrets;
    struct llmreg_health_rule rule;
    int64_t timeout_ns; /* of what decides the verdict */
    int64_t connect_ns;
    int64_t ps_ns;
    size_t max_concurrent;
};

struct probe;

/* Enough for 10,000 endpoints and all else; more would cost others: collectd's
 * exec plugin closes as many descriptors as there may be for each program that
 * it starts, and where the hard limit is a thousand million that takes minutes.
 */
#define PROBE_FDS 65536

/* Raises the process's soft limit of descriptors to PROBE_FDS, or to the hard
 * limit if that is less; call it once, before start. */
void probe_raise_limits(void);

/* LLMREG_ENOMEM, LLMREG_EIO (no thread, no descriptor). */
LLMREG_MUSTCHECK int probe_start(const struct probe_setup *setup,
                                 struct probe **out);
/* NULL is fine. */
void probe_stop(struct probe *p);

#endif
