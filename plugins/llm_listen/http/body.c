/* SPDX-License-Identifier: MIT */
/* body.c - the body of a request, whole before anybody looks at it.
 *
 * A small one lies behind the target in the call's own memory; a larger one is
 * allocated, at once if its length was said, else doubling.  One that turns
 * out to be too large cannot be refused before its end (the library takes no
 * answer in between), so it is thrown away as it comes; more than as much
 * again, and the connection is closed. */
#include "plugins/llm_listen/http/call.h"

#include <stdlib.h>
#include <string.h>

#define DISCARD_MIN (256 * 1024)

void body_begin(struct http_call *c)
{
    c->body = c->inlined + c->room_used;
    c->body_room = CALL_INLINE - c->room_used;
    c->body_len = 0;
}

static bool is_inlined(const struct http_call *c)
{
    return c->body >= c->inlined && c->body < c->inlined + CALL_INLINE;
}

/* Room for len bytes and a NUL. */
static bool reserve(struct http_call *c, size_t len)
{
    size_t room = c->body_room * 2;
    char *larger = NULL;

    if (len < c->body_room)
        return true;
    if (room <= c->gate.length)
        room = (size_t)c->gate.length + 1;
    if (room <= len)
        room = len + 1;
    if (room > c->body_max + 1)
        room = c->body_max + 1;
    larger = realloc(is_inlined(c) ? NULL : c->body, room);
    if (larger == NULL)
        return false;
    if (is_inlined(c))
        memcpy(larger, c->body, c->body_len);
    c->body = larger;
    c->body_room = room;
    return true;
}

static enum MHD_Result discard(struct http_call *c, size_t len)
{
    const uint64_t most = c->body_max > DISCARD_MIN ? c->body_max : DISCARD_MIN;

    c->discarded += len;
    return c->discarded <= most ? MHD_YES : MHD_NO;
}

enum MHD_Result body_add(struct http_call *c, const char *data, size_t len)
{
    atomic_fetch_add_explicit(&c->bytes, len, memory_order_relaxed);
    if (c->response != NULL)
        return discard(c, len);
    if (c->body_status == 0 && len > c->body_max - c->body_len)
        c->body_status = MHD_HTTP_CONTENT_TOO_LARGE;
    if (c->body_status == 0 && !reserve(c, c->body_len + len))
        c->body_status = MHD_HTTP_SERVICE_UNAVAILABLE;
    if (c->body_status != 0)
        return discard(c, len);
    memcpy(c->body + c->body_len, data, len);
    c->body_len += len;
    return MHD_YES;
}

void body_whole(struct http_call *c)
{
    if (c->body == NULL)
        return;
    c->body[c->body_len] = '\0';
    c->request.body = c->body;
    c->request.body_len = c->body_len;
}

void body_free(struct http_call *c)
{
    if (c->body != NULL && !is_inlined(c))
        free(c->body);
    c->body = NULL;
    c->body_len = c->body_room = 0;
}
