/* SPDX-License-Identifier: MIT */
/* agent.h - who reports to us, as values, and the ladder of presence.
 *
 * An agent is a program that registers itself and then sends heartbeats.  What
 * it says of itself (the specification) is kept apart from what we see of it
 * (presence) and from what it says of its own state (health, activity).
 *
 * Ages are counted from the receipt of a heartbeat, on our monotonic clock;
 * the sender's clock is never asked.  The drawing of the ladder is at the top
 * of common/domain/presence.c.
 *
 * Threads:   values have no thread; every function may be called anywhere.
 * Blocking:  never.
 * Ownership: strings inside are lent by whoever made the value, and live as
 *            long as it does.
 */
#ifndef LLMREG_AGENT_H
#define LLMREG_AGENT_H

#include <llmreg/clock.h>
#include <llmreg/endpoint.h>
#include <llmreg/health.h>
#include <llmreg/status.h>

enum llmreg_presence {
    LLMREG_PRESENCE_STARTING,   /* it says that it is starting */
    LLMREG_PRESENCE_CONNECTING, /* registered, no heartbeat yet */
    LLMREG_PRESENCE_ONLINE,
    LLMREG_PRESENCE_LATE,
    LLMREG_PRESENCE_STALE, /* others call it disconnected */
    LLMREG_PRESENCE_OFFLINE,
    LLMREG_PRESENCE_STOPPED, /* it said that it stops; no alarm */
    LLMREG_PRESENCES
};

/* A fact for routing: "gpu", or "gpu" = "h100". */
struct llmreg_capability {
    const char *name;  /* 1 to 64 bytes, clean (text.h), no '=' */
    const char *value; /* 0 to 256 bytes, clean; "" is none */
};

/* A member of the metadata: a name and any JSON value as text, compact and
 * valid.  In an update, "null" removes the member. */
struct llmreg_member {
    const char *name; /* 1 to 64 bytes, clean */
    const char *json; /* 1 to 1024 bytes, depth up to 8 */
};

/* A number that the agent measured of itself. */
struct llmreg_measure {
    const char *name; /* 1 to 64 bytes, clean */
    double value;     /* finite */
};

#define LLMREG_AGENT_ID_SIZE     129 /* 1 to 128 bytes of [A-Za-z0-9._:@/+-] */
#define LLMREG_ACTIVITY_SIZE     65
#define LLMREG_PEER_SIZE         64 /* an IP address, or "unix" */
#define LLMREG_CAPABILITIES_MAX  64
#define LLMREG_METADATA_MAX      64   /* members */
#define LLMREG_METADATA_BYTES    8192 /* names and values together */
#define LLMREG_MEASURES_MAX      32
#define LLMREG_AGENT_INTERVAL_MS 30000

/* In a registration, role, domain, cluster, url, version and capabilities may
 * be NULL: they stay as they are, and are empty for an agent that is new. */
struct llmreg_agent_spec {
    const char *id;      /* "" in a registration: found or made (agents.h) */
    const char *type;    /* 1 to 64 bytes of [a-z0-9_-], e.g. "performance" */
    const char *name;    /* 1 to 256 bytes, clean; unique within its type */
    const char *role;    /* 0 to 64 bytes, clean: "worker"; "" is unknown */
    const char *domain;  /* 0 to 64 bytes, clean */
    const char *cluster; /* 0 to 64 bytes, clean: "in_cluster" */
    const char *host;    /* host_id of the host it runs on, 0 to 253 bytes */
    const char *url;     /* where it is reached, canonical base, or "" */
    const char *version; /* 0 to 64 bytes, clean */
    enum llmreg_source source; /* AUTO: registered itself, and is reaped */
    int64_t interval_ms;       /* between its heartbeats, 1000 to 86400000 */
    const struct llmreg_capability *capabilities; /* no (name, value) twice */
    size_t ncapabilities;
    const struct llmreg_member *metadata; /* no name twice */
    size_t nmetadata;
};

struct llmreg_heartbeat {
    enum llmreg_presence presence;   /* ONLINE, STARTING or STOPPED */
    enum llmreg_health_state health; /* as it says of itself */
    const char *activity; /* free word for display, "" keeps the old one */
    int64_t latency_us;   /* as it measured; -1 is unknown */
    const char *peer;     /* the sender's address, "" is unknown */
    const char *hub;      /* of which hub it says to be; "" is ours */
    const struct llmreg_measure *metrics;
    size_t nmetrics;
    const struct llmreg_member *metadata; /* merged into the agent's */
    size_t nmetadata;
};

/* When silence counts, in the agent's own intervals. */
struct llmreg_presence_rule {
    double late, stale, offline; /* 1.5, 3, 10; each at least the one before,
                                    1 to 1000 */
    int64_t reap_ns; /* offline or stopped for so long: removed; 24 h */
};
extern const struct llmreg_presence_rule llmreg_presence_rule_default;

/* Online or late: may be asked to do something. */
bool llmreg_is_present(enum llmreg_presence presence);

/* An endpoint that it announced is to be sent nothing: stale, offline or
 * stopped. */
bool llmreg_is_absent(enum llmreg_presence presence);
/* Routable: an endpoint that is serving (llmreg_is_serving), and whose agent,
 * if one announced it, is not absent. */
bool llmreg_is_routable(enum llmreg_health_state state, enum llmreg_admin admin,
                        enum llmreg_presence presence, bool degraded_allowed);

/* The next rung after silence, one at a time, so that none is passed over;
 * the same one if it is not time yet.  Starting, connecting, online, late and
 * stale step; offline and stopped stay. */
enum llmreg_presence
llmreg_presence_step(enum llmreg_presence presence, int64_t silent_ns,
                     int64_t interval_ms,
                     const struct llmreg_presence_rule *rule);
/* After how much silence that step is due; INT64_MAX: never. */
int64_t llmreg_presence_after(enum llmreg_presence presence,
                              int64_t interval_ms,
                              const struct llmreg_presence_rule *rule);

/* LLMREG_EINVAL with err names the field, its value and what is allowed.
 * An empty id is valid. */
LLMREG_MUSTCHECK int llmreg_agent_check(const struct llmreg_agent_spec *spec,
                                        struct llmreg_error *err);
LLMREG_MUSTCHECK int llmreg_heartbeat_check(const struct llmreg_heartbeat *beat,
                                            struct llmreg_error *err);

const char *llmreg_presence_text(enum llmreg_presence presence);
/* LLMREG_ENOENT: no such word; matched exactly. */
LLMREG_MUSTCHECK int llmreg_presence_parse(const char *s,
                                           enum llmreg_presence *out);

#endif
