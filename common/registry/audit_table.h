/* SPDX-License-Identifier: MIT */
/* audit_table.h - the newest entries of the audit, inside the registry.
 *
 * A ring of published parts.  Whoever writes takes the lock, so that the ring
 * is in the order of the numbers; whoever reads goes down from the newest, and
 * stops where he finds one that is newer: there the writer has been meanwhile.
 *
 *   audit.c        adding, walking
 *   audit_json.c   as people and programs get it
 *
 * Threads:   as said at the fields.
 * Blocking:  the lock is held for memory work only.
 * Ownership: the ring owns one reference of each entry in it.
 */
#ifndef LLMREG_REGISTRY_AUDIT_TABLE_H
#define LLMREG_REGISTRY_AUDIT_TABLE_H

#include <llmreg/audit.h>
#include <llmreg/thread.h>

#include "common/registry/part.h"

struct audit_part {
    struct part part;
    struct llmreg_audit entry;
    char text[];
};

struct audit {
    struct llmreg_lock lock;
    /* fixed after start */
    struct llmreg_bus *bus;
    /* guarded by lock */
    uint64_t newest; /* number of the newest entry; 0: none */
    /* written under lock, read by everybody */
    _Atomic uint64_t count;                     /* added so far */
    struct audit_part *ring[LLMREG_AUDIT_KEPT]; /* published; NULL: none yet */
};

/* As every table (registry.c). */
struct llmreg_registry;
LLMREG_MUSTCHECK int audit_start(struct llmreg_registry *r);
void audit_clear(struct llmreg_registry *r);
void audit_stop(struct llmreg_registry *r);

#endif
