/* SPDX-License-Identifier: MIT */
/* registry.h - the one list of endpoints this process knows about.
 *
 * The registry maps an endpoint id to an entry.  The entry is stable; its
 * parts (specification, intent, health, models) are immutable values that are
 * replaced one by one.  A reader sees each part whole, old or new, and waits
 * for nobody.  Every change is one event on the bus, numbered in the order of
 * the changes.
 *
 * An entry has a generation.  Who works on an endpoint for a while (a probe)
 * remembers it and hands it in with the result: if the endpoint was removed
 * or made anew meanwhile, the result is LLMREG_ESTALE and discarded.
 *
 * Threads:   every function may be called from any thread, with no lock held.
 * Blocking:  reads take no lock.  Writes take the table's lock, for memory
 *            work only; nothing here does I/O.
 * Ownership: an endpoint from llmreg_get is a counted reference, dropped with
 *            llmreg_put; iteration lends one for the length of the callback.
 *            Parts from llmreg_endpoint_spec and llmreg_endpoint_models are
 *            counted references too, with their own put.
 */
#ifndef LLMREG_REGISTRY_H
#define LLMREG_REGISTRY_H

#include <llmreg/agent.h>
#include <llmreg/bus.h>
#include <llmreg/clock.h>
#include <llmreg/endpoint.h>
#include <llmreg/health.h>
#include <llmreg/status.h>

struct llmreg_registry;
struct llmreg_endpoint; /* an entry */

#define LLMREG_LIMIT 1000000 /* of each of the first three below */

/* Tables have memory for as many from the start, and grow into it. */
struct llmreg_registry_conf {
    size_t endpoints;   /* 1 to LLMREG_LIMIT; 50,000 */
    size_t agents;      /* 1 to LLMREG_LIMIT; 100,000 */
    size_t hosts;       /* 1 to LLMREG_LIMIT; 100,000 */
    size_t sessions;    /* live ones, 1 to LLMREG_LIMIT; 100,000 */
    size_t closed_kept; /* closed sessions, 0 to 100,000; 4,096 */
    struct llmreg_presence_rule presence;
    int64_t stale_ns;     /* a sample is stale, 1 s to 1 day; 90 s */
    int64_t host_reap_ns; /* nobody reported a host for so long; 24 h */
};
/* The defaults. */
struct llmreg_registry_conf llmreg_registry_conf(void);

/* The bus is lent and must outlive the registry.  LLMREG_ENOMEM,
 * LLMREG_EIO (no thread); LLMREG_EINVAL: a limit is out of its range, or
 * bus or clock is NULL.  Not before the process has forked. */
LLMREG_MUSTCHECK int
llmreg_registry_new(struct llmreg_registry **out,
                    const struct llmreg_registry_conf *conf,
                    struct llmreg_bus *bus, const struct llmreg_clock *clock);
/* NULL is fine.  No other thread may be inside, and every reference must have
 * been put.  Waits for deferred frees. */
void llmreg_registry_free(struct llmreg_registry *r);

/* Serves the deadlines that are due: presence of agents, staleness of samples,
 * the reaper.  Returns the monotonic time of the next one, INT64_MAX if there
 * is none.  Whoever calls it late, or with a clock that was stepped, still sees
 * every rung in order.  One thread at a time; does as much as is due. */
int64_t llmreg_tick(struct llmreg_registry *r, const struct llmreg_now *now);

/* ---- changes ---- */

struct llmreg_set_result {
    bool created;
    uint64_t generation;
    uint64_t seq; /* of the event; 0 if nothing changed */
};

/* Adds the endpoint spec->id or updates its specification.  An update keeps
 * intent, health, models, requests, first registration and series, and what the
 * operator has overridden (llmreg_patch).  Of what a
 * person named (source STATIC or MANUAL) an AUTO or MDNS one updates only the
 * owner, and a kind that is AUTO: name, priority and source stay.
 * LLMREG_EINVAL: spec is not valid, or the scheme differs from the one the id
 * is registered with; err says which.  LLMREG_EFULL: at the limit; err says
 * so.  LLMREG_ENOMEM.  result may be NULL. */
LLMREG_MUSTCHECK int llmreg_set(struct llmreg_registry *r,
                                const struct llmreg_spec *spec,
                                struct llmreg_set_result *result,
                                struct llmreg_error *err);

/* The same, but LLMREG_EEXIST if it is there; err names the id. */
LLMREG_MUSTCHECK int llmreg_add(struct llmreg_registry *r,
                                const struct llmreg_spec *spec,
                                struct llmreg_set_result *result,
                                struct llmreg_error *err);

struct llmreg_removal {
    uint64_t generation; /* 0: whichever is there */
    const char *reason;  /* for the event; NULL: "" */
    bool force;          /* also while requests are pending */
};

/* Removes it, and gives it to the caller in *removed (a reference; removed may
 * be NULL).  how may be NULL: all zero.  LLMREG_ENOENT, LLMREG_ESTALE;
 * LLMREG_EBUSY: requests are pending, and it stays.  No request that began
 * before is overlooked. */
