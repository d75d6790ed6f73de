/* SPDX-License-Identifier: MIT */
/* export.c - everything that is known, one JSON line a thing, without secrets.
 *
 *   {"llmreg": {...}}      whose registry, and when
 *   {"endpoint": {...}}    and host, agent, alert, session, token, audit: each
 *                          as the route of its kind writes it
 *   {"end": {"lines": n}}  only if all lines before it are there
 *
 * Endpoints, hosts, agents and alerts are those of one moment; the rest is as
 * it was just after.  Lines are written while they are sent. */
#include <stdlib.h>
#include <string.h>

#include <llmreg/audit.h>
#include <llmreg/sessions.h>
#include <llmreg/snapshot.h>

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"
#include "plugins/llm_listen/api/transfer.h"

#define TYPE "application/x-ndjson; charset=utf-8"

/* ---- what is no part of a snapshot ---- */

struct held {
    const void **items;
    size_t count, room;
    bool failed; /* no memory for one */
};

static bool keep(struct held *h, const void *item)
{
    if (h->count == h->room) {
        const size_t room = h->room == 0 ? 64 : h->room * 2;
        const void **items = realloc(h->items, room * sizeof *items);

        if (items == NULL) {
            h->failed = true;
            return false;
        }
        h->items = items;
        h->room = room;
    }
    h->items[h->count++] = item;
    return true;
}

static bool see_session(void *ctx, const struct llmreg_session *s)
{
    if (keep(ctx, s))
        (void)llmreg_session_hold(s);
    return true;
}

static bool see_token(void *ctx, const struct llmreg_token *t)
{
    if (keep(ctx, t))
        (void)llmreg_token_hold(t);
    return true;
}

static bool see_audit(void *ctx, const struct llmreg_audit *entry)
{
    if (keep(ctx, entry))
        (void)llmreg_audit_hold(entry);
    return true;
}

static void collect_sessions(struct llmreg_registry *r, struct held *h)
{
    llmreg_each_session(r, NULL, true, see_session, h);
    llmreg_each_session(r, NULL, false, see_session, h);
}

static void collect_tokens(struct llmreg_registry *r, struct held *h)
{
    llmreg_each_token(r, see_token, h);
}

static void collect_audit(struct llmreg_registry *r, struct held *h)
{
    llmreg_each_audit(r, UINT64_MAX, see_audit, h);
}

static void put_session(const void *item)
{
    llmreg_session_put(item);
}

static void put_token(const void *item)
{
    llmreg_token_put(item);
}

static void put_audit(const void *item)
{
    llmreg_audit_put(item);
}

enum other { SESSIONS, TOKENS, AUDIT, OTHERS };

static const struct {
    void (*collect)(struct llmreg_registry *r, struct held *h);
    void (*put)(const void *item);
} others[OTHERS] = {
    [SESSIONS] = {collect_sessions, put_session},
    [TOKENS] = {collect_tokens, put_token},
    [AUDIT] = {collect_audit, put_audit},
};

/* ---- lines ---- */

struct exporting {
    struct api *api;
    struct llmreg_snapshot *snapshot;
    struct held held[OTHERS];
    struct llmreg_now now;
    size_t part, index; /* of the next line */
    size_t lines;
    struct reply_bytes line; /* that is being sent, with its newline */
    size_t sent;             /* of it */
};

static size_t one(const struct exporting *x)
{
    (void)x;
    return 1;
}

static void write_hub(struct llmreg_json_out *w, const struct exporting *x,
                      size_t i)
{
    (void)i;
    llmreg_json_open_object(w, "llmreg");
    llmreg_json_string(w, "host", x->api->conf.hostname);
    llmreg_json_integer(w, "format", TRANSFER_FORMAT);
    llmreg_json_string(w, "version", LLMREG_VERSION);
    llmreg_json_integer(w, "seq", (int64_t)x->snapshot->seq);
    llmreg_json_time(w, "exported_at", "exported_at_ms", x->now.wall_ms);
    llmreg_json_close_object(w);
}

static size_t count_endpoints(const struct exporting *x)
{
    return x->snapshot->count;
}

static void write_endpoint(struct llmreg_json_out *w, const struct exporting *x,
                           size_t i)
{
    llmreg_snapshot_item_json(w, "endpoint", &x->snapshot->items[i], &x->now);
}

static size_t count_hosts(const struct exporting *x)
{
    return x->snapshot->nhosts;
}

static void write_host(struct llmreg_json_out *w, const struct exporting *x,
                       size_t i)
{
    llmreg_host_json(w, "host", x->snapshot->hosts[i].host, &x->now);
}

static size_t count_agents(const struct exporting *x)
{
    return x->snapshot->nagents;
}

static void write_agent(struct llmreg_json_out *w, const struct exporting *x,
                        size_t i)
{
    llmreg_agent_json(w, "agent", x->snapshot->agents[i].agent, &x->now);
}

static size_t count_alerts(const struct exporting *x)
{
    return x->snapshot->nalerts;
}

