/* SPDX-License-Identifier: MIT */
/* models_part.h - a published list of models: one block, sorted by name.
 *
 * Threads:   immutable; any.
 * Blocking:  never.
 * Ownership: as every part (part.h); llmreg_models_put drops a reference.
 */
#ifndef LLMREG_REGISTRY_MODELS_PART_H
#define LLMREG_REGISTRY_MODELS_PART_H

#include <llmreg/endpoint.h>
#include <llmreg/text.h>

#include "common/registry/index.h"
#include "common/registry/part.h"

struct models_part {
    struct part part;
    struct llmreg_models models;
    size_t loaded;               /* how many are known to be loaded */
    struct llmreg_model items[]; /* and the strings behind them */
};

/* A sorted copy without doubles (the first of a name is kept), with one
 * reference.  LLMREG_ENOMEM; LLMREG_EINVAL: llmreg_models_check. */
LLMREG_MUSTCHECK int models_part_new(struct models_part **out,
                                     const struct llmreg_models *models);
/* The part that a list handed out lies in. */
struct models_part *models_part_of(const struct llmreg_models *models);

/* The names as keys of the index. */
struct index_keys models_part_keys(const struct llmreg_models *models);
/* Adds this to the nodes of those that are loaded. */
void models_part_mark(const struct models_part *p, const struct link *links,
                      struct tally by);
/* Both have the same names. */
bool models_part_same_names(const struct llmreg_models *a,
                            const struct llmreg_models *b);
/* "added a, b; removed c; changed d", as far as it fits into out. */
void models_part_diff(const struct llmreg_models *before,
                      const struct llmreg_models *after,
                      struct llmreg_text *out);

#endif
