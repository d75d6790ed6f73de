/* SPDX-License-Identifier: MIT */
/* session_json.c - a session as people and programs get it. */
#include <llmreg/json.h>
#include <llmreg/sessions.h>

static void text(struct llmreg_json_out *w, const char *key, const char *s)
{
    llmreg_json_string(w, key, s[0] == '\0' ? NULL : s);
}

static void write_numbers(struct llmreg_json_out *w,
                          const struct llmreg_session *s)
{
    llmreg_json_double(w, "weight", s->weight);
    if (s->latency_us < 0)
        llmreg_json_null(w, "latency_ms");
    else
        llmreg_json_double(w, "latency_ms", (double)s->latency_us / 1e3);
    if (s->bandwidth_bps < 0)
        llmreg_json_null(w, "bandwidth_bps");
    else
        llmreg_json_integer(w, "bandwidth_bps", s->bandwidth_bps);
}

void llmreg_session_json(struct llmreg_json_out *w, const char *key,
                         const struct llmreg_session *s)
{
    llmreg_json_open_object(w, key);
    llmreg_json_string(w, "id", s->id);
    llmreg_json_string(w, "from", s->from);
    llmreg_json_string(w, "to", s->to);
    llmreg_json_string(w, "type", llmreg_session_type_text(s->type));
    llmreg_json_string(w, "status", llmreg_session_status_text(s->status));
    text(w, "connection", s->connection);
    write_numbers(w, s);
    llmreg_json_time(w, "opened_at", "opened_at_ms", s->opened_ms);
    llmreg_json_time(w, "active_at", "active_at_ms", s->active_ms);
    llmreg_json_time(w, "closed_at", "closed_at_ms", s->closed_ms);
    text(w, "reason", s->reason);
    llmreg_json_close_object(w);
}
