/* SPDX-License-Identifier: MIT */
/* snapshot_json.c - the document that snapshot.h describes. */
#include <llmreg/snapshot.h>

#include "common/registry/endpoint_json.h"
#include "common/registry/known_json.h"

static void write_endpoint_counts(struct llmreg_json_out *w,
                                  const struct llmreg_counts *n)
{
    llmreg_json_open_object(w, "endpoints");
    llmreg_json_integer(w, "total", (int64_t)n->endpoints);
    for (int i = 0; i < LLMREG_HEALTH_STATES; i++)
        llmreg_json_integer(w, llmreg_health_text(i), (int64_t)n->by_state[i]);
    llmreg_json_close_object(w);
    llmreg_json_open_object(w, "models");
    llmreg_json_integer(w, "distinct", (int64_t)n->models_distinct);
    llmreg_json_integer(w, "loaded", (int64_t)n->models_loaded);
    llmreg_json_close_object(w);
}

static void write_agent_counts(struct llmreg_json_out *w,
                               const struct llmreg_agent_counts *n)
{
    llmreg_json_open_object(w, "agents");
    llmreg_json_integer(w, "total", (int64_t)n->agents);
    for (int i = 0; i < LLMREG_PRESENCES; i++)
        llmreg_json_integer(w, llmreg_presence_text(i),
                            (int64_t)n->by_presence[i]);
    llmreg_json_close_object(w);
}

static void write_host_counts(struct llmreg_json_out *w,
                              const struct llmreg_host_counts *n)
{
    llmreg_json_open_object(w, "hosts");
    llmreg_json_integer(w, "total", (int64_t)n->hosts);
    llmreg_json_integer(w, "fresh", (int64_t)n->fresh);
    llmreg_json_integer(w, "stale", (int64_t)n->stale);
    llmreg_json_close_object(w);
}

static void write_alert_counts(struct llmreg_json_out *w,
                               const struct llmreg_alert_counts *n)
{
    llmreg_json_open_object(w, "alerts");
    for (int i = LLMREG_SEVERITY_WARNING; i < LLMREG_SEVERITIES; i++)
        llmreg_json_integer(w, llmreg_severity_text(i), (int64_t)n->raised[i]);
    llmreg_json_integer(w, "acknowledged", (int64_t)n->acknowledged);
    llmreg_json_close_object(w);
}

static void write_counts(struct llmreg_json_out *w,
                         const struct llmreg_snapshot *s)
{
    llmreg_json_open_object(w, "counts");
    write_endpoint_counts(w, &s->counts);
    write_agent_counts(w, &s->agent_counts);
    write_host_counts(w, &s->host_counts);
    write_alert_counts(w, &s->alert_counts);
    llmreg_json_close_object(w);
}

static void write_fleet_model(struct llmreg_json_out *w,
                              const struct llmreg_fleet_model *m)
{
    llmreg_json_open_object(w, NULL);
    json_member_string(w, JSON_KEY("name"), m->name);
    json_member_integer(w, JSON_KEY("endpoints"), (int64_t)m->endpoints);
    json_member_integer(w, JSON_KEY("healthy"), (int64_t)m->healthy);
    json_member_integer(w, JSON_KEY("routable"), (int64_t)m->routable);
    json_member_integer(w, JSON_KEY("loaded"), (int64_t)m->loaded);
    llmreg_json_close_object(w);
}

/* ---- agents ---- */

static void write_agent(struct llmreg_json_out *w,
                        const struct llmreg_snapshot_agent *a)
{
    llmreg_json_open_object(w, NULL);
    json_member_string(w, JSON_KEY("id"), llmreg_agent_id(a->agent));
    json_member_string(w, JSON_KEY("type"), a->spec->type);
    json_member_string(w, JSON_KEY("name"), a->spec->name);
    known_text(w, JSON_KEY("role"), a->spec->role);
    known_text(w, JSON_KEY("domain"), a->spec->domain);
    known_text(w, JSON_KEY("host"), a->spec->host);
    known_text(w, JSON_KEY("version"), a->spec->version);
    json_member_string(w, JSON_KEY("presence"),
                       llmreg_presence_text(a->state.presence));
    json_member_time(w, JSON_KEY("since"), JSON_KEY("since_ms"),
                     a->state.since_ms);
    json_member_string(w, JSON_KEY("health"),
                       llmreg_health_text(a->state.health));
    known_text(w, JSON_KEY("activity"), a->state.activity);
    json_member_time(w, JSON_KEY("seen_at"), JSON_KEY("seen_at_ms"),
                     a->state.seen_ms);
    known_duration(w, JSON_KEY("latency_ms"), (double)a->state.latency_us);
    llmreg_json_close_object(w);
}

/* ---- hosts ---- */

static void write_gpu(struct llmreg_json_out *w, const struct llmreg_gpu *g)
{
    llmreg_json_open_object(w, NULL);
    known_text(w, JSON_KEY("name"), g->name);
    known_double(w, JSON_KEY("utilization_percent"), g->utilization_percent);
    known_number(w, JSON_KEY("memory_used_bytes"), g->memory_used_bytes);
    known_number(w, JSON_KEY("memory_total_bytes"), g->memory_total_bytes);
    known_double(w, JSON_KEY("temperature_celsius"), g->temperature_celsius);
    known_double(w, JSON_KEY("power_watts"), g->power_watts);
    llmreg_json_close_object(w);
}

