/* SPDX-License-Identifier: MIT */
/* fake_http.c - see fake_http.h. */
#include "tests/support/fake_http.h"

#include "plugins/llm_listen/http/socket.h"

#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define FIELDS_MAX 8
#define TEXTS_MAX  64
#define JSON       "application/json; charset=utf-8"

struct http_server {
    struct http_handler handler;
    const struct llmreg_now *now;
    pthread_mutex_t lock;
    pthread_cond_t released;
    struct http_call *calls;
    uint64_t last; /* ticket */
    size_t held_max, streams_max, streams;
    unsigned starve;
    bool stops;
    unsigned news; /* guarded by lock */
};

struct http_call {
    struct http_server *server;
    struct http_call *next, **link;
    struct http_request request;
    struct fake_ask ask;
    char *path, *query, *sent; /* copies of their own size, for ASan */
    void *user;
    /* guarded by the server's lock */
    uint64_t ticket; /* 0: not held */
    bool released;
    /* the test's thread */
    bool held, went_on;
    unsigned status;
    char *body;
    size_t body_len;
    char *type, *names[FIELDS_MAX], *values[FIELDS_MAX];
    size_t nfields;
    http_pull pull;
    const struct http_socket *steps;
    char *texts[TEXTS_MAX], *taken; /* that were sent */
    size_t ntexts;
    unsigned code, left;
    char reason[128];
    bool listens, again;
    unsigned shared;
};

const char *http_version(void)
{
    return "none";
}

struct http_fixed {
    unsigned status;
    char *type, *body;
};

static char *copy(const char *s)
{
    char *out = strdup(s);

    ck_assert_ptr_nonnull(out);
    return out;
}

/* ---- the server ---- */

struct http_server *fake_http_new(const struct http_handler *handler,
                                  const struct llmreg_now *now)
{
    struct http_server *s = calloc(1, sizeof *s);

    ck_assert_ptr_nonnull(s);
    s->handler = *handler;
    s->now = now;
    s->held_max = s->streams_max = 1000000;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->released, NULL);
    if (handler->ready != NULL)
        handler->ready(handler->ctx, s);
    return s;
}

