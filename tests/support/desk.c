/* SPDX-License-Identifier: MIT */
/* desk.c - see desk.h. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>

#include <llmreg/json.h>
#include <llmreg/tokens.h>

#include "plugins/llm_listen/api/statuses.h"
#include "tests/support/json_find.h"

#define SECRET "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

static const struct person {
    const char *who;
    const char *id; /* of the token; NULL: shows none */
    enum llmreg_role role;
    const char *peer;
    bool local;
} people[] = {
    {"admin", "adminadm", LLMREG_ROLE_ADMIN, "127.0.0.1", true},
    {"operator", "operator", LLMREG_ROLE_OPERATOR, "127.0.0.1", true},
    {"reader", "readerrd", LLMREG_ROLE_READER, "192.0.2.8", false},
    {"agent", "agent001", LLMREG_ROLE_AGENT, "192.0.2.9", false},
    {"agent2", "agent002", LLMREG_ROLE_AGENT, "192.0.2.10", false},
    {"local", NULL, LLMREG_ROLE_READER, "127.0.0.1", true},
    {"far", NULL, LLMREG_ROLE_READER, "192.0.2.7", false},
    {"old", NULL, LLMREG_ROLE_AGENT, "10.0.0.7", false},
    {"root", NULL, LLMREG_ROLE_OPERATOR, "127.0.0.1", true},
};
#define PEOPLE (sizeof people / sizeof people[0])

static const struct person *find(const char *who)
{
    for (size_t i = 0; i < PEOPLE; i++)
        if (strcmp(people[i].who, who) == 0)
            return &people[i];
    ck_abort_msg("nobody is called %s", who);
}

/* ---- life ---- */

static void configure(struct desk *d)
{
    const struct llmreg_value dir = {.type = LLMREG_VALUE_STRING,
                                     .string = room_path(&d->room, d->dir)};
    const struct llmreg_value many = {.type = LLMREG_VALUE_NUMBER,
                                      .number = 20000};
    const struct llmreg_value soon = {.type = LLMREG_VALUE_NUMBER,
                                      .number = 0.1};
    const struct llmreg_item items[] = {
        {.key = "DataDir", .values = &dir, .nvalues = 1},
        {.key = "MaxEndpoints", .values = &many, .nvalues = 1},
        {.key = "MaxAgents", .values = &many, .nvalues = 1},
        {.key = "MaxHosts", .values = &many, .nvalues = 1},
        {.key = "FlushInterval", .values = &soon, .nvalues = 1},
    };
    const struct llmreg_item block = {.key = "Registry",
                                      .children = items,
                                      .nchildren =
                                          sizeof items / sizeof items[0]};
    struct llmreg_error err;

    llmreg_service_reset();
    ck_assert_msg(llmreg_service_configure(&block, "test", &err) == LLMREG_OK,
                  "%s", err.text);
}

static void forget_notification(void *ctx, const struct llmreg_notification *n)
{
    (void)ctx;
    (void)n;
}

/* Kept from the threads of the service, which log as well. */
static void drop_line(void *ctx, enum llmreg_level level, const char *line)
{
    (void)ctx;
    (void)level;
    (void)line;
}

static void add_token(struct desk *d, const struct person *p)
{
    struct llmreg_token t = {.id = p->id,
                             .name = p->who,
                             .role = p->role,
                             .agent = "",
                             .host = "",
                             .origin = "test",
                             .approved = true};
    struct llmreg_error err;
    int rc;

    ck_assert_int_eq(gnutls_hash_fast(GNUTLS_DIG_SHA256, SECRET, 43, t.digest),
                     0);
    rc = llmreg_token_add(d->registry, &t, &d->now, NULL, &err);
    ck_assert_msg(rc == LLMREG_OK || rc == LLMREG_EEXIST, "%s", err.text);
}

