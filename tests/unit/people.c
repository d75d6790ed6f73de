/* SPDX-License-Identifier: MIT */
/* people.c - agents, for tests. */
#include "tests/unit/people.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 4096

struct llmreg_agent_spec people_spec(const char *id, const char *name)
{
    static const struct llmreg_capability can[] = {{"chat", ""},
                                                   {"gpu", "h100"}};
    static const struct llmreg_member metadata[] = {{"rack", "7"}};
    const struct llmreg_agent_spec spec = {
        .id = id,
        .type = "worker",
        .name = name,
        .role = "edge",
        .domain = "lab",
        .cluster = "in_cluster",
        .host = "gpu1.example",
        .url = "http://gpu1.example:8000",
        .version = "1.2",
        .source = LLMREG_SOURCE_AUTO,
        .interval_ms = 30000,
        .capabilities = can,
        .ncapabilities = 2,
        .metadata = metadata,
        .nmetadata = 1,
    };

    return spec;
}

const struct llmreg_agent_result *
people_register(const struct llmreg_agent_spec *spec)
{
    static struct llmreg_agent_result result;
    struct llmreg_error err = {""};
    int rc = llmreg_agent_register(fleet, spec, "10.0.0.1", &result, &err);

    ck_assert_msg(rc == LLMREG_OK, "register %s: %d %s", spec->name, rc,
                  err.text);
    return &result;
}

void people_add(const char *id, const char *name)
{
    const struct llmreg_agent_spec spec = people_spec(id, name);

    (void)people_register(&spec);
}

struct llmreg_heartbeat people_heartbeat(void)
{
    const struct llmreg_heartbeat beat = {
        .presence = LLMREG_PRESENCE_ONLINE,
        .health = LLMREG_HEALTH_HEALTHY,
        .activity = "",
        .latency_us = -1,
        .peer = "",
        .hub = "",
    };

    return beat;
}

int people_send(const char *id, const struct llmreg_heartbeat *beat)
{
    return llmreg_agent_heartbeat(fleet, id, 0, beat, &fleet_now, NULL);
}

void people_beat(const char *id)
{
    const struct llmreg_heartbeat beat = people_heartbeat();

    ck_assert_int_eq(people_send(id, &beat), LLMREG_OK);
}

void people_wait(int64_t ms)
{
    fleet_now.mono_ns += ms * LLMREG_NS_PER_MS;
    fleet_now.wall_ms += ms;
}

struct llmreg_agent *people_get(const char *id)
{
    struct llmreg_agent *a = llmreg_agent_get(fleet, id);

    ck_assert_msg(a != NULL, "no agent %s", id);
    return a;
}

struct llmreg_agent_state people_state(const char *id)
{
    struct llmreg_agent *a = people_get(id);
    struct llmreg_agent_state state;

    llmreg_agent_state(a, &state);
    llmreg_agent_put(a);
    return state;
}

const char *people_presence(const char *id)
{
    struct llmreg_agent *a = llmreg_agent_get(fleet, id);
    const char *word =
        a == NULL ? "none" : llmreg_presence_text(llmreg_agent_presence(a));

    llmreg_agent_put(a);
    return word;
}

const char *people_metadata(const char *id)
{
    static char text[TEXT_SIZE];
    struct llmreg_agent *a = people_get(id);
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < spec->nmetadata; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s=%s",
                                i == 0 ? "" : " ", spec->metadata[i].name,
                                spec->metadata[i].json);
    llmreg_agent_spec_put(spec);
    llmreg_agent_put(a);
    return text;
}

/* ---- events ---- */

const char *people_event(void)
{
    static char text[TEXT_SIZE];
    const struct llmreg_event *e = fleet_event();

    text[0] = '\0';
    if (e == NULL)
        return text;
    ck_assert_int_eq(e->entity, LLMREG_ENTITY_AGENT);
    (void)snprintf(text, sizeof text, "%s %s %s>%s %s",
                   llmreg_event_type_text(e->type), e->subject, e->before,
                   e->after, e->reason);
    return text;
}

void people_no_event(void)
{
    ck_assert_str_eq(people_event(), "");
}

int64_t people_tick(void)
{
    return llmreg_tick(fleet, &fleet_now);
}

/* ---- lists of ids ---- */

struct ids {
    const char *id[FLEET_MAX * 2];
    size_t count;
};

static bool collect(void *ctx, struct llmreg_agent *a)
{
    struct ids *ids = ctx;

    ck_assert_uint_lt(ids->count, FLEET_MAX * 2);
    ids->id[ids->count++] = llmreg_agent_id(a);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *people_with(const struct llmreg_agent_filter *filter)
{
    static char text[TEXT_SIZE];
    struct ids ids = {.count = 0};
    size_t len = 0;

    llmreg_each_agent(fleet, filter, collect, &ids);
    qsort(ids.id, ids.count, sizeof ids.id[0], by_text);
    text[0] = '\0';
    for (size_t i = 0; i < ids.count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                i == 0 ? "" : " ", ids.id[i]);
    return text;
}