void fake_http_free(struct http_server *s)
{
    if (s == NULL)
        return;
    ck_assert_ptr_null(s->calls);
    if (s->handler.gone != NULL)
        s->handler.gone(s->handler.ctx);
    pthread_cond_destroy(&s->released);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void fake_http_limit(struct http_server *s, size_t held, size_t streams)
{
    s->held_max = held;
    s->streams_max = streams;
}

void fake_http_starve(struct http_server *s, unsigned n)
{
    s->starve = n;
}

void fake_http_stop(struct http_server *s)
{
    pthread_mutex_lock(&s->lock);
    s->stops = true;
    for (struct http_call *c = s->calls; c != NULL; c = c->next)
        c->released = c->released || c->ticket != 0;
    pthread_cond_broadcast(&s->released);
    pthread_mutex_unlock(&s->lock);
}

/* ---- what routes see ---- */

const char *http_method_text(enum http_method method)
{
    static const char *const words[HTTP_METHODS] = {
        "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"};

    return words[method];
}

const struct http_request *http_request(const struct http_call *c)
{
    return &c->request;
}

const char *http_header(const struct http_call *c, const char *name)
{
    for (size_t i = 0; i < c->ask.nheaders; i++)
        if (strcasecmp(c->ask.headers[i].name, name) == 0)
            return c->ask.headers[i].value;
    return NULL;
}

void *http_user(struct http_call *c)
{
    return c->user;
}

static void check_silent(const struct http_call *c)
{
    ck_assert_msg(c->status == 0, "%s is answered twice", c->path);
    ck_assert_msg(!c->held, "%s is held and answered", c->path);
}

static void keep_field(struct http_call *c, const struct http_field *f)
{
    ck_assert_uint_lt(c->nfields, FIELDS_MAX);
    c->names[c->nfields] = copy(f->name);
    c->values[c->nfields++] = copy(f->value);
}

int http_answer(struct http_call *c, const struct http_answer *answer)
{
    check_silent(c);
    if (c->server->starve > 0) {
        c->server->starve--;
        return LLMREG_ENOMEM;
    }
    c->status = answer->status;
    c->type = copy(answer->type == NULL ? JSON : answer->type);
    c->body = malloc(answer->body_len + 1);
    ck_assert_ptr_nonnull(c->body);
    if (answer->body_len > 0)
        memcpy(c->body, answer->body, answer->body_len);
    c->body[answer->body_len] = '\0';
    c->body_len = answer->body_len;
    free(answer->body);
    for (size_t i = 0; i < answer->nfields; i++)
        keep_field(c, &answer->fields[i]);
    return LLMREG_OK;
}

int http_fixed_new(struct http_fixed **out, unsigned status, const char *type,
                   const char *body)
{
    struct http_fixed *f = calloc(1, sizeof *f);

    ck_assert_ptr_nonnull(f);
    f->status = status;
    f->type = copy(type == NULL ? JSON : type);
    f->body = copy(body);
    *out = f;
    return LLMREG_OK;
}

void http_fixed_free(struct http_fixed *f)
{
    if (f == NULL)
        return;
    free(f->type);
    free(f->body);
    free(f);
}

int http_answer_fixed(struct http_call *c, const struct http_fixed *f)
{
    char *body = copy(f->body);
    const struct http_answer answer = {.status = f->status,
                                       .type = f->type,
                                       .body = body,
                                       .body_len = strlen(body)};
    int rc = http_answer(c, &answer);

    if (rc != LLMREG_OK)
        free(body);
    return rc;
}

int http_answer_stream(struct http_call *c, const char *type, http_pull pull)
{
    check_silent(c);
    if (c->server->streams >= c->server->streams_max)
        return LLMREG_EFULL;
    c->server->streams++;
    c->status = 200;
    c->type = copy(type);
    c->pull = pull;
    return LLMREG_OK;
}

/* ---- WebSockets ---- */

int http_answer_socket(struct http_call *c, const struct http_socket *steps,
                       struct http_refusal *refusal)
{
    check_silent(c);
    if (http_header(c, "Upgrade") == NULL) {
        *refusal = (struct http_refusal){426, "no handshake"};
        return LLMREG_EINVAL;
    }
    if (c->server->streams >= c->server->streams_max)
        return LLMREG_EFULL;
    c->server->streams++;
    c->status = 101;
    c->type = copy("");
    c->steps = steps;
    return LLMREG_OK;
}

/* As ck_assert, but that allocates also where nothing is wrong (scarce.h). */
static void must(bool truth, const char *what)
{
    if (!truth)
        ck_abort_msg("%s", what);
}

void http_socket_send(struct http_call *c, const char *text, size_t len)
{
    must(c->steps != NULL, "it is a socket");
    if (c->code != 0)
        return;
    must(c->ntexts < TEXTS_MAX, "there is room for what it says");
    c->texts[c->ntexts] = strndup(text, len);
    must(c->texts[c->ntexts] != NULL, "there is memory");
    c->ntexts++;
}

struct http_text {
    unsigned refs, number;
    char *bytes;
    size_t len;
};

struct http_text *http_text_new(char *bytes, size_t len)
{
    static unsigned made;
    struct http_text *t = malloc(sizeof *t);

    if (t == NULL) {
        free(bytes);
        return NULL;
    }
    *t = (struct http_text){
        .refs = 1, .number = ++made, .bytes = bytes, .len = len};
    return t;
}

struct http_text *http_text_hold(struct http_text *t)
{
    t->refs++;
    return t;
}

void http_text_put(struct http_text *t)
{
    if (t == NULL || --t->refs > 0)
        return;
    free(t->bytes);
    free(t);
}

void http_socket_share(struct http_call *c, struct http_text *text)
{
    c->shared = text->number;
    http_socket_send(c, text->bytes, text->len);
}

void http_socket_listen(struct http_call *c)
{
    ck_assert_ptr_nonnull(c->steps);
    ck_assert_ptr_nonnull(c->steps->news);
    c->listens = c->again = true;
}

void http_socket_again(struct http_call *c)
{
    c->again = true;
}

void http_news(struct http_server *s)
{
    pthread_mutex_lock(&s->lock);
    s->news++;
    pthread_mutex_unlock(&s->lock);
}

void http_socket_close(struct http_call *c, enum http_close_code code,
                       const char *reason)
{
    ck_assert_ptr_nonnull(c->steps);
    if (c->code != 0)
        return;
    c->code = code;
    snprintf(c->reason, sizeof c->reason, "%s", reason);
}

unsigned http_socket_left(const struct http_call *c)
{
    return c->left;
}

/* ---- holding ---- */

static size_t count_held_locked(const struct http_server *s)
{
    size_t n = 0;

    for (const struct http_call *c = s->calls; c != NULL; c = c->next)
        n += c->ticket != 0 && c->pull == NULL && c->steps == NULL;
    return n;
}

struct http_ticket http_hold(struct http_call *c)
{
    struct http_server *s = c->server;
    struct http_ticket ticket = {0};

    ck_assert_msg(c->pull != NULL || c->steps != NULL || c->status == 0,
                  "%s is answered and held", c->path);
    ck_assert_msg(!c->held, "%s is held twice", c->path);
    pthread_mutex_lock(&s->lock);
    if (c->pull != NULL || c->steps != NULL ||
        count_held_locked(s) < s->held_max) {
        c->ticket = ticket.n = ++s->last;
        c->released = s->stops;
        c->held = true;
    }
    pthread_mutex_unlock(&s->lock);
    return ticket;
}

void http_release(struct http_server *s, struct http_ticket ticket)
{
    pthread_mutex_lock(&s->lock);
    for (struct http_call *c = s->calls; c != NULL && ticket.n != 0;
         c = c->next)
        if (c->ticket == ticket.n)
            c->released = true;
    pthread_cond_broadcast(&s->released);
    pthread_mutex_unlock(&s->lock);
}

bool http_held(const struct http_call *c)
{
    return c->went_on;
}

bool http_stopping(const struct http_call *c)
{
    bool stops;

    pthread_mutex_lock(&c->server->lock);
    stops = c->server->stops;
    pthread_mutex_unlock(&c->server->lock);
    return stops;
}

/* ---- calls ---- */

static struct http_call *make_call(struct http_server *s,
                                   const struct fake_ask *ask)
{
    struct http_call *c = calloc(1, sizeof *c);
    const char *mark = strchr(ask->target, '?');

    ck_assert_ptr_nonnull(c);
    c->server = s;
    c->ask = *ask;
    c->path = copy(ask->target);
    if (mark != NULL)
        c->path[mark - ask->target] = '\0';
    c->query = copy(mark == NULL ? "" : mark + 1);
    if (ask->body != NULL && ask->body_len == 0)
        c->ask.body_len = strlen(ask->body);
    c->sent = calloc(1, c->ask.body_len + 1);
    ck_assert_ptr_nonnull(c->sent);
    if (c->ask.body_len > 0)
        memcpy(c->sent, ask->body, c->ask.body_len);
    c->request = (struct http_request){
        .method = ask->method,
        .path = c->path,
        .query = c->query,
        .body = c->sent,
        .body_len = c->ask.body_len,
        .peer = ask->peer,
        .local = ask->local,
        .unix_uid = ask->on_unix ? 1000 : -1,
        .door = ask->door,
        .now = *s->now,
    };
    c->user = calloc(1, s->handler.user_size);
    ck_assert_ptr_nonnull(c->user);
    return c;
}

static void join(struct http_call *c)
{
    struct http_server *s = c->server;

    pthread_mutex_lock(&s->lock);
    c->next = s->calls;
    c->link = &s->calls;
    if (c->next != NULL)
        c->next->link = &c->next;
    s->calls = c;
    pthread_mutex_unlock(&s->lock);
}

/* What an engine makes of a route that does nothing. */
static void run_once(struct http_call *c)
{
    const struct http_answer nothing = {.status = 503};

    c->server->handler.run(c->server->handler.ctx, c);
    if (c->steps != NULL && c->steps->opened != NULL)
        c->steps->opened(c);
    if (c->status == 0 && !c->held)
        ck_assert_int_eq(http_answer(c, &nothing), LLMREG_OK);
}

struct http_call *fake_http_call(struct http_server *s,
                                 const struct fake_ask *ask)
{
    struct http_call *c = make_call(s, ask);
    size_t body_max = 0;

    join(c);
    s->handler.head(s->handler.ctx, c, &body_max);
    if (c->status != 0)
        return c;
    ck_assert_msg(c->ask.body_len <= body_max, "%s takes %zu bytes, not %zu",
                  c->path, body_max, c->ask.body_len);
    run_once(c);
    return c;
}

bool fake_http_is_released(struct http_call *c)
{
    bool yes;

    pthread_mutex_lock(&c->server->lock);
    yes = c->released;
    pthread_mutex_unlock(&c->server->lock);
    return yes;
}

bool fake_http_wait(struct http_call *c, int64_t ms)
{
    struct http_server *s = c->server;
    struct timespec until;
    int rc = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&s->lock);
    while (!c->released && rc == 0)
        rc = pthread_cond_timedwait(&s->released, &s->lock, &until);
    bool yes = c->released;
    if (yes)
        c->ticket = 0;
    pthread_mutex_unlock(&s->lock);
    return yes;
}

