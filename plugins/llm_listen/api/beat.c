/* SPDX-License-Identifier: MIT */
/* beat.c - a heartbeat is what the agent says of itself, a sample of its host,
 * and its sessions, in this order. */
#include "plugins/llm_listen/api/report.h"

#include <math.h>

#include <llmreg/agents.h>

#include "plugins/llm_listen/api/own.h"
#include "plugins/llm_listen/api/words.h"

/* What it says of its health, or said before. */
static int read_status(struct ask *a, const struct beat *b,
                       const struct llmreg_agent *agent,
                       struct llmreg_heartbeat *out)
{
    struct llmreg_agent_state state;
    const struct word *word;
    char allowed[256];

    if (b->status == NULL) {
        llmreg_agent_state(agent, &state);
        out->health = state.health;
        return LLMREG_OK;
    }
    word = word_find(b->status);
    if (word == NULL) {
        word_list(allowed, sizeof allowed);
        return ask_fail(a, LLMREG_EINVAL, "status", "status %s: allowed are %s",
                        b->status, allowed);
    }
    out->presence = word->presence;
    out->health = word->health;
    if (out->activity[0] == '\0')
        out->activity = word->activity;
    return LLMREG_OK;
}

static int beat_once(struct ask *a, const struct beat *b,
                     struct llmreg_agent *agent)
{
    struct llmreg_heartbeat beat = {
        .presence = LLMREG_PRESENCE_ONLINE,
        .activity = b->activity == NULL ? "" : b->activity,
        .latency_us = isnan(b->latency_ms) ? -1 : llround(b->latency_ms * 1000),
        .peer = a->req->peer,
        .hub = b->hub == NULL ? "" : b->hub,
        .metrics = b->metrics.items,
        .nmetrics = b->metrics.count,
        .metadata = b->metadata.items,
        .nmetadata = b->metadata.count,
    };
    int rc = read_status(a, b, agent, &beat);

    if (rc != LLMREG_OK)
        return rc;
    return llmreg_agent_heartbeat(a->api->registry, llmreg_agent_id(agent), 0,
                                  &beat, &a->req->now, &a->err);
}

static int beat_host(struct ask *a, const struct beat *b,
                     const struct llmreg_agent_spec *spec)
{
    const struct sampled s = {.host = spec->host,
                              .agent = spec->id,
                              .interval_ms = spec->interval_ms,
                              .resources = b->resources};

    return b->resources == NULL ? LLMREG_OK : report_sample(a, &s);
}

static int beat_all(struct ask *a, const struct beat *b,
                    struct llmreg_agent *agent, struct beaten *out)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(agent);
    int rc = beat_once(a, b, agent);

    if (rc == LLMREG_OK)
        rc = beat_host(a, b, spec);
    if (rc == LLMREG_OK && !a->answered)
        rc = report_peers(a, spec->id, &b->peers);
    *out = (struct beaten){a->answered, spec->interval_ms};
    llmreg_agent_spec_put(spec);
    return rc;
}

int report_beat(struct ask *a, const char *id, const struct beat *b,
                struct beaten *out)
{
    struct llmreg_agent *agent;
    int rc;

    *out = (struct beaten){.answered = true};
    if (!own_agent(a, id))
        return LLMREG_OK;
    agent = llmreg_agent_get(a->api->registry, id);
    if (agent == NULL)
        return ask_fail(a, LLMREG_ENOENT, "agent_id",
                        "agent %s is not registered (any more): register it "
                        "again",
                        id);
    rc = beat_all(a, b, agent, out);
    llmreg_agent_put(agent);
    return rc;
}