void desk_make(struct desk *d)
{
    const struct bucket_rule plenty = {1e6, 1e6};
    struct llmreg_error err;

    memset(d, 0, sizeof *d);
    room_make(&d->room);
    d->dir = "registry";
    d->conf = (struct api_conf){
        .per_token = plenty,
        .per_address = plenty,
        .failures = plenty,
        .new_hosts = plenty,
        .endpoints_each = 64,
        .interval_ms = 30000,
        .probe_interval_ms = 30000,
        .token_file = "",
    };
    ck_assert_int_eq(cidr_parse("10.0.0.0/8", &d->door.agents_from[0], &err),
                     LLMREG_OK);
    d->door.nagents_from = 1;
    d->door.auto_approve = true;
    d->open_door.allow_anonymous_write = true;
}

void desk_start(struct desk *d)
{
    const struct llmreg_program program = {.log = {drop_line, NULL},
                                           .notify = forget_notification};
    struct llmreg_error err = {.text = ""};
    struct http_handler handler;

    configure(d);
    ck_assert_msg(llmreg_service_attach(&program, &d->service, &err) ==
                      LLMREG_OK,
                  "%s", err.text);
    d->registry = llmreg_service_registry(d->service);
    d->now = llmreg_clock_now(&llmreg_clock_system);
    for (size_t i = 0; i < PEOPLE; i++)
        if (people[i].id != NULL)
            add_token(d, &people[i]);
    ck_assert_msg(api_new(&d->api, d->service, &d->conf, &d->counters, &err) ==
                      LLMREG_OK,
                  "%s", err.text);
    handler = api_handler(d->api);
    d->server = fake_http_new(&handler, &d->now);
}

static void drop_call(struct desk *d)
{
    if (d->call != NULL)
        fake_http_end(d->call);
    d->call = NULL;
}

void desk_stop(struct desk *d)
{
    drop_call(d);
    fake_http_stop(d->server);
    fake_http_free(d->server);
    api_free(d->api);
    llmreg_service_detach(d->service);
}

void desk_open_with(struct desk *d, unsigned dialects)
{
    desk_make(d);
    d->conf.dialects = dialects;
    desk_start(d);
}

void desk_open(struct desk *d)
{
    desk_open_with(d, 0);
}

void desk_close(struct desk *d)
{
    desk_stop(d);
    llmreg_service_reset();
    room_close(&d->room);
}

void desk_restart(struct desk *d)
{
    desk_stop(d);
    desk_start(d);
}

void desk_pass(struct desk *d, int64_t ms)
{
    d->now.mono_ns += ms * LLMREG_NS_PER_MS;
    d->now.wall_ms += ms;
}

/* ---- asking ---- */

const char *desk_token(const char *who)
{
    static char text[WHO_TOKEN_SIZE];

    who_write(text, find(who)->id, SECRET);
    return text;
}

void desk_header(struct desk *d, const char *name, const char *value)
{
    ck_assert_uint_lt(d->nfields, DESK_FIELDS);
    d->fields[d->nfields++] = (struct http_field){name, value};
}

static enum http_method read_method(const char *what, size_t len)
{
    for (unsigned m = 0; m < HTTP_METHODS; m++)
        if (strlen(http_method_text(m)) == len &&
            strncmp(http_method_text(m), what, len) == 0)
            return m;
    return HTTP_OTHER;
}

