/* SPDX-License-Identifier: MIT */
/* alerts.c - what people were told, and that somebody has seen it. */
#include <llmreg/alerts.h>

#include <string.h>

#include "plugins/llm_listen/api/alerts.h"
#include "plugins/llm_listen/api/list.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

/* ---- lists ---- */

static const char *alert_id(const void *item)
{
    const struct llmreg_alert *a = item;

    return a->id;
}

/* Alerts are values that never change; lists know nothing of const. */
static void *alert_hold(void *item)
{
    (void)llmreg_alert_hold(item);
    return item;
}

static void alert_put(void *item)
{
    llmreg_alert_put(item);
}

static void alert_json(struct llmreg_json_out *w, void *item,
                       const struct ask *a)
{
    (void)a;
    llmreg_alert_json(w, NULL, item);
}

static const struct list_kind alerts_kind = {"alerts", alert_id, alert_hold,
                                             alert_put, alert_json};

static const char *const severities[] = {"okay", "warning", "failure", NULL};

enum { ROW_SEVERITY = LIST_ROWS, ROW_RAISED, ROW_ACKNOWLEDGED, ROW_RULE };

static const struct query_row list_query[] = {
    LIST_QUERY,
    {"severity", QUERY_WORD, 0, 0, severities, "only those that are so now"},
    {"raised", QUERY_BOOL, 0, 0, NULL,
     "only those that are raised, or are over"},
    {"acknowledged", QUERY_BOOL, 0, 0, NULL,
     "only those that somebody has acknowledged, or nobody"},
    {"rule", QUERY_TEXT, 0, 0, NULL, "only those of the rule"},
    {.name = NULL},
};

static bool is_wanted(const struct query_value *v, bool is)
{
    return v->text == NULL || is == (v->number != 0);
}

static bool see_alert(void *ctx, const struct llmreg_alert *alert)
{
    struct list *l = ctx;
    const struct query_value *q = l->ask->query;
    const bool raised = alert->s.severity != LLMREG_SEVERITY_OKAY;

    if ((q[ROW_SEVERITY].text == NULL ||
         q[ROW_SEVERITY].number == (int64_t)alert->s.severity) &&
        is_wanted(&q[ROW_RAISED], raised) &&
        is_wanted(&q[ROW_ACKNOWLEDGED], alert->s.acknowledged) &&
        (q[ROW_RULE].text == NULL ||
         strcmp(q[ROW_RULE].text, llmreg_rule_info(alert->rule)->name) == 0))
        return list_see(l, (void *)(uintptr_t)alert);
    return true;
}

static int check_rule(struct ask *a)
{
    const char *name = a->query[ROW_RULE].text;
    enum llmreg_rule_id rule;

    if (name == NULL || llmreg_rule_parse(name, &rule) == LLMREG_OK)
        return LLMREG_OK;
    return ask_fail(a, LLMREG_EINVAL, "rule", "there is no rule %.64s", name);
}

static int run_list(struct ask *a)
{
    struct list l;
    int rc = check_rule(a);

    if (rc == LLMREG_OK)
        rc = list_init(&l, &alerts_kind, a);
    if (rc != LLMREG_OK)
        return rc;
    llmreg_each_alert(a->api->registry, see_alert, &l);
    rc = list_send(&l);
    list_fini(&l);
    return rc;
}

/* ---- acknowledging ---- */

struct acknowledging {
    body_given given;
    const char *note; /* or NULL */
};

static const struct body_field acknowledging_fields[] = {
    {"note", BODY_TEXT, offsetof(struct acknowledging, note), 0,
     LLMREG_ALERT_NOTE_SIZE - 1, false, NULL, NULL, "what is done about it"},
    {.name = NULL},
};

static const struct body_form acknowledging_form = {
    .name = "Acknowledgement",
    .fields = acknowledging_fields,
    .size = sizeof(struct acknowledging),
    .strict = true,
    .optional = true,
};

int alert_acknowledge(struct ask *a, const char *id, const char *note,
                      uint64_t *seq)
{
    char who[LLMREG_ALERT_BY_SIZE + 64], by[LLMREG_ALERT_BY_SIZE];
    const struct llmreg_acknowledgement ack = {.by = by, .note = note};
    int rc;

    who_text(&a->who, a->req, who, sizeof who);
    llmreg_copy_message(by, sizeof by, who);
    rc = llmreg_alert_acknowledge(a->api->registry, id, &ack, &a->req->now,
                                  &a->err);
    if (rc == LLMREG_ENOENT)
        return ask_fail(a, rc, "alert_id", "no alert %s is raised", id);
    if (rc != LLMREG_OK)
        return rc;
    ask_audit(a, id, "acknowledged", 200, seq);
    if (*seq == 0)
        *seq = llmreg_bus_last(a->api->bus);
    return LLMREG_OK;
}

static int run_acknowledge(struct ask *a)
{
    const struct acknowledging *said = a->body;
    const struct llmreg_alert *alert;
    struct reply r;
    uint64_t seq = 0;
    int rc = alert_acknowledge(a, a->params[0],
                               said->note == NULL ? "" : said->note, &seq);

    if (rc != LLMREG_OK)
        return rc;
    alert = llmreg_alert_get(a->api->registry, a->params[0]);
    if (alert == NULL)
        return ask_fail(a, LLMREG_ENOENT, "alert_id", "alert %s is over",
                        a->params[0]);
    reply_begin(&r);
    llmreg_alert_json(&r.json, NULL, alert);
    llmreg_alert_put(alert);
    return reply_send_durable(a, &r, 200, seq);
}

const struct route alerts_routes[] = {
    {HTTP_GET, "/api/v1/alerts", ROUTE_READER, 0, list_query, NULL, run_list,
     "200 304", "alerts, in the order of their ids", false},
    {HTTP_POST, "/api/v1/alerts/{id}/acknowledge", ROUTE_OPERATOR, 4096, NULL,
     &acknowledging_form, run_acknowledge, "200 404",
     "somebody has seen it: nobody is told again until it gets worse", false},
    {.path = NULL},
};
