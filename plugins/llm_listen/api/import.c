/* SPDX-License-Identifier: MIT */
/* import.c - what people have said of endpoints, out of an export.
 *
 * Only endpoints that people named are taken, each as POST and PATCH of it
 * would.  What agents announce comes with them; health and models are found
 * by probing; tokens have no secret in an export; sessions, alerts and the
 * audit are what happened elsewhere.  Nothing is removed.
 *
 * All lines are read before the first is taken: one that is wrong, or an export
 * that was cut off, changes nothing. */
#include <string.h>

#include "plugins/llm_listen/api/endpoints.h"
#include "plugins/llm_listen/api/import_line.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"
#include "plugins/llm_listen/api/transfer.h"

#define HERE "127.0.0.1" /* a loopback URL means the hub's own machine */

/* ---- reading ---- */

struct item {
    struct item *next;
    size_t line; /* from 1 */
    struct import_endpoint said;
    struct naming named;
};

struct counts {
    size_t lines, agents, other;        /* the last two are passed over */
    size_t created, updated, unchanged; /* endpoints */
};

struct importing {
    struct ask *ask;
    struct item *first, **last;
    struct counts counts;
    bool begun, ended; /* "llmreg" and "end" were there */
};

static int refuse_line(struct importing *im, const struct llmreg_error *why)
{
    return ask_fail(im->ask, LLMREG_EINVAL, "line", "line %zu: %s",
                    im->counts.lines, why->text);
}

static int take_endpoint(struct importing *im,
                         const struct import_endpoint *said)
{
    struct item *item;
    struct llmreg_error err;

    if (said->source != LLMREG_SOURCE_STATIC &&
        said->source != LLMREG_SOURCE_MANUAL) {
        im->counts.agents++;
        return LLMREG_OK;
    }
    item = llmreg_arena_alloc(&im->ask->arena, sizeof *item);
    if (item == NULL)
        return LLMREG_ENOMEM;
    item->line = im->counts.lines;
    item->said = *said;
    if (naming_read(&item->named, said->adding.url, HERE, &err) != LLMREG_OK)
        return refuse_line(im, &err);
    *im->last = item;
    im->last = &item->next;
    return LLMREG_OK;
}

static int check_end(struct importing *im, const struct import_line *line)
{
    struct llmreg_error err;

    im->ended = true;
    if (line->lines == (int64_t)im->counts.lines - 1)
        return LLMREG_OK;
    llmreg_error_set(&err,
                     "the export had %lld lines before its end, here are "
                     "%zu",
                     (long long)line->lines, im->counts.lines - 1);
    return refuse_line(im, &err);
}

static int check_begin(struct importing *im, const struct import_line *line)
{
    struct llmreg_error err;

    im->begun = true;
    if (line->format == TRANSFER_FORMAT)
        return LLMREG_OK;
    llmreg_error_set(&err, "format %lld is not known; allowed is %d",
                     (long long)line->format, TRANSFER_FORMAT);
    return refuse_line(im, &err);
}

static int take_line(struct importing *im, const char *text, size_t len)
{
    struct import_line line;
    struct llmreg_error err;
    int rc;

    im->counts.lines++;
    rc = import_line_read(text, len, &im->ask->arena, &line, &err);
    if (rc != LLMREG_OK)
        return rc == LLMREG_ENOMEM ? rc : refuse_line(im, &err);
    switch (line.what) {
    case IMPORT_BEGIN:
        return check_begin(im, &line);
    case IMPORT_END:
        return check_end(im, &line);
    case IMPORT_ENDPOINT:
        return take_endpoint(im, &line.endpoint);
    case IMPORT_OTHER:
        im->counts.other++;
    }
    return LLMREG_OK;
}

static int read_all(struct importing *im)
{
    const char *at = im->ask->req->body, *end = at + im->ask->req->body_len;
    int rc = LLMREG_OK;

    while (at < end && rc == LLMREG_OK) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const size_t len = (size_t)((stop == NULL ? end : stop) - at);

        if (len > 0)
            rc = take_line(im, at, len);
        at += len + 1;
    }
    if (rc == LLMREG_OK && im->begun && !im->ended)
        return ask_fail(im->ask, LLMREG_EINVAL, "line",
                        "the export is cut off: its last line is missing");
    return rc;
}

