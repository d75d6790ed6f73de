/* SPDX-License-Identifier: MIT */
/* ask.h - one call as a route sees it.
 *
 * Before a route's function runs, its row was checked: who asks, the query, and
 * the body.  The function answers with reply_* (reply.h) and returns LLMREG_OK,
 * or returns a status with a->err set, which becomes an error in our form.  It
 * runs on a worker of the server and must not wait.
 *
 * Threads:   an ask belongs to the worker that runs its step.
 * Blocking:  never.
 * Ownership: what an ask lends is lent until the call's end.
 */
#ifndef LLM_LISTEN_API_ASK_H
#define LLM_LISTEN_API_ASK_H

#include <llmreg/service.h>
#include <llmreg/text.h>

#include "plugins/llm_listen/api/acks.h"
#include "plugins/llm_listen/api/buckets.h"
#include "plugins/llm_listen/api/cast.h"
#include "plugins/llm_listen/api/cooling.h"
#include "plugins/llm_listen/api/route.h"
#include "plugins/llm_listen/api/who.h"

struct counters;
struct feed;
struct host_observer;

struct api_conf {
    struct bucket_rule per_token;    /* calls of one token */
    struct bucket_rule per_address;  /* calls without a token of one address */
    struct bucket_rule failures;     /* wrong tokens of one address */
    struct bucket_rule new_hosts;    /* of all together */
    size_t endpoints_each;           /* that one agent may announce; 64 */
    int64_t interval_ms;             /* of heartbeats, where nobody says one */
    int64_t probe_interval_ms;       /* of endpoints that agents announce */
    char hostname[LLMREG_HOST_SIZE]; /* of this machine */
    const char *const *hosts;        /* further names of ours, for Host */
    size_t nhosts;
    unsigned dialects;      /* bits 1 << enum dialect (dialects.h) */
    const char *token_file; /* "": none */
    const struct host_observer *observer; /* of ingested values; NULL: none */
};

/* What all calls share. */
struct api {
    struct api_conf conf;
    struct llmreg_service *service;
    struct llmreg_registry *registry;
    struct llmreg_bus *bus;
    const struct llmreg_log *log;
    struct http_server *server;
    struct router *router;
    struct acks *acks;
    struct feed *feed;
    struct cast *casts[CASTS]; /* NULL: its dialect is not there */
    struct cooling cooling;    /* the sockets' thread's */
    struct buckets *buckets;
    struct counters *counters;
    struct http_fixed *beaten; /* what most heartbeats are answered */
    struct llmreg_now started;
};

/* An answer that waits for its commit. */
struct ask_waiting {
    char *body; /* NULL: nothing waits */
    size_t len;
    unsigned status;
    uint64_t seq;
};

struct ask {
    struct api *api;
    struct http_call *call;
    const struct http_request *req; /* of this step */
    const struct route *route;
    const struct route_errors *errors; /* how it says them; NULL: as we do */
    struct who who;
    bool known; /* who was found */
    const char *params[ROUTE_PARAMS_MAX];
    struct query_value query[QUERY_MAX];
    void *body;                /* the struct of route->body */
    struct llmreg_arena arena; /* all of the above */
    struct ask_waiting waiting;
    bool answered; /* by who was asked whether it may be */
    struct llmreg_error err;
    const char *field;          /* that err is about, or NULL */
    void *state;                /* of a route that goes on later */
    void (*end)(struct ask *a); /* gives state back; NULL: nothing to do */
    /* Where answers go; NULL: to the call. */
    int (*say)(struct ask *a, const struct http_answer *answer);
};

/* The steps of http.h; ctx is a struct api. */
void ask_head(void *ctx, struct http_call *c, size_t *body_max);
void ask_run(void *ctx, struct http_call *c);
void ask_end(void *ctx, struct http_call *c);
char *ask_refuse(void *ctx, unsigned status, const char *why);

/* ---- for those that ask in another way than by a call (talk.h) ---- */

/* Who shows that Authorization (NULL: none).  False: answered. */
bool ask_who(struct ask *a, const char *authorization);
/* Whether it may ask for a->route, and so often.  False: answered. */
bool ask_may(struct ask *a);
bool ask_pace(struct ask *a);
/* Reads a body by the form of a->route.  LLMREG_EINVAL: answered. */
LLMREG_MUSTCHECK int ask_body(struct ask *a, const char *data, size_t len);
/* Answers what a route returned that was not LLMREG_OK. */
void ask_failed(struct ask *a, int status);
/* The answer that waited is said now, for better or worse. */
void ask_go_on(struct ask *a);

/* ---- for routes ---- */

/* As http_answer. */
LLMREG_MUSTCHECK int ask_answer(struct ask *a,
                                const struct http_answer *answer);
/* Sets the error's text and field, and returns status. */
int ask_fail(struct ask *a, int status, const char *field, const char *format,
             ...) LLMREG_PRINTF(4, 5);
/* Notes a change in the audit; *seq grows to the number to wait for.  Without
 * memory the change is answered all the same, and the log tells. */
void ask_audit(struct ask *a, const char *subject, const char *detail,
               unsigned status, uint64_t *seq);

#endif
