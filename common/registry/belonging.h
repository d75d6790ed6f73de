/* SPDX-License-Identifier: MIT */
/* belonging.h - where an entry's specification puts it: on a host, with the
 * agent that announced it.
 *
 * From one specification to another in the steps of index.h: prepare, join,
 * publish, leave.
 *
 * Threads:   for the holder of the table's lock.
 * Blocking:  never.
 * Ownership: a change lends the entry and both specifications.
 */
#ifndef LLMREG_REGISTRY_BELONGING_H
#define LLMREG_REGISTRY_BELONGING_H

#include "common/registry/table.h"

struct belonging {
    struct index_change host, agent;
};

/* NULL: none, before e was there and after it. */
struct belonging belonging_change(struct llmreg_endpoint *e,
                                  const struct spec_part *from,
                                  const struct spec_part *to);
/* LLMREG_ENOMEM: nothing changed. */
LLMREG_MUSTCHECK int belonging_prepare_locked(struct llmreg_registry *r,
                                              const struct belonging *b)
    LLMREG_REQUIRES(r->lock);
void belonging_cancel_locked(struct llmreg_registry *r,
                             const struct belonging *b)
    LLMREG_REQUIRES(r->lock);
void belonging_join_locked(struct llmreg_registry *r, const struct belonging *b)
    LLMREG_REQUIRES(r->lock);
void belonging_leave_locked(struct llmreg_registry *r,
                            struct llmreg_endpoint *e,
                            const struct belonging *b) LLMREG_REQUIRES(r->lock);

#endif
