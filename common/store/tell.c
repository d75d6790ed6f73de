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

static void set_failed(struct tell *t, const struct llmreg_now *now, int status,
                       const char *reason)
{
    const struct tell_words words = {"", "ok", "failed", reason};
    const bool first = !t->failed;

    if (first)
        t->since_ms = now->wall_ms;
    t->failed = true;
    standing_set(t->standing, status, t->since_ms, reason);
    if (first)
        tell_event(t->world, now->wall_ms, &words);
}

void tell_failed(struct tell *t, const struct llmreg_now *now, int status,
                 const char *reason)
{
    llmreg_complain(t->world->log, &t->complaint, now, LLMREG_ERROR,
                    "store: %s; everything goes on from memory", reason);
    set_failed(t, now, status, reason);
}

void tell_short(struct tell *t, const struct llmreg_now *now,
                const char *reason)
{
    llmreg_log(t->world->log, LLMREG_WARNING, "store: %s", reason);
    set_failed(t, now, LLMREG_ENOSPACE, reason);
}

void tell_works(struct tell *t, const struct llmreg_now *now, const char *path,
                const char *lost)
{
    struct llmreg_error text;

    llmreg_error_set(&text, "%s%s%s", path, lost == NULL ? "" : "; ",
                     lost == NULL ? "" : lost);
    const struct tell_words words = {"", "failed", "ok", text.text};

    llmreg_release(t->world->log, &t->complaint,
                   "store: %s works again and has everything%s%s", path,
                   lost == NULL ? "" : ", but ", lost == NULL ? "" : lost);
    if (!t->failed)
        return;
    t->failed = false;
    standing_set(t->standing, LLMREG_OK, now->wall_ms, text.text);
    tell_event(t->world, now->wall_ms, &words);
}
