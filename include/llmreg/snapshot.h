/* SPDX-License-Identifier: MIT */
/* snapshot.h - everything at one moment, and as one JSON document.
 *
 * Taking it costs a reference for each part, not a copy; writing it streams
 * in bounded memory, under no lock.  The document, with all its members:
 *
 *   seq                   every event up to this one is in it, none after; what
 *                         has no event (times, counters) is as it was at some
 *                         moment while it was taken
 *   time, time_ms
 *   counts
 *     endpoints           total, unknown, healthy, degraded, unhealthy,
 *                         unreachable
 *     models              distinct, loaded
 *     agents              total, starting, connecting, online, late, stale,
 *                         offline, stopped
 *     hosts               total, fresh, stale
 *     alerts              warning, failure, acknowledged
 *   endpoints[]           id, name, url, kind, source, host_id, priority,
 *                         labels{}, admin, until, until_ms, presence,
 *                         routable, health,
 *                         reason, detail, since, since_ms, checked_at,
 *                         checked_at_ms, latency_ms, version, pending, total,
 *                         request_latency_ms
 *     models[]            name, size_bytes, parameter_size, quantization,
 *                         loaded, vram_bytes
 *   models[]              of the fleet: name, and how many endpoints have it:
 *                         endpoints, healthy, routable, loaded
 *   hosts[]               id, name, agent, reported_at, reported_at_ms, stale,
 *                         since, since_ms, resources (null, or:)
 *     resources           sampled_at, sampled_at_ms, cpu_percent, load1,
 *                         ram_used_bytes, ram_total_bytes, vram_used_bytes,
 *                         vram_total_bytes
 *       gpus[]            name, utilization_percent, memory_used_bytes,
 *                         memory_total_bytes, temperature_celsius, power_watts
 *   agents[]              id, type, name, role, domain, host, version,
 *                         presence, since, since_ms, health, activity,
 *                         seen_at, seen_at_ms, latency_ms
 *   alerts[]              as llmreg_alert_json
 *
 * Of an endpoint, a host or an agent there is what a page shows of many; all
 * that is known of one is in llmreg_endpoint_json, llmreg_host_json and
 * llmreg_agent_json.  Members are always there; what is unknown is null.
 * Lists have no order.
 *
 * Threads:   every function may be called from any thread, with no lock held;
 *            a snapshot belongs to one thread at a time.
 * Blocking:  taking it collects references without a lock, and then holds the
 *            locks of all tables for as long as it takes to collect again what
 *            has changed meanwhile; readers of the registry do not notice.
 * Ownership: the snapshot holds references to all that it shows.
 */
#ifndef LLMREG_SNAPSHOT_H
#define LLMREG_SNAPSHOT_H

#include <llmreg/agents.h>
#include <llmreg/alerts.h>
#include <llmreg/fleet.h>
#include <llmreg/hosts.h>
#include <llmreg/registry.h>

struct llmreg_snapshot_item {
    struct llmreg_endpoint *endpoint;
    const struct llmreg_spec *spec;
    const struct llmreg_models *models;
    struct llmreg_intent intent;
    enum llmreg_presence presence; /* of the agent that announced it */
    struct llmreg_health health;
    struct llmreg_load load;        /* a moment after the rest */
    const struct llmreg_host *host; /* it is on; NULL: none that is known.  One
                                       of the snapshot's, lent by it */
};

struct llmreg_snapshot_agent {
    struct llmreg_agent *agent;
    const struct llmreg_agent_spec *spec;
    struct llmreg_agent_state state;
};

struct llmreg_snapshot_host {
    struct llmreg_host *host;
    const struct llmreg_host_report *spec;
    const struct llmreg_sample *sample; /* NULL: stale, or never had one */
    struct llmreg_host_state state;
};

struct llmreg_snapshot {
    uint64_t seq; /* every event up to this one is in it, none after */
    struct llmreg_now taken; /* what of a host is stale is so at this time */
    size_t count;
    struct llmreg_snapshot_item *items;
    size_t nmodels; /* distinct names */
    struct llmreg_fleet_model *models;
    size_t nagents;
    struct llmreg_snapshot_agent *agents;
    size_t nhosts;
    struct llmreg_snapshot_host *hosts;
    size_t nalerts;
    const struct llmreg_alert **alerts;
    struct llmreg_counts counts;
    struct llmreg_agent_counts agent_counts;
    struct llmreg_host_counts host_counts;
    struct llmreg_alert_counts alert_counts;
};

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_snapshot_take(struct llmreg_registry *r,
                                          struct llmreg_snapshot **out);
void llmreg_snapshot_free(struct llmreg_snapshot *s); /* NULL is fine */

struct llmreg_json_out;
/* The endpoint with all that is known of it, as member key or element. */
void llmreg_snapshot_item_json(struct llmreg_json_out *w, const char *key,
                               const struct llmreg_snapshot_item *item,
                               const struct llmreg_now *now);
/* The same of an endpoint as it is now, each part whole. */
void llmreg_endpoint_json(struct llmreg_json_out *w, const char *key,
                          const struct llmreg_endpoint *e,
                          const struct llmreg_now *now);
/* The same, short, as in the document.  host: that it is on, or NULL. */
void llmreg_endpoint_json_short(struct llmreg_json_out *w, const char *key,
                                const struct llmreg_endpoint *e,
                                const struct llmreg_host *host);
/* The document, one piece after the other, for who takes it slowly: each call
 * writes a few things, and returns false if that was the end.  place is all
 * zero at first. */
struct llmreg_snapshot_place {
    unsigned part;
    size_t index;
};
bool llmreg_snapshot_json_next(struct llmreg_json_out *w,
                               const struct llmreg_snapshot *s,
                               const struct llmreg_now *now,
                               struct llmreg_snapshot_place *place);
/* All of it, as member key or element. */
void llmreg_snapshot_json(struct llmreg_json_out *w, const char *key,
                          const struct llmreg_snapshot *s,
                          const struct llmreg_now *now);

#endif
