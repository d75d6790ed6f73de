/* SPDX-License-Identifier: MIT */
/* rules.h - looks at one thing with one rule, and says how bad it is and why.
 *
 * A look is a question: the rule, the subject, and whether the words for
 * people are wanted.  The answer is a finding (alert.h) and the words that
 * belong to exactly that finding.  Who acts on it must ask for both at once.
 *
 *   rules_endpoint.c   one endpoint: its health, its models on the CPU
 *   rules_fleet.c      models and kinds, over all endpoints
 *   rules_agent.c      one agent, all agents
 *   rules_host.c       one host, its GPUs
 *   rules_own.c        ourselves: the way out, the store
 *
 * Threads:   every function may be called from any thread; a scene belongs to
 *            one at a time.
 * Blocking:  never.
 * Ownership: the caller's; constant words are static.
 */
#ifndef LLMREG_SERVICE_RULES_H
#define LLMREG_SERVICE_RULES_H

#include <llmreg/alerts.h>

#include "common/service/census.h"

#define RULES_FLEET       "fleet" /* the subject that is all of it */
#define RULES_REASON_SIZE 256

/* What all looks of one moment have in common. */
struct scene {
    struct llmreg_registry *registry;
    const struct llmreg_registry_conf *limits; /* of registry */
    const struct llmreg_rule_conf *rules;      /* LLMREG_RULES of them */
    struct llmreg_now now;
    int64_t started_ns; /* monotonic: since then somebody is looking */
    struct guard guards[CENSUS_KINDS];
    bool store_failed;
    int64_t store_ms; /* wall time of its last event; 0: none */
    char store_reason[RULES_REASON_SIZE];
    struct {
        enum llmreg_severity severity; /* OKAY: the store is healthy */
        int64_t since_ms;              /* wall time; 0: never else */
        char reason[RULES_REASON_SIZE];
    } ill;
};

struct words {
    char name[LLMREG_MODEL_SIZE]; /* of the subject */
    char host[LLMREG_HOST_SIZE];  /* as in struct llmreg_alert */
    char series[LLMREG_SERIES_SIZE];
    char url[LLMREG_URL_SIZE];
    char reason[RULES_REASON_SIZE];
    char message[LLMREG_MESSAGE_SIZE];
    int64_t since_ms; /* 0: not known */
};

struct look {
    /* the question */
    const struct scene *scene;
    enum llmreg_rule_id rule;
    const char *subject;
    const struct llmreg_alert *before; /* what there is, or NULL */
    struct words *words;               /* NULL: not wanted; else all zero */
    /* the answer; all zero before */
    struct llmreg_finding found;
    const char *state; /* one word */
    bool gone;         /* there is no such subject (any more) */
    bool unwatched;    /* gone, but not removed: all of it was taken out */
    /* bad by one failure alone, which may be ours */
    int64_t failure_ns;  /* monotonic time of it; 0: it is not so */
    int64_t doubtful_ns; /* by then many others have been asked, too */
};

/* Every rule has a look; l->found, ->state, ->gone and what ->words points at
 * are filled in. */
void rules_look(struct look *l);

/* Something that may be bad and has no alert yet. */
typedef void (*rules_offer_fn)(void *ctx, enum llmreg_rule_id rule,
                               const char *subject);
struct rules_scan {
    const struct scene *scene;
    rules_offer_fn offer; /* runs in a read section: must not change anything */
    void *ctx;
};
/* Offers whatever is worth a look now, each at least once. */
void rules_scan(const struct rules_scan *scan);
/* Offers what an event about the entity called id makes worth a look at once:
 * the rules about that one thing. */
void rules_touch(const struct rules_scan *scan, enum llmreg_entity entity,
                 const char *id);

/* ---- for the files of rules ---- */

/* True if l->before is raised. */
bool rules_is_raised(const struct look *l);
/* Good or bad, with one word for either; known, and it may open. */
void rules_find(struct look *l, bool bad, const char *bad_word,
                const char *good_word);
/* As printf, into words->message and ->reason; cut where too long for them. */
void rules_say(struct look *l, const char *format, ...) LLMREG_PRINTF(2, 3);
void rules_reason(struct look *l, const char *format, ...) LLMREG_PRINTF(2, 3);
/* The subject is all of it: "fleet" and this process' host. */
void rules_address_fleet(struct look *l, const char *name);

void rules_scan_endpoints(const struct rules_scan *scan);
void rules_scan_fleet(const struct rules_scan *scan);
void rules_scan_agents(const struct rules_scan *scan);
void rules_scan_hosts(const struct rules_scan *scan);
/* As rules_look_split_brain, of an agent's or a host's id. */
void rules_look_agent_claims(struct look *l, const char *id);
void rules_look_host_claims(struct look *l, const char *id);

void rules_look_endpoint_unhealthy(struct look *l);
void rules_look_model_on_cpu(struct look *l);
void rules_look_model_lost(struct look *l);
void rules_look_kind_down(struct look *l);
void rules_look_version_drift(struct look *l);
void rules_look_agent_offline(struct look *l);
void rules_look_no_agents_online(struct look *l);
void rules_look_heartbeat_latency(struct look *l);
void rules_look_connection_churn(struct look *l);
void rules_look_split_brain(struct look *l);
void rules_look_host_stale(struct look *l);
void rules_look_host_offline(struct look *l);
void rules_look_vram_high(struct look *l);
void rules_look_registry_isolated(struct look *l);
void rules_look_store_failed(struct look *l);
void rules_look_store_unhealthy(struct look *l);

#endif
