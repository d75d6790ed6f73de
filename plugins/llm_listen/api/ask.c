/* SPDX-License-Identifier: MIT */
/* ask.c - from a call to its route: the checks, in one order for all.
 *
 *   head  who is it, does it ask too often, is there such a route, may it, is
 *         the body of the right kind and length; the route is looked for first,
 *         since it knows how to say what is wrong
 *   run   the path's and the query's values, the body's; then the route
 *
 * Whoever fails at the head does not get to send a body. */
#include "plugins/llm_listen/api/ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <llmreg/audit.h>

#include "plugins/llm_listen/api/admit.h"
#include "plugins/llm_listen/api/fault.h"
#include "plugins/llm_listen/api/origin.h"
#include "plugins/llm_listen/api/reply.h"

static int refuse(struct ask *a, unsigned status, const char *message)
{
    const struct reply_error e = {.status = status, .message = message};

    return reply_error(a, &e);
}

/* ---- the head ---- */

static bool is_change(const struct http_request *req)
{
    return req->method != HTTP_GET && req->method != HTTP_OPTIONS;
}

/* True: answered.  A socket shows its token later, and is looked at then. */
static bool refuse_origin(struct ask *a)
{
    const char *host = http_header(a->call, "Host");

    if (a->who.kind == WHO_TOKEN || a->req->unix_uid >= 0 ||
        (a->route != NULL && a->route->role == ROUTE_SOCKET))
        return false;
    if (!origin_host_is_ours(host, a->api->conf.hosts, a->api->conf.nhosts)) {
        refuse(a, 421,
               "Host is not an address or a name of this server: name it by "
               "AllowHost, or show a token");
        return true;
    }
    if (is_change(a->req) &&
        !origin_is_same(http_header(a->call, "Origin"), host)) {
        refuse(a, 403, "the request comes from a page of another site");
        return true;
    }
    return false;
}

static void refuse_rate(struct ask *a, unsigned seconds)
{
    const struct reply_error e = {
        .status = 429, .message = "too many requests", .retry = seconds};

    reply_error(a, &e);
}

bool ask_pace(struct ask *a)
{
    const bool token = a->who.kind == WHO_TOKEN;
    char key[LLMREG_PEER_SIZE + 8];
    unsigned wait;

    snprintf(key, sizeof key, "%s%s",
             token ? "t:" : "a:", token ? a->who.token->id : a->req->peer);
    wait = buckets_take(a->api->buckets, key,
                        token ? &a->api->conf.per_token
                              : &a->api->conf.per_address,
                        &a->req->now);
    if (wait > 0)
        refuse_rate(a, wait);
    return wait == 0;
}

/* Wrong tokens are counted against their address; a right one is let in
 * whatever came from there, for many agents may share an address with one that
 * is broken or hostile. */
bool ask_who(struct ask *a, const char *authorization)
{
    char key[LLMREG_PEER_SIZE + 8];
    unsigned wait;

    a->known = true;
    if (who_find(a->api->registry, authorization, a->req, &a->who) == WHO_FINE)
        return true;
    snprintf(key, sizeof key, "f:%s", a->req->peer);
    wait = buckets_take(a->api->buckets, key, &a->api->conf.failures,
                        &a->req->now);
    if (wait > 0)
        refuse_rate(a, wait);
    else
        refuse(a, 401, "the token is not valid");
    return false;
}

static void refuse_method(struct ask *a, const struct route_match *m)
{
    char allow[64];
    struct llmreg_text t;
    const struct reply_error e = {.status = 405,
                                  .message = "this path has no such method",
                                  .allow = allow};

    llmreg_text_init(&t, allow, sizeof allow);
    for (unsigned i = 0; i < HTTP_METHODS; i++)
        if ((m->methods >> i & 1u) != 0)
            llmreg_text_addf(&t, "%s%s", t.len == 0 ? "" : ", ",
                             http_method_text(i));
    reply_error(a, &e);
}