static void write_alert(struct llmreg_json_out *w, const struct exporting *x,
                        size_t i)
{
    llmreg_alert_json(w, "alert", x->snapshot->alerts[i]);
}

static size_t count_sessions(const struct exporting *x)
{
    return x->held[SESSIONS].count;
}

static void write_session(struct llmreg_json_out *w, const struct exporting *x,
                          size_t i)
{
    llmreg_session_json(w, "session", x->held[SESSIONS].items[i]);
}

static size_t count_tokens(const struct exporting *x)
{
    return x->held[TOKENS].count;
}

static void write_token(struct llmreg_json_out *w, const struct exporting *x,
                        size_t i)
{
    llmreg_token_json(w, "token", x->held[TOKENS].items[i], &x->now);
}

static size_t count_audit(const struct exporting *x)
{
    return x->held[AUDIT].count;
}

static void write_audit(struct llmreg_json_out *w, const struct exporting *x,
                        size_t i)
{
    llmreg_audit_json(w, "audit", x->held[AUDIT].items[i]);
}

static void write_end(struct llmreg_json_out *w, const struct exporting *x,
                      size_t i)
{
    (void)i;
    llmreg_json_open_object(w, "end");
    llmreg_json_integer(w, "lines", (int64_t)x->lines);
    llmreg_json_close_object(w);
}

static const struct {
    size_t (*count)(const struct exporting *x);
    void (*write)(struct llmreg_json_out *w, const struct exporting *x,
                  size_t i);
} parts[] = {
    {one, write_hub},
    {count_endpoints, write_endpoint},
    {count_hosts, write_host},
    {count_agents, write_agent},
    {count_alerts, write_alert},
    {count_sessions, write_session},
    {count_tokens, write_token},
    {count_audit, write_audit},
    {one, write_end},
};

#define PARTS (sizeof parts / sizeof parts[0])

static bool write_line(struct exporting *x)
{
    struct reply r;
    char *grown;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    parts[x->part].write(&r.json, x, x->index);
    llmreg_json_close_object(&r.json);
    if (reply_take(&r, &x->line) != LLMREG_OK)
        return false;
    grown = realloc(x->line.data, x->line.len + 1);
    if (grown == NULL)
        return false;
    grown[x->line.len++] = '\n';
    x->line.data = grown;
    return true;
}

/* False: there is none any more, or no memory for it. */
static bool next_line(struct exporting *x)
{
    free(x->line.data);
    x->line = (struct reply_bytes){.data = NULL};
    x->sent = 0;
    while (x->part < PARTS && x->index >= parts[x->part].count(x)) {
        x->part++;
        x->index = 0;
    }
    if (x->part >= PARTS || !write_line(x)) {
        x->part = PARTS;
        return false;
    }
    x->index++;
    x->lines++;
    return true;
}

/* ---- the answer ---- */

static void exporting_free(struct exporting *x)
{
    if (x == NULL)
        return;
    for (size_t k = 0; k < OTHERS; k++) {
        for (size_t i = 0; i < x->held[k].count; i++)
            others[k].put(x->held[k].items[i]);
        free(x->held[k].items);
    }
    llmreg_snapshot_free(x->snapshot);
    free(x->line.data);
    free(x);
}

static int exporting_new(struct ask *a, struct exporting **out)
{
    struct llmreg_registry *registry = a->api->registry;
    struct exporting *x = calloc(1, sizeof *x);
    int rc = LLMREG_ENOMEM;

    if (x == NULL)
        return rc;
    x->api = a->api;
    x->now = a->req->now;
    rc = llmreg_snapshot_take(registry, &x->snapshot);
    for (size_t k = 0; k < OTHERS && rc == LLMREG_OK; k++) {
        others[k].collect(registry, &x->held[k]);
        if (x->held[k].failed)
            rc = LLMREG_ENOMEM;
    }
    if (rc == LLMREG_OK)
        *out = x;
    else
        exporting_free(x);
    return rc;
}

static void end(struct ask *a)
{
    exporting_free(a->state);
    a->state = NULL;
}

static int64_t pull(struct http_call *c, char *out, size_t size)
{
    struct ask *a = http_user(c);
    struct exporting *x = a->state;
    size_t n = 0;

    while (n < size && (x->sent < x->line.len || next_line(x))) {
        const size_t left = x->line.len - x->sent;
        const size_t some = left < size - n ? left : size - n;

        memcpy(out + n, x->line.data + x->sent, some);
        x->sent += some;
        n += some;
    }
    return n > 0 ? (int64_t)n : -1;
}

static int run_export(struct ask *a)
{
    struct exporting *x = NULL;
    int rc = exporting_new(a, &x);

    if (rc != LLMREG_OK)
        return rc;
    a->state = x;
    a->end = end;
    rc = http_answer_stream(a->call, TYPE, pull);
    return rc == LLMREG_EFULL ? reply_full(a) : rc;
}

const struct route export_routes[] = {
    {HTTP_GET, "/api/v1/store/export", ROUTE_ADMIN, 0, NULL, NULL, run_export,
     "200", "everything but secrets, one JSON line a thing", false},
    {.path = NULL},
};