static void write_sample(struct llmreg_json_out *w,
                         const struct llmreg_sample *s)
{
    const struct llmreg_resources *r = &s->resources;

    llmreg_json_open_object(w, "resources");
    json_member_time(w, JSON_KEY("sampled_at"), JSON_KEY("sampled_at_ms"),
                     s->time_ms);
    known_double(w, JSON_KEY("cpu_percent"), r->cpu_percent);
    known_double(w, JSON_KEY("load1"), r->load1);
    known_number(w, JSON_KEY("ram_used_bytes"), r->ram_used_bytes);
    known_number(w, JSON_KEY("ram_total_bytes"), r->ram_total_bytes);
    known_number(w, JSON_KEY("vram_used_bytes"), r->vram_used_bytes);
    known_number(w, JSON_KEY("vram_total_bytes"), r->vram_total_bytes);
    llmreg_json_open_array(w, "gpus");
    for (size_t i = 0; i < r->ngpus; i++)
        write_gpu(w, &r->gpus[i]);
    llmreg_json_close_array(w);
    llmreg_json_close_object(w);
}

static void write_host(struct llmreg_json_out *w,
                       const struct llmreg_snapshot_host *h)
{
    llmreg_json_open_object(w, NULL);
    json_member_string(w, JSON_KEY("id"), llmreg_host_id(h->host));
    known_text(w, JSON_KEY("name"), h->spec->name);
    known_text(w, JSON_KEY("agent"), h->spec->agent);
    json_member_time(w, JSON_KEY("reported_at"), JSON_KEY("reported_at_ms"),
                     h->state.reported_ms);
    json_member_bool(w, JSON_KEY("stale"), h->state.stale);
    json_member_time(w, JSON_KEY("since"), JSON_KEY("since_ms"),
                     h->state.since_ms);
    if (h->sample == NULL)
        json_member_null(w, JSON_KEY("resources"));
    else
        write_sample(w, h->sample);
    llmreg_json_close_object(w);
}

/* ---- all of it ---- */

static void write_head(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_snapshot *s,
                       const struct llmreg_now *now)
{
    llmreg_json_open_object(w, key);
    llmreg_json_integer(w, "seq", (int64_t)s->seq);
    llmreg_json_time(w, "time", "time_ms", now->wall_ms);
    write_counts(w, s);
}

static void endpoint_at(struct llmreg_json_out *w,
                        const struct llmreg_snapshot *s, size_t i)
{
    endpoint_json_short(w, NULL, &s->items[i]);
}

static void model_at(struct llmreg_json_out *w, const struct llmreg_snapshot *s,
                     size_t i)
{
    write_fleet_model(w, &s->models[i]);
}

static void host_at(struct llmreg_json_out *w, const struct llmreg_snapshot *s,
                    size_t i)
{
    write_host(w, &s->hosts[i]);
}

static void agent_at(struct llmreg_json_out *w, const struct llmreg_snapshot *s,
                     size_t i)
{
    write_agent(w, &s->agents[i]);
}

static void alert_at(struct llmreg_json_out *w, const struct llmreg_snapshot *s,
                     size_t i)
{
    llmreg_alert_json(w, NULL, s->alerts[i]);
}

/* The arrays of the document, in its order. */
static const struct {
    const char *name;
    size_t count; /* where the snapshot has it */
    void (*write)(struct llmreg_json_out *w, const struct llmreg_snapshot *s,
                  size_t i);
} arrays[] = {
    {"endpoints", offsetof(struct llmreg_snapshot, count), endpoint_at},
    {"models", offsetof(struct llmreg_snapshot, nmodels), model_at},
    {"hosts", offsetof(struct llmreg_snapshot, nhosts), host_at},
    {"agents", offsetof(struct llmreg_snapshot, nagents), agent_at},
    {"alerts", offsetof(struct llmreg_snapshot, nalerts), alert_at},
};
#define ARRAYS (sizeof arrays / sizeof arrays[0])

/* Part 0 is the head, part n the n-th array. */
static bool write_piece(struct llmreg_json_out *w,
                        const struct llmreg_snapshot *s,
                        struct llmreg_snapshot_place *place)
{
    const size_t a = place->part - 1;
    const size_t count = *(const size_t *)((const char *)s + arrays[a].count);

    if (place->index == 0)
        llmreg_json_open_array(w, arrays[a].name);
    if (place->index < count) {
        arrays[a].write(w, s, place->index++);
        return true;
    }
    llmreg_json_close_array(w);
    place->index = 0;
    place->part++;
    if (place->part <= ARRAYS)
        return true;
    llmreg_json_close_object(w);
    return false;
}

bool llmreg_snapshot_json_next(struct llmreg_json_out *w,
                               const struct llmreg_snapshot *s,
                               const struct llmreg_now *now,
                               struct llmreg_snapshot_place *place)
{
    if (place->part > ARRAYS)
        return false;
    if (place->part > 0)
        return write_piece(w, s, place);
    write_head(w, NULL, s, now);
    place->part++;
    return true;
}

void llmreg_snapshot_json(struct llmreg_json_out *w, const char *key,
                          const struct llmreg_snapshot *s,
                          const struct llmreg_now *now)
{
    struct llmreg_snapshot_place place = {.part = 1};

    write_head(w, key, s, now);
    while (llmreg_snapshot_json_next(w, s, now, &place))
        continue;
}
