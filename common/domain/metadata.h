/* SPDX-License-Identifier: MIT */
/* metadata.h - what an agent says of itself and nobody here understands:
 * names with any JSON values, checked and merged.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: members are lent, those that merge gives out too.
 */
#ifndef LLMREG_DOMAIN_METADATA_H
#define LLMREG_DOMAIN_METADATA_H

#include <llmreg/agent.h>

/* LLMREG_EINVAL, err; LLMREG_ENOMEM: no memory for reading JSON. */
LLMREG_MUSTCHECK int metadata_check(const struct llmreg_member *members,
                                    size_t count, struct llmreg_error *err);

/* Sorted by name, none twice, within the bounds; strings are lent. */
struct metadata {
    size_t count;
    struct llmreg_member members[LLMREG_METADATA_MAX];
};

/* *out has the members of old (sorted) with those of update in their place;
 * "null" removes.  LLMREG_EINVAL: more than fits, err says so. */
LLMREG_MUSTCHECK int metadata_merge(const struct llmreg_agent_spec *old,
                                    const struct llmreg_member *update,
                                    size_t nupdate, struct metadata *out,
                                    struct llmreg_error *err);
/* Would merging change nothing?  old is sorted. */
bool metadata_has_all(const struct llmreg_agent_spec *old,
                      const struct llmreg_member *update, size_t nupdate);

#endif
