/* SPDX-License-Identifier: MIT */
/* rules.c - every rule that can raise an alert, one row each.
 *
 * The names are part of the interface (configuration, ids of alerts, store).
 *
 * Why the presets are as they are:
 *
 *   after   0 where something before the rule has waited already: the health
 *           step (UnhealthyAfter), the ladder of presence, the store's own
 *           retries, a count over ten minutes.  Else a minute, so that one
 *           probe or heartbeat alone raises nothing.  A version is let drift
 *           for an hour, which is how long a roll-out may take.
 *   clear   as long as after where a measured value swings; else 0, since good
 *           news need no patience.
 *   cool    only where the thing itself comes and goes: a value at its limit,
 *           a model that is loaded on demand.
 *   flap    where good news need no patience, but what comes and goes does
 *           not deserve a message each time: five minutes of quiet.
 *   margin  of a value: about a fifth of the way back, or what noise does.  Of
 *           a count: half, or all of it where none is the normal number.
 *
 * Guarded is what a fault of the network on our side would raise for many at
 * once.
 */
#include <llmreg/alert.h>

#include <string.h>

#include "common/domain/window.h"

#define S(seconds) ((seconds)*LLMREG_NS_PER_S)
#define WARNING    LLMREG_SEVERITY_WARNING
#define FAILURE    LLMREG_SEVERITY_FAILURE
#define MANY       1000000
#define OFTEN      2000 /* in 10 minutes */
#define VERSIONS   15   /* rules_fleet.c tells one more apart */

_Static_assert(OFTEN < UINT8_MAX * WINDOW_MINUTES, "a window counts further");

