/* SPDX-License-Identifier: MIT */
/* alert_json.c - an alert as people and programs get it.
 *
 * What is not known is null, never 0 and never an empty word.  The times of
 * the state's steps are monotonic, and nobody's business.
 */
#include <llmreg/alerts.h>
#include <llmreg/json.h>

static void text(struct llmreg_json_out *w, const char *key, const char *s)
{
    llmreg_json_string(w, key, s[0] == '\0' ? NULL : s);
}

static void write_subject(struct llmreg_json_out *w,
                          const struct llmreg_alert *a)
{
    const struct llmreg_rule_info *rule = llmreg_rule_info(a->rule);

    llmreg_json_string(w, "rule", rule->name);
    llmreg_json_string(w, "about", llmreg_entity_text(rule->about));
    llmreg_json_string(w, "subject", a->subject);
    text(w, "name", a->name);
    text(w, "host", a->host);
    text(w, "series", a->series);
    text(w, "url", a->url);
}

static void write_acknowledgement(struct llmreg_json_out *w,
                                  const struct llmreg_alert *a)
{
    llmreg_json_bool(w, "acknowledged", a->s.acknowledged);
    text(w, "acknowledged_by", a->acknowledged_by);
    llmreg_json_time(w, "acknowledged_at", "acknowledged_at_ms",
                     a->acknowledged_ms);
    text(w, "note", a->note);
}

void llmreg_alert_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_alert *a)
{
    llmreg_json_open_object(w, key);
    llmreg_json_string(w, "id", a->id);
    write_subject(w, a);
    llmreg_json_string(w, "severity", llmreg_severity_text(a->s.severity));
    llmreg_json_string(w, "told", llmreg_severity_text(a->told));
    llmreg_json_bool(w, "remembered", a->s.remembered);
    text(w, "message", a->message);
    text(w, "state", a->state);
    text(w, "previous", a->previous);
    text(w, "reason", a->reason);
    llmreg_json_time(w, "since", "since_ms", a->since_ms);
    llmreg_json_time(w, "fired_at", "fired_at_ms", a->s.fired_ms);
    llmreg_json_time(w, "cleared_at", "cleared_at_ms", a->s.cleared_ms);
    write_acknowledgement(w, a);
    llmreg_json_integer(w, "times", a->times);
    llmreg_json_integer(w, "seq", (int64_t)a->seq);
    llmreg_json_close_object(w);
}
