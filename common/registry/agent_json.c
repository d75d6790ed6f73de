/* SPDX-License-Identifier: MIT */
/* agent_json.c - an agent as people and programs get it.
 *
 * As with endpoints: what is not known is null, and each time is there twice.
 * Capabilities are words as a filter takes them, "gpu" or "gpu=h100".
 */
#include <llmreg/agents.h>
#include <llmreg/json.h>

#include <string.h>

#define CAPABILITY_SIZE (64 + 258) /* name, '=', value and NUL */

static void text(struct llmreg_json_out *w, const char *key, const char *s)
{
    llmreg_json_string(w, key, s[0] == '\0' ? NULL : s);
}

static void age(struct llmreg_json_out *w, const char *key, int64_t then_ns,
                int64_t now_ns)
{
    int64_t ms = (now_ns - then_ns) / LLMREG_NS_PER_MS;

    if (then_ns == 0)
        llmreg_json_null(w, key);
    else /* it may have been seen after we looked at the clock */
        llmreg_json_double(w, key, ms < 0 ? 0 : (double)ms / 1e3);
}

static void latency(struct llmreg_json_out *w, int64_t us)
{
    if (us < 0)
        llmreg_json_null(w, "latency_ms");
    else
        llmreg_json_double(w, "latency_ms", (double)us / 1e3);
}

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
    llmreg_json_string(w, "type", spec->type);
    llmreg_json_string(w, "name", spec->name);
    text(w, "role", spec->role);
    text(w, "domain", spec->domain);
    text(w, "cluster", spec->cluster);
    text(w, "host", spec->host);
    text(w, "url", spec->url);
    text(w, "version", spec->version);
    llmreg_json_string(w, "source", llmreg_source_text(spec->source));
    llmreg_json_integer(w, "interval_ms", spec->interval_ms);
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
    llmreg_json_string(w, "presence", llmreg_presence_text(s->presence));
    llmreg_json_time(w, "since", "since_ms", s->since_ms);
    llmreg_json_string(w, "health", llmreg_health_text(s->health));
    text(w, "activity", s->activity);
    llmreg_json_time(w, "registered_at", "registered_at_ms", s->registered_ms);
    llmreg_json_time(w, "seen_at", "seen_at_ms", s->seen_ms);
    age(w, "seen_age_seconds", s->seen_mono_ns, now->mono_ns);
    llmreg_json_integer(w, "heartbeats", (int64_t)s->beats);
    latency(w, s->latency_us);
    text(w, "address", s->peer);
    text(w, "other_address", s->other);
    llmreg_json_integer(w, "registrations", s->registrations);
    llmreg_json_integer(w, "address_changes", s->address_changes);
}

void llmreg_agent_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_agent *a,
                       const struct llmreg_now *now)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    struct llmreg_agent_state state;

    llmreg_agent_state(a, &state);
    llmreg_json_open_object(w, key);
    llmreg_json_string(w, "id", llmreg_agent_id(a));
    write_spec(w, spec);
    write_state(w, &state, now);
    llmreg_json_close_object(w);
    llmreg_agent_spec_put(spec);
}

void llmreg_beat_json(struct llmreg_json_out *w, const char *key,
                      const struct llmreg_beat *beat)
{
    llmreg_json_open_object(w, key);
    llmreg_json_time(w, "received_at", "received_at_ms", beat->time_ms);
    llmreg_json_string(w, "presence", llmreg_presence_text(beat->presence));
    llmreg_json_string(w, "health", llmreg_health_text(beat->health));
    latency(w, beat->latency_us);
    text(w, "activity", beat->activity);
    llmreg_json_open_object(w, "metrics");
    for (size_t i = 0; i < beat->nmetrics; i++)
        llmreg_json_double(w, beat->metrics[i].name, beat->metrics[i].value);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}
