/* SPDX-License-Identifier: MIT */
/* agent_json.c - an agent as people and programs get it.
 *
 * As with endpoints: what is not known is null, and each time is there twice.
 * Capabilities are words as a filter takes them, "gpu" or "gpu=h100".
 */
#include <llmreg/agents.h>

#include <string.h>

#include "common/registry/known_json.h"

#define CAPABILITY_SIZE (64 + 258) /* name, '=', value and NUL */

static void write_capability(struct llmreg_json_out *w,
                             const struct llmreg_capability *c)
{
    char word[CAPABILITY_SIZE];
    size_t name = strlen(c->name), value = strlen(c->value);

    memcpy(word, c->name, name + 1);
    if (value > 0) {
        word[name] = '=';
        memcpy(word + name + 1, c->value, value + 1);
    }
    llmreg_json_string(w, NULL, word);
}

static void write_spec(struct llmreg_json_out *w,
                       const struct llmreg_agent_spec *spec)
{
    json_member_string(w, JSON_KEY("type"), spec->type);
    json_member_string(w, JSON_KEY("name"), spec->name);
    known_text(w, JSON_KEY("role"), spec->role);
    known_text(w, JSON_KEY("domain"), spec->domain);
    known_text(w, JSON_KEY("cluster"), spec->cluster);
    known_text(w, JSON_KEY("host"), spec->host);
    known_text(w, JSON_KEY("url"), spec->url);
    known_text(w, JSON_KEY("version"), spec->version);
    json_member_string(w, JSON_KEY("source"), llmreg_source_text(spec->source));
    json_member_integer(w, JSON_KEY("interval_ms"), spec->interval_ms);
    llmreg_json_open_array(w, "capabilities");
    for (size_t i = 0; i < spec->ncapabilities; i++)
        write_capability(w, &spec->capabilities[i]);
    llmreg_json_close_array(w);
    llmreg_json_open_object(w, "metadata");
    for (size_t i = 0; i < spec->nmetadata; i++)
        llmreg_json_raw(w, spec->metadata[i].name, spec->metadata[i].json);
    llmreg_json_close_object(w);
}

static void write_state(struct llmreg_json_out *w,
                        const struct llmreg_agent_state *s,
                        const struct llmreg_now *now)
{
    json_member_string(w, JSON_KEY("presence"),
                       llmreg_presence_text(s->presence));
    json_member_time(w, JSON_KEY("since"), JSON_KEY("since_ms"), s->since_ms);
    json_member_string(w, JSON_KEY("health"), llmreg_health_text(s->health));
    known_text(w, JSON_KEY("activity"), s->activity);
    json_member_time(w, JSON_KEY("registered_at"), JSON_KEY("registered_at_ms"),
                     s->registered_ms);
    json_member_time(w, JSON_KEY("seen_at"), JSON_KEY("seen_at_ms"),
                     s->seen_ms);
    known_age(w, JSON_KEY("seen_age_seconds"), s->seen_mono_ns, now->mono_ns);
    json_member_integer(w, JSON_KEY("heartbeats"), (int64_t)s->beats);
    known_duration(w, JSON_KEY("latency_ms"), (double)s->latency_us);
    known_text(w, JSON_KEY("address"), s->peer);
    known_text(w, JSON_KEY("other_address"), s->other);
    json_member_integer(w, JSON_KEY("registrations"), s->registrations);
    json_member_integer(w, JSON_KEY("address_changes"), s->address_changes);
}

void llmreg_agent_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_agent *a,
                       const struct llmreg_now *now)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    struct llmreg_agent_state state;

    llmreg_agent_state(a, &state);
    llmreg_json_open_object(w, key);
    json_member_string(w, JSON_KEY("id"), llmreg_agent_id(a));
    write_spec(w, spec);
    write_state(w, &state, now);
    llmreg_json_close_object(w);
    llmreg_agent_spec_put(spec);
}

void llmreg_beat_json(struct llmreg_json_out *w, const char *key,
                      const struct llmreg_beat *beat)
{
    llmreg_json_open_object(w, key);
    json_member_time(w, JSON_KEY("received_at"), JSON_KEY("received_at_ms"),
                     beat->time_ms);
    json_member_string(w, JSON_KEY("presence"),
                       llmreg_presence_text(beat->presence));
    json_member_string(w, JSON_KEY("health"), llmreg_health_text(beat->health));
    known_duration(w, JSON_KEY("latency_ms"), (double)beat->latency_us);
    known_text(w, JSON_KEY("activity"), beat->activity);
    llmreg_json_open_object(w, "metrics");
    for (size_t i = 0; i < beat->nmetrics; i++)
        llmreg_json_double(w, beat->metrics[i].name, beat->metrics[i].value);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}
