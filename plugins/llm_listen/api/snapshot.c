/* SPDX-License-Identifier: MIT */
/* snapshot.c - everything at one moment, for a page that has just opened.
 *
 * A small fleet is one answer with an ETag.  A large one is written while it is
 * sent, piece by piece: it costs references to what it shows, and the bytes
 * that are just on their way. */
#include <stdlib.h>
#include <string.h>

#include <llmreg/snapshot.h>

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

#define TYPE  "application/json; charset=utf-8"
#define WHOLE (1 << 20) /* bytes of one that is sent at once */

struct taking {
    struct llmreg_snapshot *snapshot;
    struct llmreg_snapshot_place place;
    struct llmreg_now now;
    struct reply reply; /* its bytes: written, and not sent yet */
    size_t sent;        /* of them */
    bool more;          /* the document is not all written */
    int status;         /* of its end */
};

static void taking_free(struct taking *t)
{
    if (t == NULL)
        return;
    llmreg_snapshot_free(t->snapshot);
    reply_drop(&t->reply);
    free(t);
}

static int taking_new(struct ask *a, struct taking **out)
{
    struct taking *t = calloc(1, sizeof *t);
    int rc = LLMREG_ENOMEM;

    if (t == NULL)
        return rc;
    reply_begin(&t->reply);
    t->now = a->req->now;
    t->more = true;
    rc = llmreg_snapshot_take(a->api->registry, &t->snapshot);
    if (rc == LLMREG_OK)
        *out = t;
    else
        taking_free(t);
    return rc;
}

static size_t waiting(const struct taking *t)
{
    return t->reply.bytes.len - t->sent;
}

/* Writes until so much waits, or all is written. */
static void write_some(struct taking *t, size_t bytes)
{
    while (t->more && waiting(t) < bytes)
        t->more = llmreg_snapshot_json_next(&t->reply.json, t->snapshot,
                                            &t->now, &t->place);
}

/* ---- a large one ---- */

static int64_t pull(struct http_call *c, char *out, size_t size)
{
    struct ask *a = http_user(c);
    struct taking *t = a->state;
    const bool more = t->more;
    size_t n;

    if (waiting(t) == 0)
        t->sent = t->reply.bytes.len = 0;
    write_some(t, 1);
    if (more && !t->more)
        t->status = llmreg_json_out_end(&t->reply.json);
    n = waiting(t) < size ? waiting(t) : size;
    if (n == 0 || t->status != LLMREG_OK)
        return -1;
    memcpy(out, t->reply.bytes.data + t->sent, n);
    t->sent += n;
    return (int64_t)n;
}

static void end(struct ask *a)
{
    taking_free(a->state);
    a->state = NULL;
}

static int stream(struct ask *a, struct taking *t)
{
    const struct reply_error full = {
        .status = 503,
        .message = "too many streams: MaxStreams, MaxStreamsPerAddress",
        .retry = 5};
    int rc;

    a->state = t;
    a->end = end;
    rc = http_answer_stream(a->call, TYPE, pull);
    return rc == LLMREG_EFULL ? reply_error(a, &full) : rc;
}

/* ---- either ---- */

static int run(struct ask *a)
{
    struct taking *t = NULL;
    int rc = taking_new(a, &t);

    if (rc != LLMREG_OK)
        return rc;
    write_some(t, WHOLE);
    if (t->more)
        return stream(a, t);
    rc = reply_send_weakly(a, &t->reply, "\"counts\":");
    taking_free(t);
    return rc;
}

const struct route snapshot_routes[] = {
    {HTTP_GET, "/api/v1/snapshot", ROUTE_READER, 0, NULL, NULL, run, "200 304",
     "everything at one moment", false},
    {.path = NULL},
};
