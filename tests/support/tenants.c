/* SPDX-License-Identifier: MIT */
/* tenants.c - see tenants.h. */
#include "tests/support/tenants.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

/* ---- agents ---- */

static const char *agent_id(const char *name)
{
    static char id[80];

    snprintf(id, sizeof id, "agent-%s", name);
    return id;
}

struct llmreg_agent_spec tenant_spec(const char *name)
{
    static const struct llmreg_capability capabilities[] = {{"gpu", "h100"},
                                                            {"chat", ""}};
    static const struct llmreg_member metadata[] = {
        {"rack", "\"b7\""}, {"limits", "{\"ctx\":8192}"}};

    return (struct llmreg_agent_spec){
        .id = agent_id(name),
        .type = "performance",
        .name = name,
        .role = "worker",
        .domain = "lab",
        .cluster = "in_cluster",
        .host = "node7",
        .url = "http://node7:8080",
        .version = "1.2.3",
        .source = LLMREG_SOURCE_AUTO,
        .interval_ms = 30000,
        .capabilities = capabilities,
        .ncapabilities = 2,
        .metadata = metadata,
        .nmetadata = 2,
    };
}

void tenant_add(struct room *r, const char *name)
{
    const struct llmreg_agent_spec spec = tenant_spec(name);
    struct llmreg_error err = {""};
    int rc = llmreg_agent_register(r->registry, &spec, "192.0.2.7", NULL, &err);

    ck_assert_msg(rc == LLMREG_OK, "%d %s", rc, err.text);
}

void tenant_remove(struct room *r, const char *name)
{
    ck_assert_int_eq(
        llmreg_agent_remove(r->registry, agent_id(name), 0, "gone"), LLMREG_OK);
}

struct llmreg_agent *tenant_get(struct room *r, const char *name)
{
    return llmreg_agent_get(r->registry, agent_id(name));
}

static void beat(struct room *r, const char *name,
                 enum llmreg_presence presence, enum llmreg_health_state health)
{
    static const struct llmreg_measure metrics[] = {{"tokens_per_s", 12.5},
                                                    {"queue \"a\"", 3}};
    const struct llmreg_heartbeat said = {
        .presence = presence,
        .health = health,
        .activity = "serving",
        .latency_us = 900,
        .peer = "192.0.2.7",
        .hub = "",
        .metrics = metrics,
        .nmetrics = 2,
    };
    struct llmreg_error err = {""};
    int rc = llmreg_agent_heartbeat(r->registry, agent_id(name), 0, &said,
                                    &r->now, &err);

    ck_assert_msg(rc == LLMREG_OK, "%d %s", rc, err.text);
}

void tenant_beat(struct room *r, const char *name,
                 enum llmreg_presence presence)
{
    beat(r, name, presence, LLMREG_HEALTH_HEALTHY);
}

void tenant_beat_health(struct room *r, const char *name,
                        enum llmreg_health_state health)
{
    beat(r, name, LLMREG_PRESENCE_ONLINE, health);
}

/* ---- hosts ---- */

void host_report(struct room *r, const char *id)
{
    static const char *const addresses[] = {"192.0.2.7", "node7.example"};
    const struct llmreg_resources resources = llmreg_resources_unknown();
    const struct llmreg_host_report report = {.id = id,
                                              .name = "the seventh",
                                              .agent = "agent-scout",
                                              .addresses = addresses,
                                              .naddresses = 2,
                                              .interval_ms = 30000,
                                              .resources = &resources};
    struct llmreg_error err = {""};
    int rc = llmreg_host_report(r->registry, &report, &r->now, NULL, &err);

    ck_assert_msg(rc == LLMREG_OK, "%d %s", rc, err.text);
}

struct llmreg_host *host_get(struct room *r, const char *id)
{
    return llmreg_host_get(r->registry, id);
}

/* ---- sessions ---- */

struct llmreg_session session_of(const char *id, const char *from,
                                 const char *to)
{
    static char ends[2][80];

    snprintf(ends[0], sizeof ends[0], "agent-%s", from);
    snprintf(ends[1], sizeof ends[1], "agent-%s", to);
    return (struct llmreg_session){
        .id = id,
        .from = ends[0],
        .to = ends[1],
        .connection = "websocket",
        .reason = "",
        .type = LLMREG_SESSION_HOTLINE,
        .status = LLMREG_SESSION_ESTABLISHED,
        .weight = 2.5,
        .latency_us = 900,
        .bandwidth_bps = -1,
    };
}

void session_open(struct room *r, const char *id, const char *from,
                  const char *to)
{
    const struct llmreg_session s = session_of(id, from, to);
    struct llmreg_error err = {""};
    int rc = llmreg_session_open(r->registry, &s, &r->now, NULL, &err);

    ck_assert_msg(rc == LLMREG_OK, "%d %s", rc, err.text);
}

