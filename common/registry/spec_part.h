/* SPDX-License-Identifier: MIT */
/* spec_part.h - a published specification: one block with all its strings.
 *
 * It is there twice: as whoever named the endpoint said it, and with what the
 * operator says otherwise, as everybody reads it.
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
#include "common/registry/rcu.h"

struct spec_part {
    struct part part;
    struct cds_lfht_node node; /* by host and series (series.h) */
    struct llmreg_spec spec;   /* with what is overridden */
    struct llmreg_spec named;
    struct llmreg_override override;
    const char *on;    /* key of the host it is on: owner, or host of its id */
    const char *agent; /* that announced it, or NULL */
    struct llmreg_label labels[]; /* and the strings behind them */
};

/* named with what is overridden; lends what they lend. */
struct llmreg_spec spec_part_apply(const struct llmreg_spec *named,
                                   const struct llmreg_override *override);
/* A copy with one reference, or NULL: no memory. */
struct spec_part *spec_part_new(const struct llmreg_spec *named,
                                const struct llmreg_override *override);
/* The part that a spec handed out lies in. */
struct spec_part *spec_part_of(const struct llmreg_spec *spec);

/* Adds the names of the fields that differ, "name, labels"; nothing if
 * both are the same. */
void spec_part_diff(const struct llmreg_spec *a, const struct llmreg_spec *b,
                    struct llmreg_text *out);
/* The same of what is overridden. */
void spec_part_diff_override(const struct llmreg_override *a,
                             const struct llmreg_override *b,
                             struct llmreg_text *out);

#endif