/* Fails for good: it may not fork away with a test's patience. */
static void wait_released(struct http_call *c)
{
    ck_assert_msg(fake_http_wait(c, 10000), "%s is not released", c->path);
    c->held = false;
    c->went_on = true;
    c->request.now = *c->server->now;
}

void fake_http_finish(struct http_call *c)
{
    while (c->status == 0) {
        wait_released(c);
        run_once(c);
    }
}

/* A step of a socket, and those that it is held for. */
static void finish_step(struct http_call *c)
{
    while (c->held) {
        wait_released(c);
        c->steps->released(c);
    }
}

void fake_socket_say(struct http_call *c, const char *text)
{
    const size_t len = strlen(text);
    char *own = malloc(len > 0 ? len : 1); /* without a NUL, for ASan */

    ck_assert_ptr_nonnull(c->steps);
    ck_assert_ptr_nonnull(own);
    memcpy(own, text, len);
    c->request.now = *c->server->now;
    if (c->code == 0)
        c->steps->message(c, own, len);
    free(own);
    finish_step(c);
}

void fake_socket_tick(struct http_call *c)
{
    c->request.now = *c->server->now;
    if (c->code == 0)
        c->steps->tick(c);
    finish_step(c);
}

void fake_socket_news(struct http_call *c)
{
    must(c->listens, "it listens");
    c->again = false;
    c->request.now = *c->server->now;
    if (c->code == 0)
        c->steps->news(c);
}

