/* SPDX-License-Identifier: MIT */
/* http_world.c - the routes; those that wait keep their tickets in a ring. */
#include "tests/support/http_world.h"

#include "plugins/llm_listen/http/socket.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP_MS   2
#define LARGE     (1 << 20)
/* More than the kernel takes for one that does not read. */
#define HUGE_TEXT (16 << 20)

/* A route's own storage. */
struct own {
    struct world *world;
    unsigned heard; /* of what was said */
    bool ticks;     /* says so, once */
    bool used;
};

static void keep(struct world *w, struct http_ticket ticket)
{
    pthread_mutex_lock(&w->lock);
    if (ticket.n != 0 && w->ntickets < WORLD_TICKETS)
        w->tickets[(w->first + w->ntickets++) % WORLD_TICKETS] = ticket;
    pthread_mutex_unlock(&w->lock);
}

static void answer_text(struct http_call *c, unsigned status, char *text)
{
    const struct http_answer answer = {.status = status,
                                       .type = "text/plain",
                                       .body = text,
                                       .body_len = strlen(text)};

    if (http_answer(c, &answer) != LLMREG_OK)
        free(text);
}

static char *echo_text(const struct http_request *q)
{
    char *text = NULL;

    ck_assert_int_gt(asprintf(&text, "%s\n%s\n%s\n%s",
                              http_method_text(q->method), q->path, q->query,
                              q->body),
                     0);
    return text;
}

static void do_echo(struct world *w, struct http_call *c)
{
    (void)w;
    answer_text(c, 200, echo_text(http_request(c)));
}

static void do_fixed(struct world *w, struct http_call *c)
{
    ck_assert_int_eq(http_answer_fixed(c, w->fixed), LLMREG_OK);
}

static void do_hold(struct world *w, struct http_call *c)
{
    if (http_held(c))
        answer_text(c, http_stopping(c) ? 503 : 200, strdup("released"));
    else
        keep(w, http_hold(c));
}

static void do_never(struct world *w, struct http_call *c)
{
    keep(w, http_hold(c));
}

static void do_large(struct world *w, struct http_call *c)
{
    char *text = malloc(LARGE + 1);

    (void)w;
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', LARGE);
    text[LARGE] = '\0';
    answer_text(c, 200, text);
}

static void do_mute(struct world *w, struct http_call *c)
{
    (void)w;
    (void)c;
}

/* ---- streams ---- */

static int64_t pull_said(struct http_call *c, char *out, size_t size)
{
    struct own *own = http_user(c);
    struct world *w = own->world;
    size_t len = 0;

    if (http_stopping(c))
        return -1;
    keep(w, http_hold(c));
    pthread_mutex_lock(&w->lock);
    if (own->heard != w->says) {
        len = strlen(w->said);
        ck_assert_uint_le(len, size);
        memcpy(out, w->said, len);
        own->heard = w->says;
    }
    pthread_mutex_unlock(&w->lock);
    return (int64_t)len;
}

static int64_t pull_flood(struct http_call *c, char *out, size_t size)
{
    (void)c;
    memset(out, 'f', size);
    return (int64_t)size;
}

static void begin_stream(struct http_call *c, http_pull pull)
{
    const struct http_answer full = {.status = 429};

    if (http_answer_stream(c, "text/event-stream", pull) != LLMREG_OK)
        ck_assert_int_eq(http_answer(c, &full), LLMREG_OK);
}

static void do_stream(struct world *w, struct http_call *c)
{
    struct own *own = http_user(c);

    own->world = w;
    begin_stream(c, pull_said);
}

static void do_flood(struct world *w, struct http_call *c)
{
    (void)w;
    begin_stream(c, pull_flood);
}

/* ---- sockets ---- */

static void flood(struct http_call *c)
{
    char *text = calloc(1, LARGE);

    ck_assert_ptr_nonnull(text);
    memset(text, 'x', LARGE);
    for (int i = 0; i < 16; i++)
        http_socket_send(c, text, LARGE);
    free(text);
}

