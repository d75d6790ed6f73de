/* SPDX-License-Identifier: MIT */
/* talk.c - from a text to a row, and from an answer to a text.
 *
 * A page in the browser of somebody here can open a WebSocket to us, and its
 * browser says where the page is from: a page of another site is refused, and
 * without a token so is a Host that a foreign name may have been made for
 * (origin.h).  The latter can only be said once it is clear that no token
 * comes. */
#include "plugins/llm_listen/api/talk.h"

#include <stdlib.h>
#include <string.h>

#include "plugins/llm_listen/api/feed.h"
#include "plugins/llm_listen/api/origin.h"
#include "plugins/llm_listen/api/reply.h"

struct talk *talk_of(struct ask *a)
{
    return a->state;
}

static void leave_cast(struct talk *t)
{
    if (t->cast != NULL)
        cast_leave(t->cast);
    t->cast = NULL;
}

void talk_join(struct ask *a, enum cast_id id)
{
    struct talk *t = talk_of(a);

    leave_cast(t);
    t->cast = a->api->casts[id];
    cast_join(a, t->cast, &t->place);
}

/* ---- answers ---- */

static void count_fault(struct ask *a, struct talk *t)
{
    const int64_t now_ns = a->req->now.mono_ns;

    if (t->faults == 0 || now_ns - t->faults_ns > TALK_FAULTS_NS) {
        t->faults = 0;
        t->faults_ns = now_ns;
    }
    if (++t->faults < TALK_FAULTS)
        return;
    http_socket_close(a->call, HTTP_CLOSE_POLICY, "too many validation errors");
    if (t->agent[0] != '\0')
        cooling_add(&a->api->cooling, t->agent, now_ns);
}

static int say(struct ask *a, const struct http_answer *answer)
{
    /* Without memory for an answer there is none. */
    if (answer->body != NULL)
        http_socket_send(a->call, answer->body, answer->body_len);
    free(answer->body);
    if (answer->status == 400 || answer->status == 422)
        count_fault(a, talk_of(a));
    return LLMREG_OK;
}

/* ---- messages ---- */

struct typed {
    body_given given;
    const char *type;
};

static const struct body_field typed_fields[] = {
    {"type", BODY_TEXT, offsetof(struct typed, type), 1, 64, true, NULL, NULL,
     "what it is"},
    {.name = NULL},
};

static const struct body_form typed_form = {
    .name = "Typed",
    .fields = typed_fields,
    .size = sizeof(struct typed),
};

static const struct route *row_called(const struct talk_kind *kind,
                                      const char *type)
{
    for (const struct route *r = kind->rows; r->path != NULL; r++)
        if (strcmp(strchr(r->path, ' ') + 1, type) == 0)
            return r;
    return NULL;
}

/* NULL: answered. */
static const struct route *find_row(struct ask *a, const char *text, size_t len)
{
    static const struct reply_error no_json = {
        .status = 400, .code = "invalid_json", .message = "no JSON object"};
    static const struct reply_error unknown = {
        .status = 400, .message = "unknown_message_type"};
    const struct body_source from = {text, len, &a->arena};
    struct body_problem problem = {.status = 0};
    struct typed said;
    const struct route *row = NULL;
    const int rc = body_read(&typed_form, &from, &problem, &said);

    if (rc == LLMREG_OK)
        row = row_called(talk_of(a)->kind, said.type);
    if (rc == LLMREG_ENOMEM)
        ask_failed(a, rc);
    else if (problem.status == 400)
        reply_error(a, &no_json);
    else if (row == NULL)
        reply_error(a, &unknown);
    return row;
}

static bool is_still_good(struct ask *a)
{
    if (who_renew(a->api->registry, &a->who, a->req->now.wall_ms))
        return true;
    http_socket_close(a->call, HTTP_CLOSE_POLICY,
                      "the token is not valid any more");
    return false;
}

static void run_row(struct ask *a, const char *text, size_t len)
{
    int rc = ask_body(a, text, len);

    if (rc == LLMREG_EINVAL)
        return;
    if (rc == LLMREG_OK)
        rc = a->route->run(a);
    if (rc != LLMREG_OK)
        ask_failed(a, rc);
}

/* Nothing of a message outlives it, but an answer that waits. */
static void forget(struct ask *a)
{
    a->route = talk_of(a)->route;
    a->body = NULL;
    a->answered = false;
    a->err.text[0] = '\0';
    a->field = NULL;
    llmreg_arena_reset(&a->arena);
}

static bool may(struct ask *a)
{
    const struct talk_kind *kind = talk_of(a)->kind;

    return kind->may == NULL ? ask_may(a) : kind->may(a);
}

