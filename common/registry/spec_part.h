/* SPDX-License-Identifier: MIT */
/* spec_part.h - a published specification: one block with all its strings.
 *
 * Threads:   immutable; any.
 * Blocking:  never.
 * Ownership: as every part (part.h); llmreg_spec_put drops a reference.
 */
#ifndef LLMREG_REGISTRY_SPEC_PART_H
#define LLMREG_REGISTRY_SPEC_PART_H

#include <llmreg/endpoint.h>
#include <llmreg/text.h>

#include "common/registry/part.h"

struct spec_part {
    struct part part;
    struct llmreg_spec spec;
    const char *on; /* key of the host it is on: owner, or host of its id */
    struct llmreg_label labels[]; /* and the strings behind them */
};

/* A copy with one reference, or NULL: no memory. */
struct spec_part *spec_part_new(const struct llmreg_spec *spec);
/* The part that a spec handed out lies in. */
struct spec_part *spec_part_of(const struct llmreg_spec *spec);

/* Adds the names of the fields that differ, "name, labels"; nothing if
 * both are the same. */
void spec_part_diff(const struct llmreg_spec *a, const struct llmreg_spec *b,
                    struct llmreg_text *out);

#endif
