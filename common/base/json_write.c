/* SPDX-License-Identifier: MIT */
/* json_write.c - JSON out, in 4 kB pieces.
 *
 * The writer remembers only how deep it is and whether a comma is due, one
 * bit a depth; it holds no memory and never grows.  The first failure stays
 * and turns everything after it into nothing, so that a caller writes all and
 * asks once, at the end.
 *
 * What it writes is ASCII where it matters: control characters are escaped,
 * and so are '<', '>', '&' and the two line ends that JavaScript knows and
 * JSON does not (U+2028, U+2029); the output may stand inside a script.
 */
#include <llmreg/clock.h>
#include <llmreg/json.h>

#include "common/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX   63
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void llmreg_json_out_init(struct llmreg_json_out *w, llmreg_json_sink sink,
                          void *ctx)
{
    w->sink = sink;
    w->ctx = ctx;
    w->used = 0;
    w->depth = 0;
    w->comma = 0;
    w->status = LLMREG_OK;
}

static void fail(struct llmreg_json_out *w, int status)
{
    if (w->status == LLMREG_OK)
        w->status = status;
}

static void flush(struct llmreg_json_out *w)
{
    if (w->status == LLMREG_OK && w->used > 0)
        w->status = w->sink(w->ctx, w->buffer, w->used);
    w->used = 0;
}

static void put(struct llmreg_json_out *w, const char *bytes, size_t len)
{
    while (len > 0 && w->status == LLMREG_OK) {
        size_t room = sizeof w->buffer - w->used;
        size_t n = len < room ? len : room;
        memcpy(w->buffer + w->used, bytes, n);
        w->used += n;
        bytes += n;
        len -= n;
        if (w->used == sizeof w->buffer)
            flush(w);
    }
}

static void put_text(struct llmreg_json_out *w, const char *s)
{
    put(w, s, strlen(s));
}

/* ---- strings ---- */

static bool is_plain(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        return false;
    if (c == 0x2028 || c == 0x2029)
        return false;
    return c >= 0x80 || strchr("\"\\<>&", (int)c) == NULL;
}

static void put_escaped(struct llmreg_json_out *w, uint32_t c)
{
    static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* in pairs */
    char text[8];

    for (size_t i = 0; i + 1 < sizeof letters; i += 2) {
        if (c != (unsigned char)letters[i])
            continue;
        put(w, "\\", 1);
        put(w, &letters[i + 1], 1);
        return;
    }
    snprintf(text, sizeof text, "\\u%04x", (unsigned)c & 0xffff);
    put_text(w, text);
}

/* The bytes at the beginning of s that are written as they are. */
static size_t plain_bytes(const char *s, size_t len)
{
    size_t at = 0;

    for (;;) {
        uint32_t c = 0;
        size_t n = utf8_decode(s + at, len - at, &c);
        if (n == 0 || !is_plain(c))
            return at;
        at += n;
    }
}

static void put_string(struct llmreg_json_out *w, const char *s)
{
    size_t left = strlen(s);

    put(w, "\"", 1);
    while (w->status == LLMREG_OK) {
        uint32_t c = 0;
        size_t n = plain_bytes(s, left);
        put(w, s, n);
        s += n;
        left -= n;
        if (left == 0)
            break;
        n = utf8_decode(s, left, &c);
        if (n == 0)
            put_text(w, REPLACEMENT);
        else
            put_escaped(w, c);
        s += n == 0 ? 1 : n;
        left -= n == 0 ? 1 : n;
    }
    put(w, "\"", 1);
}

/* ---- structure ---- */

/* What stands before a value: the comma, and the key. */
static void begin(struct llmreg_json_out *w, const char *key)
{
    uint64_t bit = UINT64_C(1) << w->depth;

    if ((w->comma & bit) != 0) {
        if (w->depth == 0)
            fail(w, LLMREG_EINVAL); /* a second document */
        put(w, ",", 1);
    }
    w->comma |= bit;
    if (key == NULL)
        return;
    put_string(w, key);
    put(w, ":", 1);
}

static void enter(struct llmreg_json_out *w, const char *key,
                  const char *bracket)
{
    if (w->depth >= DEPTH_MAX)
        fail(w, LLMREG_ETOOBIG);
    if (w->status != LLMREG_OK)
        return;
    begin(w, key);
    put(w, bracket, 1);
    w->depth++;
    w->comma &= ~(UINT64_C(1) << w->depth);
}

static void leave(struct llmreg_json_out *w, const char *bracket)
{
    if (w->depth == 0)
        fail(w, LLMREG_EINVAL);
    if (w->status != LLMREG_OK)
        return;
    w->depth--;
    put(w, bracket, 1);
}

void llmreg_json_open_object(struct llmreg_json_out *w, const char *key)
{
    enter(w, key, "{");
}

void llmreg_json_close_object(struct llmreg_json_out *w)
{
    leave(w, "}");
}

void llmreg_json_open_array(struct llmreg_json_out *w, const char *key)
{
    enter(w, key, "[");
}

void llmreg_json_close_array(struct llmreg_json_out *w)
{
    leave(w, "]");
}

/* ---- values ---- */

void llmreg_json_string(struct llmreg_json_out *w, const char *key,
                        const char *s)
{
    if (s == NULL) {
        llmreg_json_null(w, key);
        return;
    }
    begin(w, key);
    put_string(w, s);
}

void llmreg_json_integer(struct llmreg_json_out *w, const char *key, int64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, n);
    begin(w, key);
    put_text(w, text);
}

/* 15 digits are right for most, 17 for all.  A decimal comma of the process's
 * locale is undone. */
void llmreg_json_double(struct llmreg_json_out *w, const char *key, double n)
{
    char text[40];

    if (!isfinite(n)) {
        llmreg_json_null(w, key);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, n);
        if (strtod(text, NULL) == n)
            break;
    }
    char *comma = strchr(text, ',');
    if (comma != NULL)
        *comma = '.';
    begin(w, key);
    put_text(w, text);
}

void llmreg_json_bool(struct llmreg_json_out *w, const char *key, bool b)
{
    begin(w, key);
    put_text(w, b ? "true" : "false");
}

void llmreg_json_null(struct llmreg_json_out *w, const char *key)
{
    begin(w, key);
    put_text(w, "null");
}

void llmreg_json_time(struct llmreg_json_out *w, const char *key,
                      const char *key_ms, int64_t wall_ms)
{
    char text[LLMREG_TIME_SIZE];

    if (wall_ms <= 0) {
        llmreg_json_null(w, key);
        llmreg_json_null(w, key_ms);
        return;
    }
    llmreg_time_format(text, wall_ms);
    llmreg_json_string(w, key, text);
    llmreg_json_integer(w, key_ms, wall_ms);
}

int llmreg_json_out_end(struct llmreg_json_out *w)
{
    if (w->depth != 0)
        fail(w, LLMREG_EINVAL);
    flush(w);
    return w->status;
}
