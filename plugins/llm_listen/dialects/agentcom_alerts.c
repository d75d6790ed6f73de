/* SPDX-License-Identifier: MIT */
/* agentcom_alerts.c - alerts as AgentCom knows them: by the rule.
 *
 * Here a rule can be raised for many things.  What is raised for all together
 * has the name of its rule, the others also name what they are about; who
 * acknowledges a rule acknowledges all of it. */
#include <stdlib.h>
#include <string.h>

#include "plugins/llm_listen/api/alerts.h"
#include "plugins/llm_listen/dialects/agentcom.h"
#include "plugins/llm_listen/dialects/dialects.h"

#define FLEET "fleet" /* the subject that is all of it */

/* Rules that have another name there. */
static const struct {
    enum llmreg_rule_id rule;
    const char *name;
} names[] = {{LLMREG_RULE_KIND_DOWN, "tier_down"}};

static const char *name_of(enum llmreg_rule_id rule)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].rule == rule)
            return names[i].name;
    return llmreg_rule_info(rule)->name;
}

void agentcom_rule(char out[static AGENTCOM_RULE_SIZE],
                   enum llmreg_rule_id rule, const char *subject)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, AGENTCOM_RULE_SIZE);
    llmreg_text_add(&t, name_of(rule));
    if (strcmp(subject, FLEET) != 0)
        llmreg_text_addf(&t, "/%s", subject);
}

void agentcom_rule_of(char out[static AGENTCOM_RULE_SIZE], const char *id)
{
    const size_t len = strcspn(id, "/");
    char name[LLMREG_ALERT_ID_SIZE];
    enum llmreg_rule_id rule;
    struct llmreg_text t;

    llmreg_text_init(&t, name, sizeof name);
    llmreg_text_add_bytes(&t, id, len);
    if (id[len] == '/' && llmreg_rule_parse(name, &rule) == LLMREG_OK) {
        agentcom_rule(out, rule, id + len + 1);
        return;
    }
    llmreg_text_init(&t, out, AGENTCOM_RULE_SIZE);
    llmreg_text_add(&t, id);
}

/* ---- asking ---- */

void agentcom_alert(struct llmreg_json_out *w, const char *key,
                    const struct llmreg_alert *alert)
{
    char id[AGENTCOM_RULE_SIZE];

    agentcom_rule(id, alert->rule, alert->subject);
    llmreg_json_open_object(w, key);
    llmreg_json_string(w, "rule_id", id);
    llmreg_json_string(
        w, "severity",
        alert->s.severity == LLMREG_SEVERITY_FAILURE ? "critical" : "warning");
    llmreg_json_string(w, "message", alert->message);
    llmreg_json_open_object(w, "details");
    llmreg_json_string(w, "subject", alert->subject);
    shape_text(w, "state", alert->state);
    shape_text(w, "reason", alert->reason);
    llmreg_json_close_object(w);
    llmreg_json_integer(w, "fired_at", alert->s.fired_ms);
    llmreg_json_bool(w, "acknowledged", alert->s.acknowledged);
    llmreg_json_close_object(w);
}

void agentcom_alerts(struct llmreg_json_out *w, const char *key,
                     const struct llmreg_snapshot *s)
{
    llmreg_json_open_array(w, key);
    for (size_t i = 0; i < s->nalerts; i++)
        if (s->alerts[i]->s.severity != LLMREG_SEVERITY_OKAY)
            agentcom_alert(w, NULL, s->alerts[i]);
    llmreg_json_close_array(w);
}

static int send_alerts(struct ask *a, const struct llmreg_snapshot *s)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    agentcom_alerts(&r.json, "alerts", s);
    llmreg_json_integer(&r.json, "timestamp", a->req->now.wall_ms);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

static int run_alerts(struct ask *a)
{
    return shape_snapshot(a, send_alerts);
}

/* ---- acknowledging ---- */

static bool is_meant(const struct llmreg_alert *alert, const char *said)
{
    char id[AGENTCOM_RULE_SIZE];

    agentcom_rule(id, alert->rule, alert->subject);
    return alert->s.severity != LLMREG_SEVERITY_OKAY &&
           (strcmp(said, name_of(alert->rule)) == 0 || strcmp(said, id) == 0);
}

static int acknowledge_all(struct ask *a, const struct llmreg_snapshot *s,
                           uint64_t *seq, size_t *count)
{
    int rc = LLMREG_OK;

    for (size_t i = 0; i < s->nalerts && rc == LLMREG_OK; i++) {
        if (!is_meant(s->alerts[i], a->params[0]))
            continue;
        rc = alert_acknowledge(a, s->alerts[i]->id, "", seq);
        *count += rc == LLMREG_OK;
        /* One that was cleared meanwhile needs nobody. */
        rc = rc == LLMREG_ENOENT ? LLMREG_OK : rc;
    }
    return rc;
}

static int send_acknowledged(struct ask *a, const struct llmreg_snapshot *s)
{
    struct reply r;
    uint64_t seq = 0;
    size_t count = 0;
    int rc = acknowledge_all(a, s, &seq, &count);

    if (rc != LLMREG_OK)
        return rc;
    if (count == 0)
        return ask_fail(a, LLMREG_ENOENT, NULL, "alert_not_found");
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", "acknowledged");
    llmreg_json_string(&r.json, "rule_id", a->params[0]);
    llmreg_json_close_object(&r.json);
    return reply_send_durable(a, &r, 200, seq);
}

static int run_acknowledge(struct ask *a)
{
    return shape_snapshot(a, send_acknowledged);
}

/* ---- thresholds ---- */

static void write_threshold(struct llmreg_json_out *w, enum llmreg_rule_id rule,
                            const struct llmreg_rule_conf *conf)
{
    if (llmreg_rule_info(rule)->unit != NULL)
        llmreg_json_double(w, name_of(rule), conf->threshold);
}

static int run_thresholds(struct ask *a)
{
    struct llmreg_rule_conf rules[LLMREG_RULES];
    struct reply r;

    llmreg_service_rules(a->api->service, rules);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    for (unsigned i = 0; i < LLMREG_RULES; i++)
        write_threshold(&r.json, i, &rules[i]);
    llmreg_json_open_object(&r.json, "cooldowns");
    for (unsigned i = 0; i < LLMREG_RULES; i++)
        llmreg_json_integer(&r.json, name_of(i),
                            rules[i].cool_ns / LLMREG_NS_PER_MS);
    llmreg_json_close_object(&r.json);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

const struct route agentcom_alerts_routes[] = {
    {HTTP_GET, "/api/alerts", ROUTE_READER, 0, NULL, NULL, run_alerts, "200",
     "alerts that are raised", false},
    {HTTP_POST, "/api/alerts/{id}/acknowledge", ROUTE_OPERATOR, 1024, NULL,
     NULL, run_acknowledge, "200 404", "somebody has seen it", false},
    {HTTP_GET, "/api/config/alert-thresholds", ROUTE_READER, 0, NULL, NULL,
     run_thresholds, "200", "as they are configured", false},
    {.path = NULL},
};
