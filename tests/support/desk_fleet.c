/* SPDX-License-Identifier: MIT */
/* desk_fleet.c - see desk_fleet.h. */
#include "tests/support/desk_fleet.h"

#include <check.h>
#include <stdio.h>

#include <llmreg/alerts.h>

void desk_add(struct desk *d, const char *host, const char *more)
{
    char body[400];

    snprintf(body, sizeof body, "{\"host\":\"%s\"%s}", host, more);
    desk_ask(d, "operator", "POST /api/v1/endpoints", body, 201);
}

struct llmreg_endpoint *desk_endpoint(struct desk *d, const char *host)
{
    char id[80];
    struct llmreg_endpoint *e;

    snprintf(id, sizeof id, "%s:11434", host);
    e = llmreg_get(d->registry, id);
    ck_assert_ptr_nonnull(e);
    return e;
}

void desk_observe(struct desk *d, const char *host, enum llmreg_reason reason)
{
    static const struct llmreg_health_rule rule = {1, 1};
    const struct llmreg_observation seen = {.reason = reason, .total_us = 5};
    struct llmreg_endpoint *e = desk_endpoint(d, host);

    ck_assert_int_eq(llmreg_observe(d->registry, e, &seen, &rule, &d->now),
                     LLMREG_OK);
    llmreg_put(e);
}

void desk_give(struct desk *d, const char *host,
               const struct llmreg_model *items, size_t n)
{
    const struct llmreg_models models = {.items = items, .count = n};
    struct llmreg_endpoint *e = desk_endpoint(d, host);

    ck_assert_int_eq(llmreg_models_set(d->registry, e, &models, &d->now),
                     LLMREG_OK);
    llmreg_put(e);
}

void desk_fleet(struct desk *d)
{
    struct llmreg_model one[] = {llmreg_model_unknown("a:latest"),
                                 llmreg_model_unknown("lib/b:7b")};
    struct llmreg_model two = llmreg_model_unknown("a:latest");
    struct llmreg_model three = llmreg_model_unknown("c:1");

    desk_add(d, "gpu1", "");
    desk_add(d, "gpu2", "");
    desk_add(d, "gpu3", "");
    one[0].family = "llama";
    one[0].context_max = 8192;
    one[0].tools = LLMREG_NO;
    two.loaded = LLMREG_YES;
    two.tools = LLMREG_YES;
    two.size_bytes = 77;
    desk_give(d, "gpu1", one, 2);
    desk_give(d, "gpu2", &two, 1);
    desk_give(d, "gpu3", &three, 1);
    desk_observe(d, "gpu1", LLMREG_REASON_OK);
    desk_observe(d, "gpu2", LLMREG_REASON_OK);
    desk_observe(d, "gpu3", LLMREG_REASON_REFUSED);
}

void desk_alert(struct desk *d, enum llmreg_rule_id rule, const char *subject,
                enum llmreg_severity severity)
{
    char id[200];
    const struct llmreg_alert alert = {
        .id = id,
        .rule = rule,
        .subject = subject,
        .name = subject,
        .message = "it is slow",
        .state = "slow",
        .previous = "",
        .reason = "",
        .host = "",
        .series = "",
        .url = "",
        .acknowledged_by = "",
        .note = "",
        .since_ms = d->now.wall_ms,
        .s = {.severity = severity, .fired_ms = d->now.wall_ms}};

    snprintf(id, sizeof id, "%s/%s", llmreg_rule_info(rule)->name, subject);
    ck_assert_int_eq(
        llmreg_alert_set(d->registry, &alert, LLMREG_ALERT_FIRE, &d->now, NULL),
        LLMREG_OK);
}