/* ---- taking ---- */

static int set_admin(struct importing *im, const struct item *item, bool *moved)
{
    const struct ask *a = im->ask;
    struct llmreg_intent want = item->said.intent;
    struct llmreg_endpoint *e =
        llmreg_get(a->api->registry, item->named.url.id);
    struct llmreg_intent is;
    int rc;

    if (e == NULL || !item->said.has_intent) {
        llmreg_put(e);
        return LLMREG_OK;
    }
    is = llmreg_endpoint_intent(e);
    llmreg_put(e);
    /* A maintenance that is over by now. */
    if (want.until_ms != 0 && want.until_ms <= a->req->now.wall_ms)
        want = (struct llmreg_intent){.admin = LLMREG_ADMIN_ACTIVE};
    if (is.admin == want.admin && is.until_ms == want.until_ms)
        return LLMREG_OK;
    *moved = true;
    rc = llmreg_admin_set(a->api->registry, item->named.url.id, &want,
                          "imported", &a->req->now);
    return rc == LLMREG_ENOENT ? LLMREG_OK : rc;
}

static int take_item(struct importing *im, const struct item *item)
{
    struct llmreg_set_result result = {.created = false};
    bool moved = false;
    int rc = endpoint_set(im->ask, &item->said.adding, &item->named, &result);

    if (rc == LLMREG_OK)
        rc = set_admin(im, item, &moved);
    if (rc != LLMREG_OK)
        return rc;
    if (result.created)
        im->counts.created++;
    else if (result.seq != 0 || moved)
        im->counts.updated++;
    else
        im->counts.unchanged++;
    return LLMREG_OK;
}

static int take_all(struct importing *im)
{
    struct ask *a = im->ask;
    int rc = LLMREG_OK;

    for (const struct item *i = im->first; i != NULL && rc == LLMREG_OK;
         i = i->next) {
        rc = take_item(im, i);
        if (rc != LLMREG_OK) {
            const struct llmreg_error why = a->err;

            (void)ask_fail(a, rc, a->field,
                           "line %zu: %s; the lines before it are taken: "
                           "importing all of it again does no harm",
                           i->line,
                           why.text[0] != '\0' ? why.text
                                               : llmreg_status_text(rc));
        }
    }
    return rc;
}

static void audit(struct importing *im, uint64_t *seq)
{
    const struct counts *n = &im->counts;
    char detail[96];
    struct llmreg_text t;

    llmreg_text_init(&t, detail, sizeof detail);
    llmreg_text_addf(&t, "import: %zu added, %zu updated, %zu as they were",
                     n->created, n->updated, n->unchanged);
    ask_audit(im->ask, "store", detail, 200, seq);
}

static int answer(struct importing *im)
{
    const struct counts *n = &im->counts;
    uint64_t seq = 0;
    struct reply r;

    audit(im, &seq);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_integer(&r.json, "lines", (int64_t)n->lines);
    llmreg_json_open_object(&r.json, "endpoints");
    llmreg_json_integer(&r.json, "added", (int64_t)n->created);
    llmreg_json_integer(&r.json, "updated", (int64_t)n->updated);
    llmreg_json_integer(&r.json, "unchanged", (int64_t)n->unchanged);
    llmreg_json_integer(&r.json, "of_agents", (int64_t)n->agents);
    llmreg_json_close_object(&r.json);
    llmreg_json_integer(&r.json, "other", (int64_t)n->other);
    llmreg_json_close_object(&r.json);
    return reply_send_durable(im->ask, &r, 200, seq);
}

static int run_import(struct ask *a)
{
    struct importing im = {.ask = a};
    int rc;

    im.last = &im.first;
    rc = read_all(&im);
    if (rc == LLMREG_OK)
        rc = take_all(&im);
    return rc == LLMREG_OK ? answer(&im) : rc;
}

const struct route import_routes[] = {
    {HTTP_POST, "/api/v1/store/import", ROUTE_ADMIN, TRANSFER_BODY, NULL, NULL,
     run_import, "200", "take the endpoints of an export", false},
    {.path = NULL},
};