unsigned fake_socket_shared(const struct http_call *c)
{
    return c->shared;
}

bool fake_socket_listens(const struct http_call *c)
{
    return c->listens;
}

unsigned fake_http_news(struct http_server *s)
{
    unsigned n;

    pthread_mutex_lock(&s->lock);
    n = s->news;
    pthread_mutex_unlock(&s->lock);
    return n;
}

bool fake_socket_again(struct http_call *c)
{
    const bool again = c->again;

    c->again = false;
    return again;
}

const char *fake_socket_next(struct http_call *c)
{
    free(c->taken);
    c->taken = NULL;
    if (c->ntexts == 0)
        return NULL;
    c->taken = c->texts[0];
    memmove(c->texts, c->texts + 1, --c->ntexts * sizeof c->texts[0]);
    return c->taken;
}

unsigned fake_socket_code(const struct http_call *c)
{
    return c->code;
}

const char *fake_socket_reason(const struct http_call *c)
{
    return c->reason;
}

void fake_socket_leave(struct http_call *c, unsigned code)
{
    c->left = code;
}

bool fake_http_is_stream(const struct http_call *c)
{
    return c->pull != NULL;
}

int64_t fake_http_pull(struct http_call *c, char *out, size_t size)
{
    int64_t n;

    if (c->held)
        wait_released(c);
    c->request.now = *c->server->now;
    n = c->pull(c, out, size);
    ck_assert_msg((n == 0) == c->held, "%s has %lld bytes and %s hold", c->path,
                  (long long)n, c->held ? "a" : "no");
    ck_assert(n <= (int64_t)size);
    return n;
}

void fake_http_end(struct http_call *c)
{
    struct http_server *s = c->server;

    pthread_mutex_lock(&s->lock);
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    pthread_mutex_unlock(&s->lock);
    s->streams -= c->pull != NULL || c->steps != NULL;
    if (c->steps != NULL && c->steps->closed != NULL)
        c->steps->closed(c);
    s->handler.end(s->handler.ctx, c);
    while (fake_socket_next(c) != NULL)
        continue;
    while (c->nfields > 0) {
        free(c->names[--c->nfields]);
        free(c->values[c->nfields]);
    }
    free(c->path);
    free(c->query);
    free(c->sent);
    free(c->body);
    free(c->type);
    free(c->user);
    free(c);
}

/* ---- answers ---- */

unsigned fake_http_status(const struct http_call *c)
{
    return c->status;
}

const char *fake_http_body(const struct http_call *c)
{
    return c->body == NULL ? "" : c->body;
}

size_t fake_http_body_len(const struct http_call *c)
{
    return c->body_len;
}

const char *fake_http_field(const struct http_call *c, const char *name)
{
    if (strcasecmp(name, "Content-Type") == 0)
        return c->type;
    for (size_t i = 0; i < c->nfields; i++)
        if (strcasecmp(c->names[i], name) == 0)
            return c->values[i];
    return NULL;
}