LLMREG_MUSTCHECK int llmreg_remove(struct llmreg_registry *r, const char *id,
                                   const struct llmreg_removal *how,
                                   struct llmreg_endpoint **removed);

/* Applies one observation: the health step, and its event if the state
 * changed.  LLMREG_ESTALE: e was removed; LLMREG_ENOMEM; with either the
 * observation is discarded. */
LLMREG_MUSTCHECK int llmreg_observe(struct llmreg_registry *r,
                                    struct llmreg_endpoint *e,
                                    const struct llmreg_observation *seen,
                                    const struct llmreg_health_rule *rule,
                                    const struct llmreg_now *now);

/* Replaces the list of models in one step: a model that stays is never
 * missing in between.  The list is copied; it need not be sorted, and of a
 * name that comes twice the first is kept.  An event only if the lists are
 * not alike (llmreg_models_alike).  LLMREG_ESTALE, LLMREG_ENOMEM;
 * LLMREG_EINVAL: llmreg_models_check. */
LLMREG_MUSTCHECK int llmreg_models_set(struct llmreg_registry *r,
                                       struct llmreg_endpoint *e,
                                       const struct llmreg_models *models,
                                       const struct llmreg_now *now);

/* Sets the operator's intent.  LLMREG_ENOENT; LLMREG_EINVAL: no such word, or
 * until_ms without MAINTENANCE, not in the future, or too far in it;
 * LLMREG_ENOMEM.  reason may be "". */
LLMREG_MUSTCHECK int llmreg_admin_set(struct llmreg_registry *r, const char *id,
                                      const struct llmreg_intent *intent,
                                      const char *reason,
                                      const struct llmreg_now *now);
/* Ends a maintenance whose until_ms has passed: the intent is active then.
 * LLMREG_ENOENT; LLMREG_ESTALE: it is in none, or not past its end (somebody
 * may have said otherwise a moment ago). */
LLMREG_MUSTCHECK int llmreg_maintenance_end(struct llmreg_registry *r,
                                            const char *id, const char *reason,
                                            const struct llmreg_now *now);

/* Asks whoever probes to do so now, and not when it is its turn: an event
 * (PROBE), and *seq (may be NULL) is its number.  LLMREG_ENOENT; LLMREG_EBUSY:
 * it is disabled, and not probed. */
LLMREG_MUSTCHECK int llmreg_probe_now(struct llmreg_registry *r, const char *id,
                                      const char *reason,
                                      const struct llmreg_now *now,
                                      uint64_t *seq);

/* An operator's change of what an endpoint is called and how much it is
 * preferred.  It stays until it is reverted, whoever names the endpoint again,
 * and goes with the endpoint. */
struct llmreg_patch {
    struct llmreg_override set; /* these fields, from now on */
    unsigned revert;     /* these again as the endpoint was named; of the same
                            fields (LLMREG_FIELD_NAME ...), but others */
    uint64_t generation; /* 0: whichever is there */
    const char *reason;  /* for the event: who, and why; NULL: "" */
};
/* An event (UPDATED) if that changes anything; *seq (may be NULL) is its number
 * or 0.  LLMREG_ENOENT, LLMREG_ESTALE, LLMREG_ENOMEM; LLMREG_EINVAL: not a
 * valid specification then, or a field set and reverted; err says which. */
LLMREG_MUSTCHECK int llmreg_patch(struct llmreg_registry *r, const char *id,
                                  const struct llmreg_patch *patch,
                                  uint64_t *seq, struct llmreg_error *err);

/* What a store remembers of an endpoint, put back before anybody probes: no
 * event, health as llmreg_health_restart makes it.  LLMREG_EEXIST,
 * LLMREG_EFULL, LLMREG_ENOMEM; LLMREG_EINVAL: a value is not valid.  Each with
 * err. */
struct llmreg_memory {
    struct llmreg_spec spec; /* as it was named */
    struct llmreg_override override;
    struct llmreg_intent intent;
    struct llmreg_health health; /* as it was stored */
    struct llmreg_models models;
    int64_t registered_ms; /* wall time of the first registration */
};
LLMREG_MUSTCHECK int llmreg_restore(struct llmreg_registry *r,
                                    const struct llmreg_memory *memory,
                                    struct llmreg_error *err);

/* The same for an endpoint that is there already, or what else is known of its
 * past (llmreg_health_recall): a HEALTH event with the same state before and
 * after, if that changes anything.  LLMREG_ENOENT, LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_recall(struct llmreg_registry *r, const char *id,
                                   const struct llmreg_health *stored,
                                   const struct llmreg_now *now);

/* ---- one endpoint ---- */

/* A counted reference, or NULL. */
struct llmreg_endpoint *llmreg_get(struct llmreg_registry *r, const char *id);
void llmreg_put(struct llmreg_endpoint *e);
/* One more reference to an endpoint that is held or lent. */
struct llmreg_endpoint *llmreg_hold(struct llmreg_endpoint *e);

