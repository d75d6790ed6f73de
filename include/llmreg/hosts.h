/* SPDX-License-Identifier: MIT */
/* hosts.h - the hosts in the registry: their latest samples, and who is on
 * them.
 *
 * A host appears with its first report.  Its sample is fresh until the
 * deadline (stale_ns, or three of its own intervals if that is longer); then it
 * is stale and nobody gets it any more, so that a graph shows a gap and not a
 * flat lie.  A host that nobody reported for host_reap_ns is removed.  A store
 * remembers hosts, but not their samples.
 *
 * Links are not stored: a host has keys (its id, its addresses), an endpoint
 * and an agent name the host they are on, and whoever asks follows them at
 * that moment.  An endpoint is on the host that its specification names
 * (owner), else on the one that has the host part of its id as a key.
 *
 * Threads:   every function may be called from any thread, with no lock held.
 * Blocking:  reads take no lock.  Writes take the hosts' lock, for memory
 *            work only.
 * Ownership: references are counted: a host with llmreg_host_put, a sample
 *            with llmreg_sample_put; iteration lends.
 */
#ifndef LLMREG_HOSTS_H
#define LLMREG_HOSTS_H

#include <llmreg/agents.h>
#include <llmreg/registry.h>
#include <llmreg/resources.h>

struct llmreg_host; /* an entry */

struct llmreg_host_result {
    bool created;
    uint64_t generation;
    uint64_t seq; /* of the last event it made; 0 if none */
};

/* Adds the host or updates it, and replaces its sample.  Events: REGISTERED,
 * UPDATED (name, addresses, agent), RESOURCES (fresh after stale).  A sample
 * alone is no event.  LLMREG_EINVAL with err.  LLMREG_EFULL with err.
 * LLMREG_ENOMEM.  LLMREG_EEXIST: another host has one of the addresses and was
 * heard of within its deadline; err names it, and nothing changed but the
 * claim that is counted.  result may be NULL. */
LLMREG_MUSTCHECK int llmreg_host_report(struct llmreg_registry *r,
                                        const struct llmreg_host_report *report,
                                        const struct llmreg_now *now,
                                        struct llmreg_host_result *result,
                                        struct llmreg_error *err);
/* Removes it, whichever is there; the next report makes it anew.  reason is for
 * people; NULL: "".  LLMREG_ENOENT. */
LLMREG_MUSTCHECK int llmreg_host_remove(struct llmreg_registry *r,
                                        const char *id, const char *reason);

/* A counted reference, or NULL: by id, or by any of its keys. */
struct llmreg_host *llmreg_host_get(struct llmreg_registry *r, const char *id);
struct llmreg_host *llmreg_host_find(struct llmreg_registry *r,
                                     const char *key);
/* The host that the endpoint, or agent, is on. */
struct llmreg_host *llmreg_host_of_endpoint(struct llmreg_registry *r,
                                            const struct llmreg_endpoint *e);
struct llmreg_host *llmreg_host_of_agent(struct llmreg_registry *r,
                                         const struct llmreg_agent *a);
void llmreg_host_put(struct llmreg_host *h); /* NULL is fine */
struct llmreg_host *llmreg_host_hold(struct llmreg_host *h);

const char *llmreg_host_id(const struct llmreg_host *h);
uint64_t llmreg_host_generation(const struct llmreg_host *h);

struct llmreg_sample {
    struct llmreg_resources resources;
    int64_t time_ms; /* wall time of receipt */
    int64_t mono_ns;
    int64_t interval_ms;
};
/* The latest one, or NULL if it is stale at now or there never was one. */
const struct llmreg_sample *llmreg_host_sample(const struct llmreg_host *h,
                                               const struct llmreg_now *now);
void llmreg_sample_put(const struct llmreg_sample *sample);

/* At now, also where llmreg_tick is late. */
struct llmreg_host_state {
    bool stale;          /* had a sample, and it is too old */
    bool sampled;        /* ever had one */
    int64_t since_ms;    /* wall time since when fresh or stale; of one that
                            was fresh before the restart: since then */
    int64_t reported_ms; /* wall time of the last report */
    int64_t reported_mono_ns; /* the same, monotonic; 0: not in this run */
    int64_t sampled_mono_ns;  /* of the last sample, likewise */
    int64_t registered_ms;
    int64_t interval_ms;
    bool heard;      /* of within its deadline: its addresses are its own */
    uint32_t claims; /* by others on its addresses, in the last 10 minutes */
};
void llmreg_host_state(const struct llmreg_host *h,
                       const struct llmreg_now *now,
                       struct llmreg_host_state *out);
/* What it said of itself; resources is NULL.  A counted reference. */
const struct llmreg_host_report *llmreg_host_spec(const struct llmreg_host *h);
void llmreg_host_spec_put(const struct llmreg_host_report *spec);

typedef bool (*llmreg_host_fn)(void *ctx, struct llmreg_host *h);
void llmreg_each_host(struct llmreg_registry *r, llmreg_host_fn fn, void *ctx);
/* In the order of their ids, of those behind after, as llmreg_each_after. */
void llmreg_each_host_after(struct llmreg_registry *r, const char *after,
                            llmreg_host_fn fn, void *ctx);
/* Who is on it, by index: endpoints, and agents. */
void llmreg_each_on_host(struct llmreg_registry *r, const struct llmreg_host *h,
                         llmreg_each_fn fn, void *ctx);
void llmreg_each_agent_on_host(struct llmreg_registry *r,
                               const struct llmreg_host *h, llmreg_agent_fn fn,
                               void *ctx);

/* What a store remembers, put back before anybody reports; no event.  One that
 * was stale is so, since then.  One that was fresh has no sample, and gets
 * stale if none comes within its deadline from now on; until then its addresses
 * are its own, unless another host has them by now.  The reaper waits from now
 * on.  resources is not looked at, and of the state only stale, sampled, and
 * when it was so since, reported and registered.  LLMREG_EEXIST, LLMREG_EFULL,
 * LLMREG_ENOMEM; LLMREG_EINVAL with err. */
LLMREG_MUSTCHECK int llmreg_host_restore(struct llmreg_registry *r,
                                         const struct llmreg_host_report *spec,
                                         const struct llmreg_host_state *stored,
                                         struct llmreg_error *err);

struct llmreg_host_counts {
    size_t hosts, fresh, stale; /* the rest had no sample in this run */
};
void llmreg_host_count(struct llmreg_registry *r,
                       struct llmreg_host_counts *out);

struct llmreg_json_out;
void llmreg_host_json(struct llmreg_json_out *w, const char *key,
                      const struct llmreg_host *h,
                      const struct llmreg_now *now);

#endif
