/* SPDX-License-Identifier: MIT */
/* tell.c - what came before a step is the step before; the first comes from
 * "damaged".
 */
#include "common/store/recovery/ladder.h"

void recovery_tell(const struct recovery *r, const struct store_world *world)
{
    const char *before = "damaged";

    for (size_t i = 0; i < r->nsteps; i++) {
        const struct recovery_step *step = &r->steps[i];
        const struct llmreg_event event = {
            .time_ms = r->at_ms,
            .type = LLMREG_EVENT_STORE,
            .entity = LLMREG_ENTITY_STORE,
            .subject = "store",
            .name = "recovery",
            .before = before,
            .after = step->name,
            .reason = step->text.text,
        };

        llmreg_log(world->log, LLMREG_WARNING, "store: recovery: %s: %s",
                   step->name, step->text.text);
        /* With no memory the number is used: subscribers see a gap. */
        (void)!llmreg_bus_publish(world->bus, &event, NULL);
        before = step->name;
    }
    llmreg_bus_wake(world->bus);
}