/* Fixed for the life of the entry; valid while it is held or lent. */
const char *llmreg_endpoint_id(const struct llmreg_endpoint *e);
uint64_t llmreg_endpoint_generation(const struct llmreg_endpoint *e);
int64_t llmreg_endpoint_registered_ms(const struct llmreg_endpoint *e);
/* False once it was removed. */
bool llmreg_endpoint_alive(const struct llmreg_endpoint *e);

/* Small parts by value. */
void llmreg_endpoint_health(const struct llmreg_endpoint *e,
                            struct llmreg_health *out);
enum llmreg_health_state llmreg_endpoint_state(const struct llmreg_endpoint *e);
struct llmreg_intent llmreg_endpoint_intent(const struct llmreg_endpoint *e);
/* Presence of the agent that announced it (llmreg_spec_agent); offline if that
 * one is not there, online if nobody announced it. */
enum llmreg_presence llmreg_endpoint_presence(const struct llmreg_endpoint *e);

/* Large parts as counted references; never NULL. */
const struct llmreg_spec *llmreg_endpoint_spec(const struct llmreg_endpoint *e);
void llmreg_spec_put(const struct llmreg_spec *spec);
/* Of one from there, which has what is overridden in it: as the endpoint was
 * named, and what was overridden.  Both live as long as it does. */
const struct llmreg_spec *llmreg_spec_named(const struct llmreg_spec *spec);
const struct llmreg_override *
llmreg_spec_override(const struct llmreg_spec *spec);
const struct llmreg_models *
llmreg_endpoint_models(const struct llmreg_endpoint *e);
void llmreg_models_put(const struct llmreg_models *models);

/* ---- requests, for routers: on a reference that is held or lent ---- */

/* A request begins: pending and total go up by one.  Returns pending, at
 * least 1.  If the endpoint is alive after this (llmreg_endpoint_alive), it
 * stays until the request ended, but for a removal by force; if it is not,
 * nothing else is wrong, and the request ends as any other. */
uint32_t llmreg_request_begin(struct llmreg_endpoint *e);
/* It is over: pending goes down by one, but never below 0; then the call was
 * one too many, and false is returned, and counted (the service looks at
 * llmreg_counts.unmatched now and then, and warns).  latency_us: a sample for
 * the average; negative: none, the request failed.  A call too many is no
 * sample. */
bool llmreg_request_end(struct llmreg_endpoint *e, int64_t latency_us);

struct llmreg_load {
    uint32_t pending;
    uint32_t unmatched; /* ends without a begin */
    uint64_t total;     /* begun since the start; only grows */
    double latency_us;  /* average (latency.h); NAN: no sample yet */
};
/* Four numbers that are read one after the other. */
void llmreg_endpoint_load(const struct llmreg_endpoint *e,
                          struct llmreg_load *out);

/* ---- all of them ---- */

/* Return true to go on, false to stop.  Runs inside a read section: must not
 * block or change the registry; may read parts and llmreg_hold what it wants
 * to keep. */
typedef bool (*llmreg_each_fn)(void *ctx, struct llmreg_endpoint *e);

/* Endpoints that are there from begin to end of the walk are seen exactly
 * once; those added or removed meanwhile at most once.  No order. */
void llmreg_each(struct llmreg_registry *r, llmreg_each_fn fn, void *ctx);
/* The same in the order of their ids (strcmp), of those whose id is greater
 * than after; "" for all.  To find the first takes a few comparisons. */
void llmreg_each_after(struct llmreg_registry *r, const char *after,
                       llmreg_each_fn fn, void *ctx);

enum llmreg_which {
    LLMREG_ANY,
    LLMREG_HEALTHY, /* health state healthy */
    LLMREG_ROUTABLE
};
/* Those that have the model (normalised name), by index, not by scan. */
void llmreg_each_with_model(struct llmreg_registry *r, const char *model,
                            enum llmreg_which which, llmreg_each_fn fn,
                            void *ctx);

/* Those that the agent announced (llmreg_spec_agent), by index. */
void llmreg_each_of_agent(struct llmreg_registry *r, const char *agent,
                          llmreg_each_fn fn, void *ctx);

/* Each number is right for a moment of the call, but not all for the same one:
 * while changes are under way, by_state may sum up to a few more or less than
 * endpoints.  A snapshot has them all of one moment. */
struct llmreg_counts {
    size_t endpoints;
    size_t by_state[LLMREG_HEALTH_STATES];
    size_t models_distinct; /* names, over all endpoints */
    size_t models_loaded;   /* (endpoint, model) pairs known to be loaded */
    size_t series_shared;   /* endpoints that write the host and series that
                               another one wrote before them */
    uint64_t unmatched;     /* ends of requests without a begin, since the
                               start, of removed endpoints too */
};
void llmreg_count(struct llmreg_registry *r, struct llmreg_counts *out);

#endif
