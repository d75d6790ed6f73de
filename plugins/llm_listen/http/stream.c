/* SPDX-License-Identifier: MIT */
/* stream.c - answers without a length: what pull gives, until it says that was
 * all, the peer is gone, or the server must stop. */
#include "plugins/llm_listen/http/server.h"

#define BLOCK 1024 /* for clients that know no chunks */

static ssize_t on_pull(void *ctx, uint64_t position, char *out, size_t size)
{
    struct http_call *c = ctx;
    int64_t got;

    (void)position;
    for (;;) {
        if (atomic_load(&c->gone))
            return MHD_CONTENT_READER_END_WITH_ERROR;
        if (atomic_load(&c->server->cutting))
            return MHD_CONTENT_READER_END_OF_STREAM;
        c->request.now = llmreg_clock_now(c->server->setup.clock);
        got = c->pull(c, out, size);
        if (got > 0)
            break;
        if (got < 0 || http_stopping(c))
            return MHD_CONTENT_READER_END_OF_STREAM;
        switch (hold_park(c)) {
        case HOLD_PARKED:
            return 0;
        case HOLD_NONE:
            return MHD_CONTENT_READER_END_OF_STREAM;
        case HOLD_RELEASED:
            break;
        }
    }
    hold_drop(c);
    atomic_fetch_add_explicit(&c->bytes, (uint64_t)got, memory_order_relaxed);
    call_phase(c, PHASE_WRITE, c->request.now.mono_ns);
    return (ssize_t)got;
}

int http_answer_stream(struct http_call *c, const char *type, http_pull pull)
{
    const struct http_answer answer = {.type = type};
    struct MHD_Response *r = NULL;
    int rc;

    if (c->response != NULL || c->queued)
        return LLMREG_EEXIST;
    rc = conns_stream(&c->server->conns, c);
    if (rc != LLMREG_OK)
        return rc;
    r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_pull, c,
                                          NULL);
    c->closing = true;
    if (r == NULL || !answer_fields(r, &answer, c->tls, true)) {
        if (r != NULL)
            MHD_destroy_response(r);
        conns_unstream(&c->server->conns, c);
        return LLMREG_ENOMEM;
    }
    c->pull = pull;
    c->response = r;
    c->owned = true;
    c->status = MHD_HTTP_OK;
    return LLMREG_OK;
}
