/* SPDX-License-Identifier: MIT */
/* agentcom_presence.c - what agents hear of each other: who joined, who left,
 * and what they do.
 *
 * Where very many come and go at once, not all of them are told
 * (CAST_TEXTS): list_agents says who is there. */
#include "plugins/llm_listen/dialects/agentcom.h"
#include "plugins/llm_listen/dialects/dialects.h"

static void begin(struct reply *r, enum agentcom_change change)
{
    reply_begin(r);
    llmreg_json_open_object(&r->json, NULL);
    llmreg_json_string(&r->json, "type", agentcom_change_text(change));
}

static void say(struct cast *c, struct reply *r, const char *about)
{
    llmreg_json_close_object(&r->json);
    cast_say(c, r, about);
}

/* It knows itself that it came. */
static void say_agent(struct ask *a, struct cast *c,
                      const struct llmreg_event *e, enum agentcom_change change)
{
    struct llmreg_agent *agent = llmreg_agent_get(a->api->registry, e->subject);
    struct reply r;

    if (agent == NULL)
        return;
    begin(&r, change);
    agentcom_agent(&r.json, "agent", agent, false);
    say(c, &r, change == AGENTCOM_JOINED ? e->subject : NULL);
    llmreg_agent_put(agent);
}

static void say_left(struct cast *c, const struct llmreg_event *e)
{
    struct reply r;

    begin(&r, AGENTCOM_LEFT);
    llmreg_json_string(&r.json, "agent_id", e->subject);
    say(c, &r, NULL);
}

static void tell(struct ask *a, struct cast *c,
                 const struct cast_events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        const struct llmreg_event *e = events->items[i];
        const enum agentcom_change change = agentcom_change_of(e);

        if (change == AGENTCOM_JOINED || change == AGENTCOM_STATUS)
            say_agent(a, c, e, change);
        else if (change == AGENTCOM_LEFT)
            say_left(c, e);
    }
}

const struct cast_kind agentcom_presence_cast = {
    .filter = {.types = UINT64_MAX,
               .entities = UINT64_C(1) << LLMREG_ENTITY_AGENT},
    .tell = tell,
};
