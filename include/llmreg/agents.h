/* SPDX-License-Identifier: MIT */
/* agents.h - the agents in the registry: they come, beat, fall silent, go.
 *
 * An agent keeps its id, its first registration and what was observed of it
 * when it registers again.  Silence moves it down the ladder of presence
 * (agent.h) by deadlines that llmreg_tick (registry.h) serves; a heartbeat
 * lifts it again.  Only its owner, an operator or the reaper removes it.
 *
 * Threads:   every function may be called from any thread, with no lock held.
 * Blocking:  reads take no lock.  Writes take the agents' lock, for memory
 *            work only; nothing here does I/O.
 * Ownership: an agent from llmreg_agent_get is a counted reference, dropped
 *            with llmreg_agent_put; iteration lends one.  A specification is
 *            a counted reference with its own put.
 */
#ifndef LLMREG_AGENTS_H
#define LLMREG_AGENTS_H

#include <llmreg/agent.h>
#include <llmreg/registry.h>

struct llmreg_agent; /* an entry */

/* ---- changes ---- */

struct llmreg_agent_result {
    bool created;
    uint64_t generation;
    uint64_t seq; /* of the event; 0 if nothing changed */
    char id[LLMREG_AGENT_ID_SIZE];
};

/* Adds the agent or updates its specification.  With an id: that one.  With
 * an empty id: the one of this (type, name), or a new one with a UUID.  An
 * update replaces capabilities, merges metadata, keeps presence, history and
 * first registration; a source MANUAL or STATIC is never replaced by AUTO.
 * peer is the address it came from, or "".  Counts as seen: an agent that was
 * late or beyond is connecting again.
 * LLMREG_EINVAL: not valid, err says why.  LLMREG_EEXIST: another id has this
 * (type, name), err names it.  LLMREG_EFULL: at the limit.  LLMREG_ENOMEM.
 * LLMREG_EIO: the system gives no random bytes for a UUID.  result may be
 * NULL. */
LLMREG_MUSTCHECK int llmreg_agent_register(struct llmreg_registry *r,
                                           const struct llmreg_agent_spec *spec,
                                           const char *peer,
                                           struct llmreg_agent_result *result,
                                           struct llmreg_error *err);

/* One heartbeat.  generation 0 means whichever is there.  LLMREG_ENOENT: not
 * registered (any more), it should register again.  LLMREG_ESTALE.
 * LLMREG_EINVAL: not valid, err says why.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_agent_heartbeat(struct llmreg_registry *r,
                                            const char *id, uint64_t generation,
                                            const struct llmreg_heartbeat *beat,
                                            const struct llmreg_now *now,
                                            struct llmreg_error *err);

/* Sets the presence without a heartbeat (a connection broke, an operator
 * knows better).  reason is for people; NULL: "".  LLMREG_ENOENT;
 * LLMREG_EINVAL: no such presence; LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_agent_mark(struct llmreg_registry *r,
                                       const char *id,
                                       enum llmreg_presence presence,
                                       const char *reason,
                                       const struct llmreg_now *now);

/* Unregisters it and closes its sessions.  generation as above; reason is for
 * people; NULL: "".  LLMREG_ENOENT; LLMREG_ESTALE: it is another one. */
LLMREG_MUSTCHECK int llmreg_agent_remove(struct llmreg_registry *r,
                                         const char *id, uint64_t generation,
                                         const char *reason);

/* What we see of an agent. */
struct llmreg_agent_state {
    enum llmreg_presence presence;
    enum llmreg_health_state health; /* as it said last */
    int64_t since_ms;                /* wall time the presence began */
    int64_t seen_ms;       /* wall time of the last heartbeat or registration */
    int64_t seen_mono_ns;  /* the same, monotonic; 0: not since the start */
    int64_t registered_ms; /* wall time of the first registration */
    uint64_t beats;        /* heartbeats since the start */
    int64_t latency_us;    /* average of what it measured; -1 is unknown */
    uint32_t registrations;   /* in the last 10 minutes */
    uint32_t address_changes; /* of claimant (hub, peer), in 10 minutes */
    char activity[LLMREG_ACTIVITY_SIZE];
    char peer[LLMREG_PEER_SIZE];  /* last address; "" is unknown */
    char other[LLMREG_PEER_SIZE]; /* the one before, if it changed */
};

