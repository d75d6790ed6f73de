/* SPDX-License-Identifier: MIT */
/* rewind.h - what is there is again what it was: for a restore.
 *
 * What is observed stays as it is now.  Each change has its event.
 *
 * Threads:   every function may be called from any thread, with no lock held.
 * Blocking:  as the writes of registry.h and agents.h.
 * Ownership: values are lent.
 */
#ifndef LLMREG_REWIND_H
#define LLMREG_REWIND_H

#include <llmreg/agents.h>
#include <llmreg/registry.h>

/* Specification, override and intent of the endpoint, but not what the
 * configuration names (STATIC, now or then).  reason is for the event of the
 * intent.  LLMREG_ENOENT, LLMREG_ENOMEM; LLMREG_ESTALE: the scheme of its URL
 * is another one; LLMREG_EINVAL; the last two with err. */
LLMREG_MUSTCHECK int llmreg_rewind(struct llmreg_registry *r,
                                   const struct llmreg_memory *memory,
                                   const char *reason,
                                   struct llmreg_error *err);

/* What the agent says of itself; it does not count as seen.  LLMREG_ENOENT,
 * LLMREG_ENOMEM; LLMREG_EEXIST: another one has that name; LLMREG_EINVAL; the
 * last two with err. */
LLMREG_MUSTCHECK int llmreg_agent_rewind(struct llmreg_registry *r,
                                         const struct llmreg_agent_spec *spec,
                                         struct llmreg_error *err);

#endif
