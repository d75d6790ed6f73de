/* SPDX-License-Identifier: MIT */
/* agent_keys.h - under what an agent is found in the index.
 *
 * One index serves all conditions; the first letter of a key says which:
 *
 *     tperformance     type          hgpu1.example   host
 *     rworker          role          cgpu            capability
 *     dthundergrid     domain        cgpu=h100       capability and value
 *
 * Threads:   values have no thread.
 * Blocking:  never.
 * Ownership: a list is the caller's.
 */
#ifndef LLMREG_REGISTRY_AGENT_KEYS_H
#define LLMREG_REGISTRY_AGENT_KEYS_H

#include <llmreg/agent.h>

#include "common/registry/index.h"

enum agent_key_kind {
    AGENT_KEY_TYPE = 't',
    AGENT_KEY_ROLE = 'r',
    AGENT_KEY_DOMAIN = 'd',
    AGENT_KEY_HOST = 'h',
    AGENT_KEY_CAPABILITY = 'c',
};

#define AGENT_KEY_SIZE 328 /* capability, '=', its value */

/* "" (which nobody has) if it is longer than any. */
void agent_key(char out[static AGENT_KEY_SIZE], enum agent_key_kind kind,
               const char *name);

/* Sorted, none twice, at least one (the type); one block of memory. */
struct agent_keys {
    size_t count;
    const char *items[];
};

/* NULL: no memory.  The same specification has the same keys. */
struct agent_keys *agent_keys_new(const struct llmreg_agent_spec *spec);
struct index_keys agent_keys_list(const struct agent_keys *keys);

#endif