void session_close(struct room *r, const char *id)
{
    ck_assert_int_eq(llmreg_session_close(r->registry, id,
                                          LLMREG_SESSION_CLOSED, "done",
                                          &r->now),
                     LLMREG_OK);
}

/* ---- alerts ---- */

static const char *alert_id(const char *subject)
{
    static char id[200];

    snprintf(id, sizeof id, "endpoint_unhealthy/%s", subject);
    return id;
}

struct llmreg_alert alert_of(const struct room *r, const char *subject,
                             enum llmreg_severity severity)
{
    const bool raised = severity != LLMREG_SEVERITY_OKAY;

    return (struct llmreg_alert){
        .id = alert_id(subject),
        .rule = LLMREG_RULE_ENDPOINT_UNHEALTHY,
        .subject = subject,
        .name = "gpu one",
        .message = "gpu one is unreachable",
        .state = raised ? "unreachable" : "healthy",
        .previous = raised ? "healthy" : "unreachable",
        .reason = "refused: Connection refused",
        .host = "node7",
        .series = "11434",
        .url = "http://gpu1:11434",
        .acknowledged_by = "",
        .note = "",
        .since_ms = r->now.wall_ms - 5000,
        .s = {.severity = severity,
              .fired_ms = r->now.wall_ms,
              .cleared_ms = raised ? 0 : r->now.wall_ms},
    };
}

void alert_set(struct room *r, const char *subject,
               enum llmreg_severity severity)
{
    const struct llmreg_alert a = alert_of(r, subject, severity);

    ck_assert_int_eq(llmreg_alert_set(r->registry, &a,
                                      severity == LLMREG_SEVERITY_OKAY
                                          ? LLMREG_ALERT_CLEAR
                                          : LLMREG_ALERT_FIRE,
                                      &r->now, NULL),
                     LLMREG_OK);
}

void alert_tell(struct room *r, const char *subject,
                enum llmreg_severity severity)
{
    ck_assert_int_eq(
        llmreg_alert_told(r->registry, alert_id(subject), severity), LLMREG_OK);
}

void alert_acknowledge(struct room *r, const char *subject, const char *by)
{
    const struct llmreg_acknowledgement said = {by, "a new fan is ordered"};

    ck_assert_int_eq(llmreg_alert_acknowledge(r->registry, alert_id(subject),
                                              &said, &r->now, NULL),
                     LLMREG_OK);
}

const struct llmreg_alert *alert_get(struct room *r, const char *subject)
{
    return llmreg_alert_get(r->registry, alert_id(subject));
}

/* ---- tokens, and the audit ---- */

struct llmreg_token token_of(const char *id)
{
    const struct llmreg_token token = {
        .id = id,
        .digest = {1, 2, 0, 0xff, [31] = 7},
        .name = "rack 7",
        .role = LLMREG_ROLE_AGENT,
        .agent = "",
        .host = "",
        .origin = "file",
        .created_ms = 1790000000001,
        .expires_ms = 1990000000001,
        .approved = true,
        .uses = 9,
        .uses_left = 4,
    };

    return token;
}

void token_add(struct room *r, const char *id)
{
    const struct llmreg_token token = token_of(id);

    ck_assert_int_eq(llmreg_token_add(r->registry, &token, &r->now, NULL, NULL),
                     LLMREG_OK);
}

void token_revoke(struct room *r, const char *id)
{
    ck_assert_int_eq(
        llmreg_token_revoke(r->registry, id, "lost", &r->now, NULL), LLMREG_OK);
}

const char *token_state(struct room *r, const char *id)
{
    const struct llmreg_token *t = llmreg_token_get(r->registry, id);
    const char *word = "none";

    if (t != NULL)
        word = llmreg_token_state_text(llmreg_token_state(t, r->now.wall_ms));
    llmreg_token_put(t);
    return word;
}

uint64_t audit_note(struct room *r, const char *detail)
{
    const struct llmreg_audit entry = {
        .who = "token:ab12cd34 rack 7",
        .from = "10.0.0.7",
        .what = "POST /api/v1/endpoints",
        .subject = "gpu1:11434",
        .detail = detail,
        .status = 201,
    };
    uint64_t seq = 0;

    ck_assert_int_eq(llmreg_audit_add(r->registry, &entry, &r->now, &seq, NULL),
                     LLMREG_OK);
    return seq;
}

static bool count_entry(void *ctx, const struct llmreg_audit *entry)
{
    (void)entry;
    ++*(size_t *)ctx;
    return true;
}

size_t audit_count(struct room *r)
{
    size_t n = 0;

    llmreg_each_audit(r->registry, UINT64_MAX, count_entry, &n);
    return n;
}