bool ask_may(struct ask *a)
{
    switch (who_may(&a->who, a->route)) {
    case WHO_WRONG:
        refuse(a, 401, "a token is needed: Authorization: Bearer lr1_...");
        return false;
    case WHO_FORBIDDEN:
        refuse(a, 403, "the token's role does not allow this");
        return false;
    case WHO_FINE:
    default:
        return admit(a);
    }
}

/* To such a dialect a path is one with its method. */
static bool knows_no_methods(const struct ask *a)
{
    return a->errors != NULL && a->errors->no_path != NULL;
}

/* True: answered. */
static bool refuse_route(struct ask *a, const struct route_match *m)
{
    if (m->methods == 0 || (m->route == NULL && knows_no_methods(a)))
        refuse(a, 404, "there is no such path");
    else if (m->route == NULL)
        refuse_method(a, m);
    else
        return !ask_may(a);
    return true;
}

static bool is_json(const char *type)
{
    const char *json = "application/json";
    const size_t len = strlen(json);

    return type == NULL || (strncasecmp(type, json, len) == 0 &&
                            strchr("; \t", type[len]) != NULL);
}

/* True: answered. */
static bool refuse_body(struct ask *a)
{
    if (a->route->body_max == 0 && a->req->body_len > 0)
        refuse(a, 413, "no body is taken here");
    else if (a->req->body_len > a->route->body_max)
        refuse(a, 413, "the body is too long");
    else if (a->route->body != NULL &&
             !is_json(http_header(a->call, "Content-Type")))
        refuse(a, 415, "Content-Type must be application/json");
    else
        return false;
    return true;
}

static int decode_params(struct ask *a, const struct route_match *m)
{
    int rc = LLMREG_OK;

    for (size_t i = 0; i < ROUTE_PARAMS_MAX && rc == LLMREG_OK; i++)
        if (m->params[i].at != NULL)
            rc = query_decode(m->params[i].at, m->params[i].len, false,
                              &a->arena, &a->params[i]);
    return rc;
}

void ask_head(void *ctx, struct http_call *c, size_t *body_max)
{
    struct ask *a = http_user(c);
    struct route_match m;

    a->api = ctx;
    a->call = c;
    a->req = http_request(c);
    router_find(a->api->router, a->req->method, a->req->path, &m);
    a->route = m.route;
    a->errors = m.table == NULL ? NULL : m.table->errors;
    if (!ask_who(a, http_header(c, "Authorization")) || refuse_origin(a) ||
        !ask_pace(a) || refuse_route(a, &m) || refuse_body(a))
        return;
    if (decode_params(a, &m) != LLMREG_OK)
        refuse(a, 400,
               "the path is not percent-encoded UTF-8 without control "
               "characters");
    else
        *body_max = a->route->body_max;
}

/* ---- running ---- */

int ask_body(struct ask *a, const char *data, size_t len)
{
    const struct body_form *form = a->route->body;
    const struct body_source from = {data, len, &a->arena};
    struct body_problem problem;
    int rc = LLMREG_ENOMEM;

    if (form == NULL)
        return LLMREG_OK;
    a->body = llmreg_arena_alloc(&a->arena, form->size);
    if (a->body != NULL)
        rc = body_read(form, &from, &problem, a->body);
    if (rc == LLMREG_EINVAL) {
        const struct reply_error e = {
            .status = problem.status,
            .code = problem.status == 400 ? "bad_json" : NULL,
            .message = problem.err.text,
            .field = problem.field[0] == '\0' ? NULL : problem.field,
            .fault = problem.fault,
            .got = problem.got};

        reply_error(a, &e);
    }
    return rc;
}

/* What a status of the library means to who asked. */
static const struct {
    int status;
    unsigned http, retry;
} statuses[] = {
    {LLMREG_EINVAL, 422, 0}, {LLMREG_ETOOBIG, 422, 0},
    {LLMREG_EPARSE, 400, 0}, {LLMREG_ENOENT, 404, 0},
    {LLMREG_EEXIST, 409, 0}, {LLMREG_EBUSY, 409, 0},
    {LLMREG_ESTALE, 409, 0}, {LLMREG_EFULL, 429, 60},
    {LLMREG_EIO, 503, 5},    {LLMREG_ENOMEM, 503, 5},
    {LLMREG_ETIME, 503, 5},  {LLMREG_ENOSPACE, 507, 30},
};

