/* SPDX-License-Identifier: MIT */
/* json_write.c - JSON out, in pieces: the structure.
 *
 * The writer remembers only how deep it is and whether a comma is due; it
 * holds no memory and never grows.  After an object or list a comma is always
 * due, so one bit is enough for all depths.
 *
 * The first failure stays, and turns everything after it into nothing: bytes
 * still go into the buffer, because that is cheaper than asking each time, but
 * no further.  A caller writes all and asks once, at the end.
 */
#include "common/base/json_out.h"

#define DEPTH_MAX 63
#define KEY_MAX   256 /* bytes of a key that is written in one step */

void llmreg_json_out_init(struct llmreg_json_out *w, llmreg_json_sink sink,
                          void *ctx)
{
    w->at = w->buffer;
    w->comma = 0;
    w->depth = 0;
    w->status = LLMREG_OK;
    w->sink = sink;
    w->ctx = ctx;
    w->day = -1;
}

void json_fail(struct llmreg_json_out *w, int status)
{
    if (w->status == LLMREG_OK)
        w->status = status;
}

void json_flush(struct llmreg_json_out *w)
{
    size_t used = (size_t)(w->at - w->buffer);

    if (w->status == LLMREG_OK && used > 0)
        w->status = w->sink(w->ctx, w->buffer, used);
    w->at = w->buffer;
}

/* A key that needs an escape, or is very long. */
static char *begin_slowly(struct llmreg_json_out *w, const char *key, size_t n)
{
    json_put_string(w, key, strlen(key));
    *json_room(w, n + 1) = ':';
    return ++w->at;
}

char *json_begin(struct llmreg_json_out *w, const char *key, size_t n)
{
    size_t len = key == NULL ? 0 : strlen(key);

    if (w->depth == 0 && w->comma != 0)
        json_fail(w, LLMREG_EINVAL); /* a second document */
    char *at = json_comma(w, json_room(w, n + KEY_MAX));
    w->at = at;
    if (key == NULL)
        return at;
    if (len > KEY_MAX - 4 || json_copy_plain(at + 1, key, len) < len)
        return begin_slowly(w, key, n);
    *at = '"';
    return json_put(at + 1 + len, "\":", 2);
}

/* ---- structure ---- */

static void enter(struct llmreg_json_out *w, const char *key, char bracket)
{
    if (w->depth >= DEPTH_MAX)
        json_fail(w, LLMREG_ETOOBIG);
    if (w->status != LLMREG_OK)
        return;
    char *at = json_begin(w, key, 1);
    *at = bracket;
    w->at = at + 1;
    w->depth++;
    w->comma = 0;
}

static void leave(struct llmreg_json_out *w, char bracket)
{
    if (w->depth == 0)
        json_fail(w, LLMREG_EINVAL);
    if (w->status != LLMREG_OK)
        return;
    w->depth--;
    w->comma = 1;
    *json_room(w, 1) = bracket;
    w->at++;
}

void llmreg_json_open_object(struct llmreg_json_out *w, const char *key)
{
    enter(w, key, '{');
}

void llmreg_json_close_object(struct llmreg_json_out *w)
{
    leave(w, '}');
}

void llmreg_json_open_array(struct llmreg_json_out *w, const char *key)
{
    enter(w, key, '[');
}

void llmreg_json_close_array(struct llmreg_json_out *w)
{
    leave(w, ']');
}

/* ---- what has one form only ---- */

void llmreg_json_bool(struct llmreg_json_out *w, const char *key, bool b)
{
    char *at = json_begin(w, key, 5);

    w->at = b ? json_put(at, "true", 4) : json_put(at, "false", 5);
}

void llmreg_json_null(struct llmreg_json_out *w, const char *key)
{
    w->at = json_put(json_begin(w, key, 4), "null", 4);
}

int llmreg_json_out_end(struct llmreg_json_out *w)
{
    if (w->depth != 0)
        json_fail(w, LLMREG_EINVAL);
    json_flush(w);
    return w->status;
}
