/* SPDX-License-Identifier: MIT */
/* route.h - what can be asked, as tables: one row a route.
 *
 * A row says the method and path, who may, what may stand in the query and in
 * the body, which statuses it answers, and the function that does it.  The
 * router, the checks before the function runs, and the OpenAPI document all
 * come from the rows; nothing else is to be edited for a new route.
 *
 * Threads:   tables are constant; a router is fixed once it is made.
 * Blocking:  never.
 * Ownership: rows live for ever.
 */
#ifndef LLM_LISTEN_API_ROUTE_H
#define LLM_LISTEN_API_ROUTE_H

#include "plugins/llm_listen/api/body.h"
#include "plugins/llm_listen/api/query.h"
#include "plugins/llm_listen/http/http.h"

struct ask;
struct llmreg_json_out;
struct reply_error; /* reply.h */

/* Who may: the least of what a caller must be. */
enum route_role {
    ROUTE_OPEN,     /* anybody */
    ROUTE_AGENT,    /* an agent for itself; operators, too */
    ROUTE_READER,   /* anybody on this machine; agents not */
    ROUTE_OPERATOR, /* changes what agents do not */
    ROUTE_ADMIN,    /* tokens, audit, store; never without a token */
    ROUTE_SOCKET    /* says who it is in its first message (talk.h) */
};

#define ROUTE_PARAMS_MAX 2
#define ROUTE_AGENT_BODY 65536
#define ROUTE_ADMIN_BODY 1048576

struct route {
    enum http_method method;
    const char *path; /* "/api/v1/agents/{id}/heartbeat" */
    enum route_role role;
    size_t body_max;               /* 0: a body is not taken */
    const struct query_row *query; /* NULL: takes no parameters */
    const struct body_form *body;  /* NULL: takes none, or reads it itself */
    int (*run)(struct ask *a);     /* ask.h */
    const char *answers;           /* "200 404": beside those of all */
    const char *help;              /* one line */
    /* Existing clients know no tokens: AllowAgentsFrom lets them in. */
    bool tokenless;
};

/* How a dialect says what is wrong. */
struct route_errors {
    unsigned invalid;    /* the status where ours is 422; 0: the same */
    const char *no_path; /* text of the 404 of a path that there is not; NULL:
                            as any other */
    void (*write)(struct llmreg_json_out *w, const struct ask *a,
                  const struct reply_error *e);
};

/* Rows up to one without a path. */
struct route_table {
    const char *name; /* "" or a dialect's, for OpenAPI */
    const struct route *rows;
    unsigned dialects; /* bits: there if one of these is; 0: always */
    const struct route_errors *errors; /* NULL: ours (reply.h) */
};

struct router;

/* Of the n tables those that are there with these dialects.  LLMREG_ENOMEM;
 * LLMREG_EEXIST: two rows with one method and path, err says which.  Of two
 * tables the first wins, so that ours stand before dialects. */
LLMREG_MUSTCHECK int router_new(struct router **out,
                                const struct route_table *tables, size_t n,
                                unsigned dialects, struct llmreg_error *err);
void router_free(struct router *r); /* NULL is fine */

struct route_match {
    const struct route *route; /* NULL: none for this method */
    /* The route's; without one, whose path it is as far as there is one; NULL:
     * nobody's. */
    const struct route_table *table;
    unsigned methods; /* bits 1 << method that the path has; 0: no such path */
    /* where the parts in braces stand in the path, still percent-encoded */
    struct {
        const char *at;
        size_t len;
    } params[ROUTE_PARAMS_MAX];
};
/* A literal part goes before one in braces. */
void router_find(const struct router *r, enum http_method method,
                 const char *path, struct route_match *out);

#endif