/* Without a body it can only be the path or the query that is not right. */
static unsigned status_of(const struct ask *a, unsigned http)
{
    return http == 422 && a->route->body == NULL ? 400 : http;
}

void ask_failed(struct ask *a, int status)
{
    struct reply_error e = {
        .status = 500, .message = a->err.text, .field = a->field};

    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].status != status)
            continue;
        e.status = status_of(a, statuses[i].http);
        e.retry = statuses[i].retry;
    }
    if (a->err.text[0] == '\0')
        e.message = llmreg_status_text(status);
    reply_error(a, &e);
}

/* The answer was ready; is its change on disk? */
void ask_go_on(struct ask *a)
{
    struct ask_waiting *w = &a->waiting;
    const struct http_answer answer = {
        .status = w->status, .body = w->body, .body_len = w->len};

    if (acks_durable(a->api->acks) < w->seq)
        fault_answer(a);
    else if (ask_answer(a, &answer) == LLMREG_OK)
        w->body = NULL;
}

/* False: answered. */
static bool prepare(struct ask *a)
{
    struct query_problem problem;
    int rc = query_read(a->route->query, a->req->query, &a->arena, a->query,
                        &problem);

    if (rc == LLMREG_EINVAL) {
        const struct reply_error e = {
            .status = 400, .message = problem.err.text, .field = problem.field};

        reply_error(a, &e);
        return false;
    }
    if (rc == LLMREG_OK)
        rc = ask_body(a, a->req->body, a->req->body_len);
    if (rc == LLMREG_ENOMEM)
        ask_failed(a, rc);
    return rc == LLMREG_OK;
}

void ask_run(void *ctx, struct http_call *c)
{
    struct ask *a = http_user(c);
    int rc;

    (void)ctx;
    a->req = http_request(c);
    if (a->waiting.body != NULL) {
        ask_go_on(a);
        return;
    }
    if (!http_held(c) && !prepare(a))
        return;
    rc = a->route->run(a);
    if (rc != LLMREG_OK)
        ask_failed(a, rc);
}

void ask_end(void *ctx, struct http_call *c)
{
    struct ask *a = http_user(c);

    (void)ctx;
    if (a->end != NULL)
        a->end(a);
    if (a->known)
        who_fini(&a->who);
    free(a->waiting.body);
    a->waiting.body = NULL;
    llmreg_arena_fini(&a->arena);
}

char *ask_refuse(void *ctx, unsigned status, const char *why)
{
    (void)ctx;
    return reply_error_text(status, why);
}

/* ---- for routes ---- */

int ask_answer(struct ask *a, const struct http_answer *answer)
{
    return a->say != NULL ? a->say(a, answer) : http_answer(a->call, answer);
}

int ask_fail(struct ask *a, int status, const char *field, const char *format,
             ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(a->err.text, sizeof a->err.text, format, args);
    va_end(args);
    a->field = field;
    return status;
}

void ask_audit(struct ask *a, const char *subject, const char *detail,
               unsigned status, uint64_t *seq)
{
    char who[LLMREG_AUDIT_WHO_SIZE], what[LLMREG_AUDIT_WHAT_SIZE];
    struct llmreg_audit entry = {.who = who,
                                 .from = a->req->peer,
                                 .what = what,
                                 .subject = subject,
                                 .detail = detail,
                                 .status = (int)status};
    struct llmreg_error err;
    uint64_t mine = 0;

    who_text(&a->who, a->req, who, sizeof who);
    snprintf(what, sizeof what, "%s %s", http_method_text(a->req->method),
             a->route->path);
    if (llmreg_audit_add(a->api->registry, &entry, &a->req->now, &mine, &err) !=
        LLMREG_OK)
        llmreg_log(a->api->log, LLMREG_ERROR, "audit: %s", err.text);
    if (mine > *seq)
        *seq = mine;
}
