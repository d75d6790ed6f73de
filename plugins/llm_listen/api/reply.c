/* SPDX-License-Identifier: MIT */
/* reply.c - collects JSON, and sends it in one of three ways. */
#include "plugins/llm_listen/api/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/llm_listen/api/acks.h"
#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/tag.h"

/* ---- bytes ---- */

static int grow(struct reply_bytes *b, size_t more)
{
    size_t room = b->room == 0 ? 512 : b->room;
    char *data;

    if (more > REPLY_MAX || b->len > REPLY_MAX - more)
        return LLMREG_ETOOBIG;
    while (room < b->len + more)
        room *= 2;
    data = realloc(b->data, room);
    if (data == NULL)
        return LLMREG_ENOMEM;
    b->data = data;
    b->room = room;
    return LLMREG_OK;
}

static int collect(void *ctx, const char *bytes, size_t len)
{
    struct reply_bytes *b = ctx;

    if (b->room - b->len < len) {
        int rc = grow(b, len);

        if (rc != LLMREG_OK)
            return rc;
    }
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
    return LLMREG_OK;
}

void reply_begin(struct reply *r)
{
    r->bytes = (struct reply_bytes){.data = NULL};
    llmreg_json_out_init(&r->json, collect, &r->bytes);
}

void reply_drop(struct reply *r)
{
    free(r->bytes.data);
    r->bytes = (struct reply_bytes){.data = NULL};
}

int reply_take(struct reply *r, struct reply_bytes *out)
{
    int rc = llmreg_json_out_end(&r->json);

    if (rc != LLMREG_OK) {
        reply_drop(r);
        return rc;
    }
    *out = r->bytes;
    r->bytes = (struct reply_bytes){.data = NULL};
    return LLMREG_OK;
}

/* ---- sending ---- */

static int send_bytes(struct ask *a, struct reply_bytes *b, unsigned status,
                      const struct http_field *field)
{
    const struct http_answer answer = {
        .status = status,
        .body = b->data,
        .body_len = b->len,
        .fields = field,
        .nfields = field == NULL ? 0 : 1,
    };
    int rc = ask_answer(a, &answer);

    if (rc != LLMREG_OK)
        free(b->data);
    b->data = NULL;
    return rc;
}

int reply_send(struct ask *a, struct reply *r, unsigned status)
{
    struct reply_bytes b;
    int rc = reply_take(r, &b);

    return rc != LLMREG_OK ? rc : send_bytes(a, &b, status, NULL);
}

/* 304 where the caller has them; takes the bytes. */
static int send_tagged(struct ask *a, struct reply_bytes *b, const char *tag)
{
    const struct http_field field = {"ETag", tag};

    if (!tag_matches(http_header(a->call, "If-None-Match"), tag))
        return send_bytes(a, b, 200, &field);
    free(b->data);
    *b = (struct reply_bytes){.data = NULL};
    return send_bytes(a, b, 304, &field);
}

int reply_send_tagged(struct ask *a, struct reply *r)
{
    struct reply_bytes b;
    char tag[TAG_SIZE];
    int rc = reply_take(r, &b);

    if (rc != LLMREG_OK)
        return rc;
    tag_make(b.data, b.len, tag);
    return send_tagged(a, &b, tag);
}

int reply_send_revised(struct ask *a, struct reply *r, const char *revision)
{
    struct reply_bytes b;
    char bytes[TAG_SIZE], tag[TAG_SIZE];
    int rc = reply_take(r, &b);

    if (rc != LLMREG_OK)
        return rc;
    tag_make(b.data, b.len, bytes);
    tag_join(revision, bytes, tag);
    return send_tagged(a, &b, tag);
}

int reply_send_weakly(struct ask *a, struct reply *r, const char *from)
{
    struct reply_bytes b;
    char bytes[TAG_SIZE], tag[TAG_SIZE + 2];
    const char *at;
    int rc = reply_take(r, &b);

    if (rc != LLMREG_OK)
        return rc;
    at = memmem(b.data, b.len, from, strlen(from));
    if (at == NULL)
        at = b.data;
    tag_make(at, b.len - (size_t)(at - b.data), bytes);
    snprintf(tag, sizeof tag, "W/%s", bytes);
    return send_tagged(a, &b, tag);
}

