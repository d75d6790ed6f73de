/* SPDX-License-Identifier: MIT */
/* agent_rewind.c - an agent is again what it said of itself then.
 *
 * It counts as neither seen nor silent: presence goes on.
 */
#include <llmreg/rewind.h>

#include "common/registry/agent_change.h"

int llmreg_agent_rewind(struct llmreg_registry *r,
                        const struct llmreg_agent_spec *spec,
                        struct llmreg_error *err)
{
    const struct llmreg_now now = llmreg_clock_now(r->clock);
    int rc = llmreg_agent_check(spec, err);

    if (rc != LLMREG_OK)
        return rc;
    do {
        struct llmreg_agent *a = llmreg_agent_get(r, spec->id);
        struct agent_change c;

        if (a == NULL)
            return LLMREG_ENOENT;
        agent_change_begin(&c, a, &now);
        rc = agent_change_spec(&c, spec);
        if (rc == LLMREG_OK)
            rc = agent_change_commit(r, &c);
        agent_change_end(&c);
    } while (rc == LLMREG_EBUSY);
    if (rc == LLMREG_EEXIST)
        llmreg_error_set(err, "agent %s: another one has its name by now",
                         spec->id);
    return rc;
}
