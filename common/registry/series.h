/* SPDX-License-Identifier: MIT */
/* series.h - do two endpoints write the same series?
 *
 * A series is named by host and series of a specification.  Those are names of
 * files: what cannot stand in one is replaced, and a hash of 32 bits tells the
 * results apart (names.c), which is enough against chance, but not against
 * somebody who looks for a name that meets another one; and operators give two
 * endpoints one name.  It cannot be made longer, because the files of all who
 * have such a name would be left behind.  So it is counted here how many write
 * what another one does, and whoever has a log says so.  They are not refused:
 * their health is right, only their graphs are not.
 *
 * Threads:   for the holder of the registry's lock.
 * Blocking:  where the table grows (rcu_table.h).
 * Ownership: the node is in the specification, which is lent while it is in.
 */
#ifndef LLMREG_REGISTRY_SERIES_H
#define LLMREG_REGISTRY_SERIES_H

#include "common/registry/table.h"

/* Of the published specification of one that is there, with one call each. */
void series_join_locked(struct llmreg_registry *r, struct spec_part *spec)
    LLMREG_REQUIRES(r->lock);
void series_leave_locked(struct llmreg_registry *r, struct spec_part *spec)
    LLMREG_REQUIRES(r->lock);

#endif
