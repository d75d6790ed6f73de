/* SPDX-License-Identifier: MIT */
/* host_part.h - what is published of a host, as three parts: what it says of
 * itself, its latest sample, and when it was heard of.
 *
 * The first changes rarely and has the host's keys (its id and its addresses)
 * with their links into the index.  The second is large and goes away when it
 * is stale; the third stays and still knows.
 *
 * Threads:   immutable, but for the links, which are the writer's; any.
 * Blocking:  never.
 * Ownership: as every part (part.h).
 */
#ifndef LLMREG_REGISTRY_HOST_PART_H
#define LLMREG_REGISTRY_HOST_PART_H

#include <llmreg/hosts.h>
#include <llmreg/text.h>

#include "common/domain/window.h"
#include "common/registry/index.h"
#include "common/registry/part.h"

#define HOST_KEYS_MAX (LLMREG_ADDRESSES_MAX + 1)

struct host_part {
    struct part part;
    struct llmreg_host_report spec;
    const char *addresses[LLMREG_ADDRESSES_MAX];
    size_t nkeys;
    const char *keys[HOST_KEYS_MAX];  /* sorted, none twice */
    struct link links[HOST_KEYS_MAX]; /* guarded by the hosts' lock */
    char text[];
};

/* A copy in which hosts are spelled as keys, or NULL: no memory.  report was
 * checked. */
struct host_part *host_part_new(const struct llmreg_host_report *report);
struct host_part *host_part_of(const struct llmreg_host_report *spec);
struct index_keys host_part_keys(const struct host_part *p);
/* Adds the names of the fields that differ, "name, addresses". */
void host_part_diff(const struct llmreg_host_report *a,
                    const struct llmreg_host_report *b,
                    struct llmreg_text *out);

struct host_sample {
    struct part part;
    struct llmreg_sample sample;
    int64_t until_ns;         /* monotonic; stale from then on */
    struct llmreg_gpu gpus[]; /* and the strings behind them */
};

/* A copy with the VRAM in all made from the GPUs, or NULL: no memory. */
struct host_sample *host_sample_new(const struct llmreg_resources *resources);

/* Wall times in ms, monotonic ones in ns; 0 of these: not in this run. */
struct host_heard {
    struct part part;
    int64_t reported_ms, reported_ns;
    int64_t sampled_ns;         /* of the latest sample */
    int64_t stale_ms, stale_ns; /* when that gets, or got, stale; stale_ns
                                   INT64_MAX: it never had one */
    int64_t fresh_ms;           /* since when it is fresh */
    struct window claims;       /* by others on its keys */
};

/* A copy, or NULL: no memory. */
struct host_heard *host_heard_new(const struct host_heard *from);
#endif
