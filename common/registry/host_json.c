/* SPDX-License-Identifier: MIT */
/* host_json.c - a host as people and programs get it.
 *
 * What is not known is null.  A sample that is stale is not known: resources
 * is null then, and stale is true; it is false if there never was one.
 */
#include <llmreg/json.h>

#include "common/registry/gather.h"
#include "common/registry/host_entry.h"
#include "common/registry/known_json.h"

static void text(struct llmreg_json_out *w, const char *key, const char *s)
{
    llmreg_json_string(w, key, s[0] == '\0' ? NULL : s);
}

static void bytes(struct llmreg_json_out *w, const char *key, int64_t n)
{
    if (n < 0)
        llmreg_json_null(w, key);
    else
        llmreg_json_integer(w, key, n);
}

/* ---- resources ---- */

static void write_gpu(struct llmreg_json_out *w, const struct llmreg_gpu *g)
{
    llmreg_json_open_object(w, NULL);
    text(w, "name", g->name);
    text(w, "uuid", g->uuid);
    llmreg_json_double(w, "utilization_percent", g->utilization_percent);
    bytes(w, "memory_used_bytes", g->memory_used_bytes);
    bytes(w, "memory_total_bytes", g->memory_total_bytes);
    llmreg_json_double(w, "temperature_celsius", g->temperature_celsius);
    llmreg_json_double(w, "power_watts", g->power_watts);
    llmreg_json_close_object(w);
}

static void write_sample(struct llmreg_json_out *w,
                         const struct llmreg_sample *s,
                         const struct llmreg_now *now)
{
    const struct llmreg_resources *r = &s->resources;

    llmreg_json_open_object(w, "resources");
    llmreg_json_time(w, "sampled_at", "sampled_at_ms", s->time_ms);
    known_age(w, JSON_KEY("age_seconds"), s->mono_ns, now->mono_ns);
    llmreg_json_double(w, "cpu_percent", r->cpu_percent);
    llmreg_json_double(w, "load1", r->load1);
    llmreg_json_double(w, "load5", r->load5);
    llmreg_json_double(w, "load15", r->load15);
    bytes(w, "ram_used_bytes", r->ram_used_bytes);
    bytes(w, "ram_total_bytes", r->ram_total_bytes);
    bytes(w, "vram_used_bytes", r->vram_used_bytes);
    bytes(w, "vram_total_bytes", r->vram_total_bytes);
    llmreg_json_open_array(w, "gpus");
    for (size_t i = 0; i < r->ngpus; i++)
        write_gpu(w, &r->gpus[i]);
    llmreg_json_close_array(w);
    llmreg_json_close_object(w);
}

static void write_resources(struct llmreg_json_out *w,
                            const struct llmreg_host *h,
                            const struct llmreg_now *now)
{
    const struct llmreg_sample *s = llmreg_host_sample(h, now);

    if (s == NULL)
        llmreg_json_null(w, "resources");
    else
        write_sample(w, s, now);
    llmreg_sample_put(s);
}

/* ---- who is on it ---- */

static bool take_endpoint(void *ctx, struct llmreg_endpoint *e)
{
    if (!gather_add(ctx, e))
        return false;
    llmreg_hold(e);
    return true;
}

static void write_endpoints(struct llmreg_json_out *w,
                            const struct llmreg_host *h)
{
    struct gather g = {.count = 0};

    llmreg_each_on_host(h->registry, h, take_endpoint, &g);
    if (g.failed)
        json_fail(w, LLMREG_ENOMEM);
    llmreg_json_open_array(w, "endpoints");
    for (size_t i = 0; i < g.count; i++) {
        llmreg_json_string(w, NULL, llmreg_endpoint_id(g.items[i]));
        llmreg_put(g.items[i]);
    }
    llmreg_json_close_array(w);
    gather_fini(&g);
}

static bool take_agent(void *ctx, struct llmreg_agent *a)
{
    if (!gather_add(ctx, a))
        return false;
    (void)llmreg_agent_hold(a);
    return true;
}

static void write_agents(struct llmreg_json_out *w, const struct llmreg_host *h)
{
    struct gather g = {.count = 0};

    llmreg_each_agent_on_host(h->registry, h, take_agent, &g);
    if (g.failed)
        json_fail(w, LLMREG_ENOMEM);
    llmreg_json_open_array(w, "agents");
    for (size_t i = 0; i < g.count; i++) {
        llmreg_json_string(w, NULL, llmreg_agent_id(g.items[i]));
        llmreg_agent_put(g.items[i]);
    }
    llmreg_json_close_array(w);
    gather_fini(&g);
}

/* ---- all of it ---- */

static void write_spec(struct llmreg_json_out *w, const struct llmreg_host *h)
{
    const struct llmreg_host_report *spec = llmreg_host_spec(h);

    llmreg_json_string(w, "name", spec->name);
    text(w, "agent", spec->agent);
    llmreg_json_open_array(w, "addresses");
    for (size_t i = 0; i < spec->naddresses; i++)
        llmreg_json_string(w, NULL, spec->addresses[i]);
    llmreg_json_close_array(w);
    llmreg_json_integer(w, "interval_ms", spec->interval_ms);
    llmreg_host_spec_put(spec);
}

static void write_state(struct llmreg_json_out *w, const struct llmreg_host *h,
                        const struct llmreg_now *now)
{
    struct llmreg_host_state s;

    llmreg_host_state(h, now, &s);
    llmreg_json_time(w, "registered_at", "registered_at_ms", s.registered_ms);
    llmreg_json_time(w, "reported_at", "reported_at_ms", s.reported_ms);
    known_age(w, JSON_KEY("reported_age_seconds"), s.reported_mono_ns,
              now->mono_ns);
    llmreg_json_bool(w, "stale", s.stale);
    llmreg_json_time(w, "since", "since_ms", s.since_ms);
    llmreg_json_integer(w, "claims", s.claims);
}

void llmreg_host_json(struct llmreg_json_out *w, const char *key,
                      const struct llmreg_host *h, const struct llmreg_now *now)
{
    llmreg_json_open_object(w, key);
    llmreg_json_string(w, "id", h->id);
    write_spec(w, h);
    write_state(w, h, now);
    write_resources(w, h, now);
    write_endpoints(w, h);
    write_agents(w, h);
    llmreg_json_close_object(w);
}
