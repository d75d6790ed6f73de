/* SPDX-License-Identifier: MIT */
/* snapshot_collect.h - what a snapshot refers to, on its way there.
 *
 * Threads:   snapshot_take_again with the locks of all tables held, the rest
 *            with them or without.
 * Blocking:  never.
 * Ownership: the caller's; the snapshot owns the references in it.
 */
#ifndef LLMREG_REGISTRY_SNAPSHOT_COLLECT_H
#define LLMREG_REGISTRY_SNAPSHOT_COLLECT_H

#include <llmreg/snapshot.h>

#include "common/registry/snapshot_changes.h"
#include "common/registry/table.h"

/* So many of each. */
struct snapshot_amount {
    size_t endpoints, agents, hosts, alerts;
};

struct snapshot_taking {
    struct llmreg_registry *r;
    struct llmreg_snapshot *s;
    struct snapshot_amount room; /* that s has */
    size_t alerts;               /* there were so many at the last look */
    struct snapshot_changes changes;
};

/* All that is there; each thing as it is at some moment of the call.  False:
 * there is no room. */
bool snapshot_collect(struct snapshot_taking *t);
/* Those in changes, behind what is collected; there is room.  Hosts of
 * endpoints as they are now. */
void snapshot_take_again(struct snapshot_taking *t);
/* Of the first so many, those in changes. */
void snapshot_drop_changed(struct snapshot_taking *t,
                           const struct snapshot_amount *first);
/* Gives all references back. */
void snapshot_put_all(struct llmreg_snapshot *s);

#endif