static void on_text(struct http_call *c, const char *text, size_t len)
{
    struct own *own = http_user(c);

    if (len == 4 && memcmp(text, "hold", 4) == 0)
        keep(own->world, http_hold(c));
    else if (len == 5 && memcmp(text, "flood", 5) == 0)
        flood(c);
    else if (len == 5 && memcmp(text, "close", 5) == 0)
        http_socket_close(c, HTTP_CLOSE_POLICY, "told to");
    else if (len == 4 && memcmp(text, "tick", 4) == 0)
        own->ticks = true;
    else if (len == 6 && memcmp(text, "listen", 6) == 0)
        http_socket_listen(c);
    else
        http_socket_send(c, text, len);
    if (len == 3 && memcmp(text, "bye", 3) == 0)
        http_socket_close(c, HTTP_CLOSE_POLICY, "bye");
}

static struct http_text *make_text(const char *said)
{
    const bool large = strcmp(said, "large") == 0;
    const size_t len = large ? HUGE_TEXT : strlen(said);
    char *bytes = malloc(len + 1);

    ck_assert_ptr_nonnull(bytes);
    if (large)
        memset(bytes, 'x', len);
    else
        memcpy(bytes, said, len);
    return http_text_new(bytes, len);
}

static void on_news(struct http_call *c)
{
    struct own *own = http_user(c);
    struct world *w = own->world;
    unsigned says;

    atomic_fetch_add(&w->news, 1);
    pthread_mutex_lock(&w->lock);
    says = w->says;
    if (says != w->text_of) {
        http_text_put(w->text);
        w->text = make_text(w->said);
        w->text_of = says;
    }
    pthread_mutex_unlock(&w->lock);
    if (own->heard == says)
        return;
    own->heard = says;
    atomic_fetch_add(&w->shares, 1);
    http_socket_share(c, w->text);
}

static void on_released(struct http_call *c)
{
    http_socket_send(c, "released", 8);
}

static void on_tick(struct http_call *c)
{
    struct own *own = http_user(c);

    if (own->ticks)
        http_socket_send(c, "tick", 4);
    own->ticks = false;
}

static void do_socket(struct world *w, struct http_call *c)
{
    static const struct http_socket steps = {.message = on_text,
                                             .released = on_released,
                                             .tick = on_tick,
                                             .news = on_news};
    struct own *own = http_user(c);
    struct http_refusal refusal;
    int rc;

    own->world = w;
    rc = http_answer_socket(c, &steps, &refusal);
    if (rc == LLMREG_EINVAL)
        answer_text(c, refusal.status, strdup(refusal.why));
    else if (rc != LLMREG_OK)
        answer_text(c, 503, strdup("full"));
}

/* ---- the handler ---- */

static const struct route {
    const char *path;
    size_t body_max;
    void (*run)(struct world *w, struct http_call *c);
} routes[] = {
    {"/echo", 65536, do_echo}, {"/small", 16, do_echo},
    {"/none", 0, do_echo},     {"/fixed", 65536, do_fixed},
    {"/hold", 65536, do_hold}, {"/never", 0, do_never},
    {"/stream", 0, do_stream}, {"/flood", 0, do_flood},
    {"/large", 0, do_large},   {"/mute", 0, do_mute},
    {"/socket", 0, do_socket},
};

static const struct route *route_of(struct http_call *c)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (strcmp(http_request(c)->path, routes[i].path) == 0)
            return &routes[i];
    return NULL;
}

static void on_head(void *ctx, struct http_call *c, size_t *body_max)
{
    struct world *w = ctx;
    const struct route *route = route_of(c);
    struct own *own = http_user(c);

    atomic_fetch_add(&w->heads, 1);
    ck_assert(!own->used);
    own->used = true;
    if (strcmp(http_request(c)->path, "/early") == 0)
        answer_text(c, 401, strdup("early"));
    else if (route == NULL)
        answer_text(c, 404, strdup("none"));
    else
        *body_max = route->body_max;
}

static void on_run(void *ctx, struct http_call *c)
{
    struct world *w = ctx;

    const struct route *route = route_of(c);

    atomic_fetch_add(&w->runs, 1);
    ck_assert_ptr_nonnull(route);
    route->run(w, c);
}

static void on_end(void *ctx, struct http_call *c)
{
    struct world *w = ctx;
    struct own *own = http_user(c);

    ck_assert(own->used);
    atomic_store(&w->left, http_socket_left(c));
    atomic_fetch_add(&w->ends, 1);
}

static char *on_refuse(void *ctx, unsigned status, const char *why)
{
    char *text = NULL;

    (void)ctx;
    ck_assert_int_gt(
        asprintf(&text, "{\"status\":%u,\"why\":\"%s\"}", status, why), 0);
    return text;
}