int reply_send_durable(struct ask *a, struct reply *r, unsigned status,
                       uint64_t seq)
{
    struct reply_bytes b;
    int rc = reply_take(r, &b);

    if (rc != LLMREG_OK)
        return rc;
    if (acks_durable(a->api->acks) >= seq)
        return send_bytes(a, &b, status, NULL);
    a->waiting = (struct ask_waiting){b.data, b.len, status, seq};
    rc = acks_wait(a->api->acks, seq, http_hold(a->call));
    if (rc != LLMREG_OK) {
        free(b.data);
        a->waiting.body = NULL;
    }
    return rc;
}

/* ---- errors ---- */

static const struct {
    unsigned status;
    const char *code;
} codes[] = {
    {400, "bad_request"},        {401, "unauthorized"},
    {403, "forbidden"},          {404, "not_found"},
    {405, "method_not_allowed"}, {408, "timeout"},
    {409, "conflict"},           {411, "length_required"},
    {412, "changed_meanwhile"},  {413, "too_large"},
    {414, "uri_too_long"},       {415, "unsupported_media_type"},
    {421, "wrong_host"},         {422, "invalid"},
    {426, "upgrade_required"},   {429, "rate_limited"},
    {431, "header_too_large"},   {500, "internal"},
    {503, "unavailable"},        {507, "disk_full"},
};

const char *reply_code(unsigned status)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].status == status)
            return codes[i].code;
    return "error";
}

static void write_error(struct llmreg_json_out *w, const char *code,
                        const char *message, const char *field)
{
    llmreg_json_open_object(w, NULL);
    llmreg_json_open_object(w, "error");
    llmreg_json_string(w, "code", code);
    llmreg_json_string(w, "message", message);
    if (field != NULL)
        llmreg_json_string(w, "field", field);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}

char *reply_error_text(unsigned status, const char *why)
{
    struct reply_bytes b = {.data = NULL};
    struct reply r;

    reply_begin(&r);
    write_error(&r.json, reply_code(status), why, NULL);
    /* Its length is found by its NUL. */
    if (reply_take(&r, &b) != LLMREG_OK || collect(&b, "", 1) != LLMREG_OK)
        free(b.data);
    else
        return b.data;
    return NULL;
}

static size_t error_fields(const struct reply_error *e, char retry[static 16],
                           struct http_field out[static 5])
{
    size_t n = 0;

    if (e->retry > 0) {
        snprintf(retry, 16, "%u", e->retry);
        out[n++] = (struct http_field){"Retry-After", retry};
    }
    if (e->allow != NULL)
        out[n++] = (struct http_field){"Allow", e->allow};
    if (e->status == 401)
        out[n++] = (struct http_field){"WWW-Authenticate", "Bearer"};
    if (e->status == 426) {
        out[n++] = (struct http_field){"Upgrade", "websocket"};
        out[n++] = (struct http_field){"Sec-WebSocket-Version", "13"};
    }
    return n;
}

/* Of a path that there is not some say a text. */
static const char *plain_text(const struct ask *a, const struct reply_error *e)
{
    return a->route == NULL && e->status == 404 && a->errors != NULL
               ? a->errors->no_path
               : NULL;
}

static int write_body(const struct ask *a, const struct reply_error *e,
                      struct reply_bytes *out)
{
    const char *text = plain_text(a, e);
    struct reply r;

    if (text != NULL)
        return collect(out, text, strlen(text));
    reply_begin(&r);
    if (a->errors != NULL)
        a->errors->write(&r.json, a, e);
    else
        write_error(&r.json, e->code != NULL ? e->code : reply_code(e->status),
                    e->message, e->field);
    return reply_take(&r, out);
}

int reply_error(struct ask *a, const struct reply_error *said)
{
    char retry[16];
    struct http_field fields[5];
    struct reply_bytes b = {.data = NULL};
    struct http_answer answer = {.fields = fields};
    struct reply_error e = *said;

    if (e.status == 422 && a->errors != NULL && a->errors->invalid != 0)
        e.status = a->errors->invalid;
    answer.status = e.status;
    answer.type = plain_text(a, &e) != NULL ? "text/plain" : NULL;
    /* Without memory the status has to do. */
    if (write_body(a, &e, &b) == LLMREG_OK) {
        answer.body = b.data;
        answer.body_len = b.len;
    }
    answer.nfields = error_fields(&e, retry, fields);
    if (ask_answer(a, &answer) != LLMREG_OK)
        free(b.data);
    return LLMREG_OK;
}

int reply_full(struct ask *a)
{
    const struct reply_error full = {
        .status = 503,
        .message = "too many streams: MaxStreams, MaxStreamsPerAddress",
        .retry = 5};

    return reply_error(a, &full);
}
