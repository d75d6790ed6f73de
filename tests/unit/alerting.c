/* SPDX-License-Identifier: MIT */
/* alerting.c - alerts in a fleet, for tests. */
#include "tests/unit/alerting.h"

#include <check.h>
#include <stdio.h>

#include "tests/unit/fleet.h"

struct llmreg_alert alerting_alert(void)
{
    return (struct llmreg_alert){
        .id = ALERT_ID,
        .rule = LLMREG_RULE_ENDPOINT_UNHEALTHY,
        .subject = "a:1",
        .name = "gpu",
        .message = "gpu is unreachable",
        .state = "unreachable",
        .previous = "healthy",
        .reason = "refused",
        .host = "gpu.example",
        .series = "gpu",
        .url = "http://a:1",
        .since_ms = 900,
    };
}

void alerting_set(enum llmreg_severity severity)
{
    struct llmreg_alert alert = alerting_alert();
    const struct llmreg_alert *old = llmreg_alert_get(fleet, ALERT_ID);
    enum llmreg_severity before = old == NULL ? 0 : old->s.severity;
    enum llmreg_alert_action action = LLMREG_ALERT_CHANGE;

    if (severity == before)
        action = LLMREG_ALERT_NOTHING;
    else if (severity == LLMREG_SEVERITY_OKAY)
        action = LLMREG_ALERT_CLEAR;
    else if (before == LLMREG_SEVERITY_OKAY)
        action = LLMREG_ALERT_FIRE;
    alert.s.severity = severity;
    llmreg_alert_put(old);
    ck_assert_int_eq(llmreg_alert_set(fleet, &alert, action, &fleet_now, NULL),
                     LLMREG_OK);
}

void alerting_acknowledge(const char *by, const char *note)
{
    struct llmreg_error err = {""};

    const struct llmreg_acknowledgement said = {by, note};
    int rc = llmreg_alert_acknowledge(fleet, ALERT_ID, &said, &fleet_now, &err);
    ck_assert_msg(rc == LLMREG_OK, "%d %s", rc, err.text);
}

const struct llmreg_alert *alerting_get(void)
{
    const struct llmreg_alert *a = llmreg_alert_get(fleet, ALERT_ID);

    ck_assert_msg(a != NULL, "no alert");
    return a;
}

const char *alerting_line(void)
{
    static char line[1024];
    const struct llmreg_alert *a = alerting_get();

    (void)snprintf(line, sizeof line, "%s %s %u %s %s",
                   llmreg_severity_text(a->s.severity),
                   llmreg_severity_text(a->told), a->times,
                   a->s.acknowledged ? a->acknowledged_by : "-", a->note);
    llmreg_alert_put(a);
    return line;
}

const char *alerting_event(void)
{
    static char line[1024];
    const struct llmreg_event *e = fleet_event();

    if (e == NULL)
        return "";
    ck_assert_int_eq(e->entity, LLMREG_ENTITY_ALERT);
    ck_assert_str_eq(e->subject, ALERT_ID);
    ck_assert_str_eq(e->name, "gpu");
    (void)snprintf(line, sizeof line, "%s %s %s %s",
                   llmreg_event_type_text(e->type), e->before, e->after,
                   e->reason);
    return line;
}