static const struct llmreg_rule_info rules[LLMREG_RULES] = {
    [LLMREG_RULE_ENDPOINT_UNHEALTHY] =
        {.name = "endpoint_unhealthy",
         .about = LLMREG_ENTITY_ENDPOINT,
         .help = "an endpoint is unhealthy or unreachable; degraded is a "
                 "warning",
         .guarded = true,
         .preset = {.severity = FAILURE, .flap_ns = S(300)}},
    [LLMREG_RULE_MODEL_LOST] = {.name = "model_lost",
                                .about = LLMREG_ENTITY_ENDPOINT,
                                .help = "a model has no serving endpoint left",
                                .guarded = true,
                                .preset = {.severity = WARNING,
                                           .after_ns = S(60)}},
    [LLMREG_RULE_KIND_DOWN] =
        {.name = "kind_down",
         .about = LLMREG_ENTITY_ENDPOINT,
         .help = "all endpoints of a kind are down, and there are at least "
                 "so many",
         .unit = "endpoints",
         .threshold_min = 1,
         .threshold_max = MANY,
         .guarded = true,
         .preset = {.severity = FAILURE, .after_ns = S(60), .threshold = 2}},
    [LLMREG_RULE_AGENT_OFFLINE] =
        {.name = "agent_offline",
         .about = LLMREG_ENTITY_AGENT,
         .help = "an agent is offline, and did not say that it stops",
         .guarded = true,
         .preset = {.severity = FAILURE, .flap_ns = S(300)}},
    [LLMREG_RULE_HOST_OFFLINE] =
        {.name = "host_offline",
         .about = LLMREG_ENTITY_HOST,
         .help = "nothing is heard of a host: no agent, no sample, no "
                 "endpoint",
         .guarded = true,
         .preset = {.severity = FAILURE, .after_ns = S(300)}},
    [LLMREG_RULE_NO_AGENTS_ONLINE] =
        {.name = "no_agents_online",
         .about = LLMREG_ENTITY_AGENT,
         .help = "agents are registered, and none of them is online",
         .guarded = true,
         .preset = {.severity = FAILURE, .after_ns = S(60)}},
    [LLMREG_RULE_HOST_STALE] =
        {.name = "host_stale",
         .about = LLMREG_ENTITY_HOST,
         .help = "a host that reported its resources does so no more",
         .guarded = true,
         .preset = {.severity = WARNING, .flap_ns = S(300)}},
    [LLMREG_RULE_VRAM_HIGH] =
        {.name = "vram_high",
         .about = LLMREG_ENTITY_HOST,
         .help = "more than this share of a host's VRAM is used",
         .unit = "ratio",
         .threshold_min = 0.01,
         .threshold_max = 0.99,
         .has_margin = true,
         .preset = {.severity = WARNING,
                    .after_ns = S(60),
                    .clear_ns = S(60),
                    .cool_ns = S(300),
                    .threshold = 0.95,
                    .margin = 0.05}},
    [LLMREG_RULE_MODEL_ON_CPU] =
        {.name = "model_on_cpu",
         .about = LLMREG_ENTITY_ENDPOINT,
         .help = "a loaded model is not wholly in VRAM, though there is VRAM",
         .preset = {.severity = WARNING,
                    .after_ns = S(60),
                    .cool_ns = S(3600)}},
    [LLMREG_RULE_VERSION_DRIFT] =
        {.name = "version_drift",
         .about = LLMREG_ENTITY_ENDPOINT,
         .help = "the endpoints of a kind run more than so many versions",
         .unit = "versions",
         .threshold_min = 1,
         .threshold_max = VERSIONS,
         .preset = {.severity = WARNING, .after_ns = S(3600), .threshold = 1}},
    [LLMREG_RULE_SPLIT_BRAIN] =
        {.name = "split_brain",
         .about = LLMREG_ENTITY_AGENT,
         .help = "an id changed hands more than so many times in ten minutes: "
                 "two claim to be it",
         .unit = "claims in 10 minutes",
         .threshold_min = 1,
         .threshold_max = OFTEN,
         .has_margin = true,
         .preset = {.severity = FAILURE, .threshold = 3, .margin = 3}},
    [LLMREG_RULE_HEARTBEAT_LATENCY] =
        {.name = "heartbeat_latency",
         .about = LLMREG_ENTITY_AGENT,
         .help = "an agent's heartbeats take longer than this",
         .unit = "ms",
         .threshold_min = 1,
         .threshold_max = 3600000,
         .has_margin = true,
         .guarded = true,
         .preset = {.severity = WARNING,
                    .after_ns = S(60),
                    .clear_ns = S(60),
                    .cool_ns = S(300),
                    .threshold = 1000,
                    .margin = 200}},
    [LLMREG_RULE_CONNECTION_CHURN] =
        {.name = "connection_churn",
         .about = LLMREG_ENTITY_AGENT,
         .help = "an agent registered more than so many times in ten minutes",
         .unit = "registrations in 10 minutes",
         .threshold_min = 1,
         .threshold_max = OFTEN,
         .has_margin = true,
         .guarded = true,
         .preset = {.severity = WARNING,
                    .cool_ns = S(600),
                    .threshold = 10,
                    .margin = 5}},
    [LLMREG_RULE_REGISTRY_ISOLATED] =
        {.name = "registry_isolated",
         .about = LLMREG_ENTITY_ENDPOINT,
         .help = "more than this share, and more than 10, fell silent within "
                 "one interval: is it us?",
         .unit = "ratio",
         .threshold_min = 0.01,
         .threshold_max = 0.99,
         .preset = {.severity = FAILURE, .threshold = 0.5}},
    [LLMREG_RULE_STORE_FAILED] =
        {.name = "store_failed",
         .about = LLMREG_ENTITY_STORE,
         .help = "the store does not work; all goes on from memory",
         .preset = {.severity = FAILURE}},
    [LLMREG_RULE_STORE_UNHEALTHY] =
        {.name = "store_unhealthy",
         .about = LLMREG_ENTITY_STORE,
         .help = "the store has damage, no space, no backup or too many free "
                 "pages; one of the last three is a warning",
         .preset = {.severity = FAILURE, .flap_ns = S(300)}},
};

const struct llmreg_rule_info *llmreg_rule_info(enum llmreg_rule_id rule)
{
    return (unsigned)rule < LLMREG_RULES ? &rules[rule] : NULL;
}

int llmreg_rule_parse(const char *name, enum llmreg_rule_id *out)
{
    for (int i = 0; i < LLMREG_RULES; i++)
        if (strcmp(rules[i].name, name) == 0) {
            *out = (enum llmreg_rule_id)i;
            return LLMREG_OK;
        }
    return LLMREG_ENOENT;
}
