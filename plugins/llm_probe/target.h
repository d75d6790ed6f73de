/* SPDX-License-Identifier: MIT */
/* target.h - endpoints as the configuration or a file names them.
 *
 * A target is on its way into the registry: all its names are made and
 * checked, nothing was put anywhere yet.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: a list owns copies of its targets' strings.
 */
#ifndef LLM_PROBE_TARGET_H
#define LLM_PROBE_TARGET_H

#include <llmreg/endpoint.h>

struct target {
    const char *id, *url, *name, *host, *series;
    enum llmreg_kind kind;
    int32_t priority;
    const struct llmreg_label *labels;
    size_t nlabels;
};

struct targets {
    struct target *items;
    size_t count, room;
};

/* All zero is an empty list.  Copies; LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int targets_add(struct targets *list, const struct target *t);
void targets_fini(struct targets *list);

/* The registry's form, lent from the target. */
struct llmreg_spec target_spec(const struct target *t, const char *origin,
                               int64_t interval_ms);

#endif
