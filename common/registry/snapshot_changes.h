/* SPDX-License-Identifier: MIT */
/* snapshot_changes.h - who has changed since a snapshot was begun.
 *
 * Every change that a snapshot must not have in half is an event, and an event
 * is published under the lock of the table that it is about: who holds that
 * lock and has read all events knows everybody that has changed.
 *
 * Threads:   one at a time.
 * Blocking:  never.
 * Ownership: ids are copied.
 */
#ifndef LLMREG_REGISTRY_SNAPSHOT_CHANGES_H
#define LLMREG_REGISTRY_SNAPSHOT_CHANGES_H

#include <llmreg/bus.h>
#include <llmreg/table.h>

enum changed {
    CHANGED_ENDPOINTS,
    CHANGED_AGENTS,
    CHANGED_HOSTS,
    CHANGED_KINDS
};

struct snapshot_changes {
    uint64_t place;                          /* in the bus's ring */
    struct llmreg_table *ids[CHANGED_KINDS]; /* NULL: none */
    bool hosts_moved;                        /* keys may lead to other hosts */
};

/* From now on. */
void changes_begin(struct snapshot_changes *c, struct llmreg_bus *bus);
/* Reads what is new.  LLMREG_EGAP: something was lost; LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int changes_read(struct snapshot_changes *c,
                                  struct llmreg_bus *bus);
size_t changes_count(const struct snapshot_changes *c, enum changed kind);
bool changes_have(const struct snapshot_changes *c, enum changed kind,
                  const char *id);
void changes_end(struct snapshot_changes *c);

#endif
