/* SPDX-License-Identifier: MIT */
/* host_entry.h - what stands in the registry for one host.
 *
 * Threads:   the parts are read inside a section and written under the hosts'
 *            lock; the rest is as said at each field.
 * Blocking:  never.
 * Ownership: counted references (shelf.h).
 */
#ifndef LLMREG_REGISTRY_HOST_ENTRY_H
#define LLMREG_REGISTRY_HOST_ENTRY_H

#include <llmreg/hosts.h>

#include "common/base/heap.h"
#include "common/registry/host_part.h"
#include "common/registry/shelf.h"

/* What everybody was told of its sample.  Awaited: it was fresh before the
 * restart, and may be yet. */
enum host_sampling { HOST_UNSAMPLED, HOST_FRESH, HOST_STALE, HOST_AWAITED };

struct llmreg_host {
    struct shelf_item item; /* first */
    /* fixed once it is in the table */
    struct llmreg_registry *registry;
    uint64_t generation;
    int64_t registered_ms;
    int64_t restored_ns; /* monotonic; 0: it came by itself */
    bool owns;           /* restored, with keys that nobody else had then */
    /* guarded by the hosts' lock */
    struct heap_node due;
    enum host_sampling sampling;
    /* published */
    struct host_part *spec;     /* never NULL */
    struct host_heard *heard;   /* never NULL */
    struct host_sample *sample; /* NULL: stale, or never had one */
    /* fixed after new */
    char id[];
};

/* An entry with one reference that takes over these parts (sample may be
 * NULL); NULL: no memory, and nothing was taken. */
struct llmreg_host *host_new(struct host_part *spec, struct host_heard *heard,
                             struct host_sample *sample);
/* "fresh", "stale", else "unknown". */
const char *host_sampling_text(enum host_sampling sampling);
static inline struct llmreg_host *host_of(struct shelf_item *item)
{
    return (struct llmreg_host *)item;
}

#endif
