/* SPDX-License-Identifier: MIT */
/* answer.c - from an answer to the library's response.
 *
 * A response is sent to one call, or (http_fixed) to as many as want it: the
 * library counts references.  It takes no field later, so a fixed answer is
 * made four times over: for doors with and without TLS, for connections that
 * go on and that end. */
#include "plugins/llm_listen/http/server.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define JSON "application/json; charset=utf-8"

static const struct http_field always[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; "
     "img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
     "form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
};

static bool has_field(const struct http_answer *a, const char *name)
{
    for (size_t i = 0; i < a->nfields; i++)
        if (strcasecmp(a->fields[i].name, name) == 0)
            return true;
    return false;
}

static bool put(struct MHD_Response *r, const char *name, const char *value)
{
    return MHD_add_response_header(r, name, value) == MHD_YES;
}

bool answer_fields(struct MHD_Response *r, const struct http_answer *answer,
                   bool tls, bool close)
{
    bool good =
        put(r, "Content-Type", answer->type != NULL ? answer->type : JSON);

    for (size_t i = 0; i < answer->nfields && good; i++)
        good = put(r, answer->fields[i].name, answer->fields[i].value);
    for (size_t i = 0; i < sizeof always / sizeof always[0] && good; i++)
        if (!has_field(answer, always[i].name))
            good = put(r, always[i].name, always[i].value);
    if (good && tls)
        good = put(r, "Strict-Transport-Security", "max-age=31536000");
    return good && (!close || put(r, "Connection", "close"));
}

/* ---- one for one call ---- */

/* When the library lets go of a response; no other is on its way then. */
static void free_sent(void *ctx)
{
    struct http_call *c = ctx;

    free(c->sent);
    c->sent = NULL;
}

static bool closes(const struct http_call *c, bool wanted)
{
    return wanted || c->odd || http_stopping(c);
}

int http_answer(struct http_call *c, const struct http_answer *answer)
{
    char none[1] = "";
    struct MHD_Response *r = NULL;

    if (c->response != NULL || c->queued)
        return LLMREG_EEXIST;
    if (answer->body == NULL)
        r = MHD_create_response_from_buffer(0, none, MHD_RESPMEM_PERSISTENT);
    else
        r = MHD_create_response_from_buffer_with_free_callback_cls(
            answer->body_len, answer->body, free_sent, c);
    if (r == NULL)
        return LLMREG_ENOMEM;
    c->closing = closes(c, answer->close);
    if (!answer_fields(r, answer, c->tls, c->closing)) {
        MHD_destroy_response(r);
        return LLMREG_ENOMEM;
    }
    c->sent = answer->body;
    c->response = r;
    c->owned = true;
    c->status = answer->status;
    return LLMREG_OK;
}

void answer_refuse(struct http_call *c, unsigned status, const char *why)
{
    const struct http_handler *h = &c->server->setup.handler;
    struct http_answer answer = {.status = status, .close = true};

    answer.body = h->refuse(h->ctx, status, why);
    if (answer.body != NULL)
        answer.body_len = strlen(answer.body);
    if (http_answer(c, &answer) != LLMREG_OK)
        free(answer.body);
}

enum MHD_Result answer_queue(struct http_call *c)
{
    enum MHD_Result result = MHD_NO;

    hold_drop(c);
    if (c->response == NULL) {
        report_note(&c->server->report, REPORT_MEMORY, "no memory to answer %s",
                    c->peer.text);
        return MHD_NO;
    }
    call_phase(c, PHASE_WRITE, c->request.now.mono_ns);
    result = MHD_queue_response(c->mhd, c->status, c->response);
    c->queued = true;
    counters_add(counters_of_status(c->server->setup.counters, c->status), 1);
    answer_drop(c);
    return result;
}

void answer_drop(struct http_call *c)
{
    if (c->response != NULL && c->owned)
        MHD_destroy_response(c->response);
    c->response = NULL;
    c->owned = false;
}

/* ---- one for many ---- */

struct http_fixed {
    unsigned status;
    struct MHD_Response *responses[2][2]; /* TLS, close */
    char body[];
};

static bool make_fixed(struct http_fixed *f, const struct http_answer *answer,
                       bool tls, bool close)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(
        strlen(f->body), f->body, MHD_RESPMEM_PERSISTENT);

    f->responses[tls][close] = r;
    return r != NULL && answer_fields(r, answer, tls, close);
}

int http_fixed_new(struct http_fixed **out, unsigned status, const char *type,
                   const char *body)
{
    const struct http_answer answer = {.type = type};
    const size_t size = strlen(body) + 1;
    struct http_fixed *f = calloc(1, sizeof *f + size);

    if (f == NULL)
        return LLMREG_ENOMEM;
    f->status = status;
    memcpy(f->body, body, size);
    for (int i = 0; i < 4; i++) {
        if (!make_fixed(f, &answer, (i & 2) != 0, (i & 1) != 0)) {
            http_fixed_free(f);
            return LLMREG_ENOMEM;
        }
    }
    *out = f;
    return LLMREG_OK;
}

void http_fixed_free(struct http_fixed *f)
{
    if (f == NULL)
        return;
    for (int i = 0; i < 4; i++)
        if (f->responses[(i & 2) != 0][i & 1] != NULL)
            MHD_destroy_response(f->responses[(i & 2) != 0][i & 1]);
    free(f);
}

int http_answer_fixed(struct http_call *c, const struct http_fixed *f)
{
    if (c->response != NULL || c->queued)
        return LLMREG_EEXIST;
    c->closing = closes(c, false);
    c->response = f->responses[c->tls][c->closing];
    c->owned = false;
    c->status = f->status;
    return LLMREG_OK;
}
