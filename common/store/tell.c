/* SPDX-License-Identifier: MIT */
/* tell.c - what is asked for is set before it is published. */
#include "common/store/tell.h"

void tell_event(const struct store_world *world, int64_t wall_ms,
                const struct tell_words *words)
{
    const struct llmreg_event event = {
        .time_ms = wall_ms,
        .type = LLMREG_EVENT_STORE,
        .entity = LLMREG_ENTITY_STORE,
        .subject = "store",
        .name = words->name,
        .before = words->before,
        .after = words->after,
        .reason = words->reason,
    };

    /* With no memory the number is used: subscribers see a gap. */
    (void)!llmreg_bus_publish(world->bus, &event, NULL);
    llmreg_bus_wake(world->bus);
}

void tell_failed(struct tell *t, const struct llmreg_now *now,
                 const char *reason)
{
    const struct tell_words words = {"", "ok", "failed", reason};

    llmreg_complain(t->world->log, &t->complaint, now, LLMREG_ERROR,
                    "store: %s; everything goes on from memory", reason);
    if (!t->failed) {
        standing_set(t->standing, true, now->wall_ms, reason);
        tell_event(t->world, now->wall_ms, &words);
    }
    t->failed = true;
}

void tell_works(struct tell *t, const struct llmreg_now *now, const char *path)
{
    const struct tell_words words = {"", "failed", "ok", path};

    llmreg_release(t->world->log, &t->complaint,
                   "store: %s works again and has everything", path);
    if (t->failed) {
        standing_set(t->standing, false, now->wall_ms, path);
        tell_event(t->world, now->wall_ms, &words);
    }
    t->failed = false;
}
