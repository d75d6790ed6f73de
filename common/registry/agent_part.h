/* SPDX-License-Identifier: MIT */
/* agent_part.h - a published specification of an agent: one block with its
 * lists and strings, capabilities and metadata sorted.
 *
 * The newest one of an agent also stands in the table of names, so that the
 * agent is found by its type and name.
 *
 * Threads:   immutable; any.
 * Blocking:  never.
 * Ownership: as every part (part.h); llmreg_agent_spec_put drops a reference.
 */
#ifndef LLMREG_REGISTRY_AGENT_PART_H
#define LLMREG_REGISTRY_AGENT_PART_H

#include <llmreg/agent.h>
#include <llmreg/text.h>

#include "common/registry/part.h"

struct llmreg_agent;

struct agent_part {
    struct part part;
    struct cds_lfht_node node;  /* in the table of names */
    struct llmreg_agent *agent; /* whose it is, while it is published */
    struct llmreg_agent_spec spec;
};

/* A copy with one reference, or NULL: no memory. */
struct agent_part *agent_part_new(const struct llmreg_agent_spec *spec);
/* The part that a specification handed out lies in. */
struct agent_part *agent_part_of(const struct llmreg_agent_spec *spec);

/* Adds the names of the fields that differ, "role, metadata"; nothing if
 * both are the same.  Both lie in parts. */
void agent_part_diff(const struct llmreg_agent_spec *a,
                     const struct llmreg_agent_spec *b,
                     struct llmreg_text *out);

#endif