static void on_message(struct http_call *c, const char *text, size_t len)
{
    struct ask *a = http_user(c);

    a->req = http_request(c);
    talk_of(a)->spoke = true;
    if (!is_still_good(a))
        return;
    /* An answer to what is not understood is one of the socket's. */
    if (ask_pace(a)) {
        const struct route *row = find_row(a, text, len);

        if (row != NULL) {
            a->route = row;
            if (may(a))
                run_row(a, text, len);
        }
    }
    forget(a);
}

static void on_released(struct http_call *c)
{
    struct ask *a = http_user(c);

    a->req = http_request(c);
    if (a->waiting.body != NULL)
        ask_go_on(a);
    free(a->waiting.body);
    a->waiting.body = NULL;
}

/* A token was changed somewhere: perhaps its own. */
static bool is_let_in(struct ask *a)
{
    struct talk *t = talk_of(a);
    const uint64_t tokens = feed_tokens(a->api->feed);

    if (tokens != t->tokens && !is_still_good(a))
        return false;
    t->tokens = tokens;
    return true;
}

static bool is_strange(const struct ask *a, const struct talk *t)
{
    return t->agent[0] == '\0' && !t->kind->anonymous && t->cast == NULL &&
           a->req->now.mono_ns - t->begun_ns > TALK_QUIET_NS;
}

static void on_opened(struct http_call *c)
{
    struct ask *a = http_user(c);
    const struct talk_kind *kind = talk_of(a)->kind;

    a->req = http_request(c);
    if (kind->opened != NULL)
        kind->opened(a);
    forget(a);
}

static void on_tick(struct http_call *c)
{
    struct ask *a = http_user(c);
    struct talk *t = talk_of(a);

    a->req = http_request(c);
    if (is_strange(a, t)) {
        http_socket_close(c, HTTP_CLOSE_POLICY, "it did not say who it is");
        return;
    }
    if (is_let_in(a) && t->kind->tick != NULL)
        t->kind->tick(a);
    forget(a);
}

static void on_news(struct http_call *c)
{
    struct ask *a = http_user(c);
    struct talk *t = talk_of(a);

    a->req = http_request(c);
    if (is_let_in(a) && t->cast != NULL)
        cast_news(a, t->cast, &t->place, t->agent);
    forget(a);
}

static void on_closed(struct http_call *c)
{
    leave_cast(talk_of(http_user(c)));
}

/* ---- its beginning and its end ---- */

static void end(struct ask *a)
{
    struct talk *t = talk_of(a);

    if (t != NULL && a->say != NULL && t->kind->end != NULL)
        t->kind->end(a);
    free(t);
    a->state = NULL;
}

/* True: answered. */
static bool refuse_page(struct ask *a)
{
    static const struct reply_error e = {
        .status = 403, .message = "the socket is of a page of another site"};

    if (origin_is_same(http_header(a->call, "Origin"),
                       http_header(a->call, "Host")))
        return false;
    reply_error(a, &e);
    return true;
}

static int open_socket(struct ask *a)
{
    static const struct http_socket steps = {.opened = on_opened,
                                             .message = on_message,
                                             .released = on_released,
                                             .tick = on_tick,
                                             .news = on_news,
                                             .closed = on_closed};
    struct http_refusal refusal = {.status = 0};
    struct reply_error e = {.status = 0};
    const int rc = http_answer_socket(a->call, &steps, &refusal);

    if (rc == LLMREG_OK) {
        a->say = say;
        a->errors = talk_of(a)->kind->errors;
        llmreg_arena_fini(&a->arena);
        return rc;
    }
    if (rc == LLMREG_EFULL)
        return reply_full(a);
    if (rc != LLMREG_EINVAL)
        return rc;
    e.status = refusal.status;
    e.message = refusal.why;
    return reply_error(a, &e);
}

int talk_begin(struct ask *a, const struct talk_kind *kind)
{
    const bool trusted = a->who.kind == WHO_TOKEN || a->req->unix_uid >= 0;
    struct talk *t = calloc(1, sizeof *t);

    if (t == NULL)
        return LLMREG_ENOMEM;
    t->kind = kind;
    t->route = a->route;
    t->begun_ns = a->req->now.mono_ns;
    t->tokens = feed_tokens(a->api->feed);
    t->at_home =
        trusted || origin_host_is_ours(http_header(a->call, "Host"),
                                       a->api->conf.hosts, a->api->conf.nhosts);
    a->state = t;
    a->end = end;
    return !trusted && refuse_page(a) ? LLMREG_OK : open_socket(a);
}