/* What a store remembers, put back before anybody reports: presence as it
 * was for offline and stopped, else connecting; deadlines count from now.
 * LLMREG_EEXIST, LLMREG_EFULL, LLMREG_ENOMEM, LLMREG_EINVAL, each with err. */
LLMREG_MUSTCHECK int llmreg_agent_restore(
    struct llmreg_registry *r, const struct llmreg_agent_spec *spec,
    const struct llmreg_agent_state *stored, struct llmreg_error *err);

/* ---- one agent ---- */

/* A counted reference, or NULL. */
struct llmreg_agent *llmreg_agent_get(struct llmreg_registry *r,
                                      const char *id);
/* The one called name among those of its type: the one that a registration
 * without an id would be an update of. */
struct llmreg_agent *llmreg_agent_find(struct llmreg_registry *r,
                                       const char *type, const char *name);
struct llmreg_agent *llmreg_agent_hold(struct llmreg_agent *a);
void llmreg_agent_put(struct llmreg_agent *a); /* NULL is fine */

const char *llmreg_agent_id(const struct llmreg_agent *a);
uint64_t llmreg_agent_generation(const struct llmreg_agent *a);
bool llmreg_agent_alive(const struct llmreg_agent *a);
enum llmreg_presence llmreg_agent_presence(const struct llmreg_agent *a);
void llmreg_agent_state(const struct llmreg_agent *a,
                        struct llmreg_agent_state *out);
/* A counted reference; never NULL. */
const struct llmreg_agent_spec *llmreg_agent_spec(const struct llmreg_agent *a);
void llmreg_agent_spec_put(const struct llmreg_agent_spec *spec);

/* ---- many ---- */

/* Everything that is set must hold; all zero is everybody. */
struct llmreg_agent_filter {
    const char *type, *role, *domain, *host; /* NULL: any */
    const char *capability; /* "gpu" or "gpu=h100"; NULL: any */
    uint32_t presences;     /* bit 1 << presence; 0: any */
    bool healthy;           /* present, and not unhealthy by its own word */
};

/* As llmreg_each_fn. */
typedef bool (*llmreg_agent_fn)(void *ctx, struct llmreg_agent *a);
/* By the index of the rarest condition, not by scan. */
void llmreg_each_agent(struct llmreg_registry *r,
                       const struct llmreg_agent_filter *filter,
                       llmreg_agent_fn fn, void *ctx);
/* In the order of their ids, of those behind after, as llmreg_each_after; each
 * of them is looked at. */
void llmreg_each_agent_after(struct llmreg_registry *r,
                             const struct llmreg_agent_filter *filter,
                             const char *after, llmreg_agent_fn fn, void *ctx);
/* One of those, each as likely as any other; a reference, or NULL. */
struct llmreg_agent *
llmreg_agent_choose(struct llmreg_registry *r,
                    const struct llmreg_agent_filter *filter);

struct llmreg_agent_counts {
    size_t agents;
    size_t by_presence[LLMREG_PRESENCES];
};
void llmreg_agent_count(struct llmreg_registry *r,
                        struct llmreg_agent_counts *out);

/* ---- history ---- */

struct llmreg_beat {
    int64_t time_ms; /* wall time of receipt */
    int64_t mono_ns;
    enum llmreg_presence presence;
    enum llmreg_health_state health;
    int64_t latency_us; /* -1 is unknown */
    const char *activity;
    const struct llmreg_measure *metrics;
    size_t nmetrics;
};
/* Of each agent so many are in memory, the newest, however far back one asks.
 * The store has more, for people (KeepHeartbeats). */
#define LLMREG_BEATS_KEPT 8

typedef bool (*llmreg_beat_fn)(void *ctx, const struct llmreg_beat *beat);
/* Those received at or after since_mono_ns, oldest first; lent for the call. */
void llmreg_agent_beats(const struct llmreg_agent *a, int64_t since_mono_ns,
                        llmreg_beat_fn fn, void *ctx);

struct llmreg_json_out;
/* The agent as an object, as member key or element. */
void llmreg_agent_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_agent *a,
                       const struct llmreg_now *now);
/* A heartbeat: received_at, received_at_ms, presence, health, latency_ms,
 * activity, metrics{}. */
void llmreg_beat_json(struct llmreg_json_out *w, const char *key,
                      const struct llmreg_beat *beat);

#endif