struct http_call *desk_begin(struct desk *d, const char *who, const char *what,
                             const char *body)
{
    const struct person *p = find(who);
    const char *blank = strchr(what, ' ');
    struct http_field fields[DESK_FIELDS + 2];
    char bearer[WHO_TOKEN_SIZE + 8];
    struct fake_ask ask = {
        .method = read_method(what, (size_t)(blank - what)),
        .target = blank + 1,
        .headers = fields,
        .nheaders = d->nfields,
        .body = body,
        .peer = d->peer != NULL ? d->peer : p->peer,
        .local = p->local && d->peer == NULL,
        .door = strcmp(who, "root") == 0 ? &d->open_door : &d->door,
    };

    drop_call(d);
    memcpy(fields, d->fields, sizeof d->fields);
    d->nfields = 0;
    fields[ask.nheaders++] = (struct http_field){"Host", "127.0.0.1:8437"};
    if (p->id != NULL) {
        snprintf(bearer, sizeof bearer, "Bearer %s", desk_token(who));
        fields[ask.nheaders++] = (struct http_field){"Authorization", bearer};
    }
    d->call = fake_http_call(d->server, &ask);
    return d->call;
}

const char *desk_path(const char *pattern, const char *id)
{
    static char text[1024];
    const char *at = strstr(pattern, "{}");

    ck_assert_ptr_nonnull(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - pattern), pattern, id,
             at + 2);
    return text;
}

/* ---- every answer ---- */

static void find_route(const struct desk *d, const char *what,
                       struct route_match *out)
{
    const char *path = strchr(what, ' ') + 1;
    char *copy = strndup(path, strcspn(path, "?"));

    router_find(d->api->router,
                read_method(what, (size_t)(strchr(what, ' ') - what)), copy,
                out);
    free(copy);
}

/* Of a dialect it has another form. */
static void check_error(struct desk *d, const char *what)
{
    struct route_match m;
    const char *code, *message;

    find_route(d, what, &m);
    if (m.table != NULL && m.table->errors != NULL)
        return;
    code = desk_get(d, "error.code");
    message = desk_get(d, "error.message");
    ck_assert_msg(code != NULL && message != NULL && message[0] != '\0',
                  "%s: %u without code and message: %s", what, d->status,
                  desk_body(d));
    ck_assert_msg(d->status != 429 || desk_field(d, "Retry-After") != NULL,
                  "%s: when?", what);
}

static void check_documented(const struct desk *d, const char *what)
{
    struct route_match m;

    find_route(d, what, &m);
    if (m.route != NULL)
        ck_assert_msg(statuses_has(m.route, d->status),
                      "%s answered %u, which its row does not say: %s", what,
                      d->status, fake_http_body(d->call));
}

unsigned desk_try(struct desk *d, const char *who, const char *what,
                  const char *body)
{
    struct http_call *c = desk_begin(d, who, what, body);

    fake_http_finish(c);
    d->status = fake_http_status(c);
    check_documented(d, what);
    if (d->status >= 400)
        check_error(d, what);
    ck_assert_msg(d->status < 500 || d->status == 503, "%s: %u %s", what,
                  d->status, desk_body(d));
    return d->status;
}

void desk_ask(struct desk *d, const char *who, const char *what,
              const char *body, unsigned status)
{
    unsigned got = desk_try(d, who, what, body);

    ck_assert_msg(got == status, "%s as %s: %u and not %u: %s", what, who, got,
                  status, desk_body(d));
}

void desk_wrong(struct desk *d, const char *what, const char *body,
                unsigned status, const char *field)
{
    const char *got;

    desk_ask(d, "operator", what, body, status);
    got = desk_get(d, "error.field");
    ck_assert_msg(got != NULL && strcmp(got, field) == 0,
                  "%s %s names %s and not %s: %s", what, body,
                  got == NULL ? "nothing" : got, field, desk_body(d));
}

/* ---- answers ---- */

const char *desk_body(struct desk *d)
{
    return fake_http_body(d->call);
}

const char *desk_field(struct desk *d, const char *name)
{
    return fake_http_field(d->call, name);
}

const char *desk_nth(struct desk *d, const char *path, size_t n)
{
    return json_find(fake_http_body(d->call), path, n);
}

const char *desk_get(struct desk *d, const char *path)
{
    return desk_nth(d, path, 0);
}

size_t desk_count(struct desk *d, const char *path)
{
    return json_find_count(fake_http_body(d->call), path);
}
