/* SPDX-License-Identifier: MIT */
/* snapshot_models.h - the models of a snapshot's endpoints, each name once.
 *
 * Threads:   the one that has the snapshot.
 * Blocking:  never.
 * Ownership: the list is the snapshot's; its names are lent by the parts that
 *            the snapshot holds.
 */
#ifndef LLMREG_REGISTRY_SNAPSHOT_MODELS_H
#define LLMREG_REGISTRY_SNAPSHOT_MODELS_H

#include <llmreg/snapshot.h>

/* Makes models and nmodels from the items and counts.models_distinct, which
 * belong together.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int snapshot_models_count(struct llmreg_snapshot *s);

#endif
