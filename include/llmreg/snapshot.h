/* SPDX-License-Identifier: MIT */
/* snapshot.h - everything at one moment, and as one JSON document.
 *
 * Taking it costs a reference for each part, not a copy; writing it streams
 * in bounded memory, under no lock.
 *
 * Threads:   every function may be called from any thread, with no lock held;
 *            a snapshot belongs to one thread at a time.
 * Blocking:  taking it holds the locks of all tables for as long as it takes to
 *            collect references; readers of the registry do not notice.
 * Ownership: the snapshot holds references to all that it shows.
 */
#ifndef LLMREG_SNAPSHOT_H
#define LLMREG_SNAPSHOT_H

#include <llmreg/agents.h>
#include <llmreg/alerts.h>
#include <llmreg/hosts.h>
#include <llmreg/registry.h>

struct llmreg_snapshot_item {
    struct llmreg_endpoint *endpoint;
    const struct llmreg_spec *spec;
    const struct llmreg_models *models;
    struct llmreg_intent intent;
    struct llmreg_health health;
    struct llmreg_load load;
};

struct llmreg_snapshot {
    uint64_t seq; /* every event up to this one is in it, none after */
    size_t count;
    struct llmreg_snapshot_item *items;
    size_t nagents, nhosts, nalerts;
    struct llmreg_agent **agents;
    struct llmreg_host **hosts;
    const struct llmreg_alert **alerts;
    struct llmreg_counts counts;
};

LLMREG_MUSTCHECK int llmreg_snapshot_take(struct llmreg_registry *r,
                                          struct llmreg_snapshot **out);
void llmreg_snapshot_free(struct llmreg_snapshot *s);

struct llmreg_json_out;
/* The endpoint as an object, as member key or element. */
void llmreg_snapshot_item_json(struct llmreg_json_out *w, const char *key,
                               const struct llmreg_snapshot_item *item,
                               const struct llmreg_now *now);
/* All of it: seq, counts, endpoints, hosts with their samples, agents, fleet
 * models, alerts. */
void llmreg_snapshot_json(struct llmreg_json_out *w, const char *key,
                          const struct llmreg_snapshot *s,
                          const struct llmreg_now *now);

#endif