static void on_line(void *ctx, enum llmreg_level level, const char *line)
{
    struct world *w = ctx;
    size_t used;

    (void)level;
    pthread_mutex_lock(&w->lock);
    used = strlen(w->lines);
    snprintf(w->lines + used, sizeof w->lines - used, "%s\n", line);
    pthread_mutex_unlock(&w->lock);
}

/* ---- life ---- */

struct http_door *world_door(struct world *w, enum door_kind kind)
{
    struct http_door *door = &w->doors[w->setup.ndoors++];

    ck_assert_uint_le(w->setup.ndoors, WORLD_DOORS);
    door->kind = kind;
    snprintf(door->name, sizeof door->name, "door %zu", w->setup.ndoors);
    snprintf(door->host, sizeof door->host, "127.0.0.1");
    door->mode = 0660;
    return door;
}

void world_open(struct world *w)
{
    *w = (struct world){0};
    pthread_mutex_init(&w->lock, NULL);
    snprintf(w->dir, sizeof w->dir, "/tmp/llmreg-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(w->dir));
    w->log = (struct llmreg_log){.write = on_line, .ctx = w};
    w->setup = (struct http_setup){
        .doors = w->doors,
        .limits = http_limits(),
        .handler = {.head = on_head,
                    .run = on_run,
                    .end = on_end,
                    .refuse = on_refuse,
                    .ctx = w,
                    .user_size = sizeof(struct own)},
        .clock = &llmreg_clock_system,
        .log = &w->log,
        .counters = &w->counters,
    };
    world_door(w, DOOR_TCP);
    ck_assert_int_eq(http_fixed_new(&w->fixed, 200, NULL, "{\"ok\":true}"),
                     LLMREG_OK);
}

void world_start(struct world *w)
{
    struct llmreg_error err = {0};
    const int rc = http_server_new(&w->server, &w->setup, &err);

    ck_assert_msg(rc == LLMREG_OK, "%s", err.text);
    w->port = http_server_port(w->server, 0);
}

void world_stop(struct world *w)
{
    http_server_free(w->server);
    w->server = NULL;
    http_text_put(w->text);
    w->text = NULL;
    w->text_of = 0;
}

void world_close(struct world *w)
{
    world_stop(w);
    http_fixed_free(w->fixed);
    ck_assert_uint_eq(atomic_load(&w->heads), atomic_load(&w->ends));
    pthread_mutex_destroy(&w->lock);
    ck_assert_uint_eq(counters_get(&w->counters.connections), 0);
    ck_assert_uint_eq(counters_get(&w->counters.streams), 0);
    ck_assert_int_eq(rmdir(w->dir), 0);
}

bool world_logged(struct world *w, const char *text)
{
    bool found;

    pthread_mutex_lock(&w->lock);
    found = strstr(w->lines, text) != NULL;
    pthread_mutex_unlock(&w->lock);
    return found;
}

static size_t count_held(struct world *w)
{
    size_t count;

    pthread_mutex_lock(&w->lock);
    count = w->ntickets;
    pthread_mutex_unlock(&w->lock);
    return count;
}

void world_await_held(struct world *w, size_t count)
{
    for (int ms = 0; count_held(w) < count && ms < 10000; ms += STEP_MS)
        poll(NULL, 0, STEP_MS);
    ck_assert_uint_ge(count_held(w), count);
}

static struct http_ticket next_ticket(struct world *w)
{
    struct http_ticket ticket = {0};

    pthread_mutex_lock(&w->lock);
    if (w->ntickets > 0) {
        ticket = w->tickets[w->first];
        w->first = (w->first + 1) % WORLD_TICKETS;
        w->ntickets--;
    }
    pthread_mutex_unlock(&w->lock);
    return ticket;
}

void world_release(struct world *w)
{
    for (size_t left = count_held(w); left > 0; left--) {
        http_release(w->server, next_ticket(w));
        atomic_fetch_add(&w->releases, 1);
    }
}

void world_publish(struct world *w, const char *text)
{
    pthread_mutex_lock(&w->lock);
    snprintf(w->said, sizeof w->said, "%s", text);
    w->says++;
    pthread_mutex_unlock(&w->lock);
    world_release(w);
    http_news(w->server);
}

void world_await_ends(struct world *w, unsigned count)
{
    for (int ms = 0; atomic_load(&w->ends) < count && ms < 10000; ms += STEP_MS)
        poll(NULL, 0, STEP_MS);
    ck_assert_uint_ge(atomic_load(&w->ends), count);
}
