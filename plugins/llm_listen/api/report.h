/* SPDX-License-Identifier: MIT */
/* report.h - what agents say, done to the registry: for our own routes, and for
 * those of dialects that say the same in other words.
 *
 * Each function checks that the caller speaks for itself (own.h), notes the
 * change in the audit, and returns LLMREG_OK, or a status with the ask's err.
 *
 * Threads:   as an ask.
 * Blocking:  never.
 * Ownership: results live in the ask's arena.
 */
#ifndef LLM_LISTEN_API_REPORT_H
#define LLM_LISTEN_API_REPORT_H

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/body_trees.h"

struct registration {
    body_given given; /* of registration_form */
    const char *agent_id, *type, *name, *role, *domain, *cluster; /* or NULL */
    const char *host, *url, *version;
    double interval_seconds; /* 0: the default */
    struct body_capabilities capabilities;
    struct body_metadata metadata;
    struct body_addresses addresses;
    struct body_endpoints endpoints; /* items NULL: nothing is said of them */
    bool endpoints_said;
};
extern const struct body_field registration_fields[];
extern const struct body_form registration_form;

struct announced_one {
    const char *url;   /* as it was said */
    const char *id;    /* NULL: it was refused */
    const char *error; /* NULL: it was not */
    bool created;
};
struct announced {
    struct announced_one *items;
    size_t count;
    bool changed; /* one was registered or removed */
};

struct registered {
    bool answered; /* 403 or 429 was sent: nothing more to do */
    struct llmreg_agent_result agent;
    int64_t interval_ms;
    int64_t registered_ms; /* first */
    struct announced endpoints;
    uint64_t seq; /* to wait for */
};

LLMREG_MUSTCHECK int report_register(struct ask *a,
                                     const struct registration *what,
                                     struct registered *out);

/* One heartbeat. */
struct beat {
    const char *status;         /* a word of words.h; NULL: as it said before */
    const char *activity, *hub; /* or NULL */
    double latency_ms;          /* NAN: unknown */
    struct body_metrics metrics;
    struct body_metadata metadata;
    struct body_peers peers;
    const struct llmreg_resources *resources; /* of its host; NULL: none */
};
struct beaten {
    bool answered; /* 403 or 429 was sent: nothing more to do */
    int64_t interval_ms;
};
/* LLMREG_ENOENT: it is not registered (any more). */
LLMREG_MUSTCHECK int report_beat(struct ask *a, const char *id,
                                 const struct beat *b, struct beaten *out);

/* A sample of a host.  host "": that of the caller's address. */
struct sampled {
    const char *host, *agent, *name; /* agent, name: NULL keeps them */
    int64_t interval_ms;
    const struct llmreg_resources *resources;
    const struct body_addresses *addresses; /* NULL keeps them; a host that is
                                               new has the caller's */
};
LLMREG_MUSTCHECK int report_sample(struct ask *a, const struct sampled *s);
/* The same without asking who may. */
LLMREG_MUSTCHECK int report_host(struct ask *a, const struct sampled *s);
/* The id of the host that the caller is on, where it says none: others find it
 * by its address.  Who is on this machine is on ours. */
const char *report_default_host(const struct ask *a);
/* True: answered with 429. */
bool report_refuse_new_host(struct ask *a, const char *id);

/* The endpoints that an agent announces from now on, and nothing else of it.
 * LLMREG_ENOENT: it is not registered. */
LLMREG_MUSTCHECK int report_endpoints(struct ask *a, const char *id,
                                      const struct body_endpoints *endpoints,
                                      struct registered *out);

/* Opens, or refreshes, the sessions between an agent and its peers; one that is
 * not registered is passed over. */
LLMREG_MUSTCHECK int report_peers(struct ask *a, const char *id,
                                  const struct body_peers *peers);
/* LLMREG_ENOENT. */
LLMREG_MUSTCHECK int report_leave(struct ask *a, const char *id, uint64_t *seq);

#define REPORT_URL_SIZE (LLMREG_AGENT_ID_SIZE * 3 + 40)
/* "/api/v1/agents/ID/heartbeat", percent-encoded; base: what is before ID. */
void report_heartbeat_url(char out[static REPORT_URL_SIZE], const char *base,
                          const char *id);

/* The endpoints that an agent announces (announce.c): all of them, so that
 * others that it announced before are removed. */
struct announcement {
    const char *agent, *host; /* ids; host may be "" */
    const struct body_endpoints *endpoints;
};
LLMREG_MUSTCHECK int announce(struct ask *a, const struct announcement *what,
                              struct announced *out, uint64_t *seq);
/* LLMREG_EINVAL: they are more than one agent may announce. */
LLMREG_MUSTCHECK int announce_check(struct ask *a,
                                    const struct body_endpoints *endpoints);

#endif
