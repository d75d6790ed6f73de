/* SPDX-License-Identifier: MIT */
/* json_read.c - JSON in, with yajl as the parser.
 *
 *     bytes -> json_guard -> yajl -> callbacks here -> the consumer
 *                  ^           ^            |
 *            strings sound   json_memory    json_path: where we are
 *            and not too     no memory is
 *            long            a status
 *
 * This file counts (bytes, depth, values) and translates; it is the only one
 * that knows yajl.  yajl is set to plain JSON: no comments, one document,
 * nothing after it.  What it thinks of its input is final: the first status
 * that is not LLMREG_OK stays (j->status), wherever it came from.
 *
 * After a jump out of yajl (json_memory.h) its handle is never touched again;
 * yajl_free() is not needed even otherwise, since its memory is released as
 * a whole.  yajl calls abort() only for buffers over 2 GB, and none grows
 * beyond a small multiple of limits.string, because the guard thins out what
 * is longer.
 */
#include <llmreg/json.h>

#include "common/base/json_guard.h"
#include "common/base/json_memory.h"
#include "common/base/json_path.h"

#include <llmreg/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

struct llmreg_json {
    yajl_handle yajl;
    struct json_memory memory;
    struct json_guard guard;
    struct json_path path;
    struct llmreg_json_limits limits;
    llmreg_json_fn fn;
    void *ctx;
    size_t bytes;  /* read, up to the piece that yajl has now */
    size_t values; /* and keys */
    int status;
    bool ended;
    char problem[192];
};

/* The first failure stays. */
LLMREG_PRINTF(4, 5)
static int fail(struct llmreg_json *j, int status, size_t at,
                const char *format, ...)
{
    char what[128];
    va_list args;

    if (j->status != LLMREG_OK)
        return j->status;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    snprintf(j->problem, sizeof j->problem, "%s at byte %zu", what, at);
    j->status = status;
    return status;
}

/* ---- what yajl calls: 1 goes on, 0 stops ---- */

static size_t position(const struct llmreg_json *j)
{
    return j->bytes + yajl_get_bytes_consumed(j->yajl);
}

static int count(struct llmreg_json *j)
{
    j->values++;
    if (j->values <= j->limits.values)
        return 1;
    (void)fail(j, LLMREG_ETOOBIG, position(j), "more than %zu values",
               j->limits.values);
    return 0;
}

static int emit(struct llmreg_json *j, struct llmreg_json_event *event)
{
    event->path = json_path_text(&j->path);
    j->status = j->fn(j->ctx, event);
    return j->status == LLMREG_OK;
}

static int emit_text(struct llmreg_json *j, enum llmreg_json_type type,
                     const char *text, size_t len)
{
    struct llmreg_json_event event = {.type = type};

    if (len > j->limits.string) {
        event.too_long = true;
    } else {
        event.text = text;
        event.len = len;
    }
    return count(j) && emit(j, &event);
}

static int emit_open(struct llmreg_json *j, enum llmreg_json_type type)
{
    struct llmreg_json_event event = {.type = type};

    if (j->path.depth >= j->limits.depth) {
        (void)fail(j, LLMREG_ETOOBIG, position(j), "nested deeper than %u",
                   j->limits.depth);
        return 0;
    }
    if (!count(j) || !emit(j, &event))
        return 0;
    json_path_enter(&j->path, type == LLMREG_JSON_ARRAY);
    return 1;
}

static int emit_close(struct llmreg_json *j, enum llmreg_json_type type)
{
    struct llmreg_json_event event = {.type = type};

    json_path_leave(&j->path);
    return emit(j, &event);
}

static int on_null(void *ctx)
{
    struct llmreg_json_event event = {.type = LLMREG_JSON_NULL};

    return count(ctx) && emit(ctx, &event);
}

static int on_boolean(void *ctx, int truth)
{
    struct llmreg_json_event event = {.type = LLMREG_JSON_BOOL,
                                      .truth = truth != 0};

    return count(ctx) && emit(ctx, &event);
}

static int on_number(void *ctx, const char *text, size_t len)
{
    return emit_text(ctx, LLMREG_JSON_NUMBER, text, len);
}

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
    return emit_text(ctx, LLMREG_JSON_STRING, (const char *)text, len);
}

/* A key that is empty or too long to be sure of, or has a NUL, could look
 * like another one in a path. */
static int on_key(void *ctx, const unsigned char *key, size_t len)
{
    struct llmreg_json *j = ctx;

    if (len == 0 || len > j->limits.string || memchr(key, '\0', len) != NULL)
        json_path_no_key(&j->path);
    else
        json_path_key(&j->path, (const char *)key, len);
    return count(j);
}

static int on_object(void *ctx)
{
    return emit_open(ctx, LLMREG_JSON_OBJECT);
}

static int on_object_end(void *ctx)
{
    return emit_close(ctx, LLMREG_JSON_OBJECT_END);
}

static int on_array(void *ctx)
{
    return emit_open(ctx, LLMREG_JSON_ARRAY);
}

static int on_array_end(void *ctx)
{
    return emit_close(ctx, LLMREG_JSON_ARRAY_END);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_object,
    .yajl_map_key = on_key,
    .yajl_end_map = on_object_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_array_end,
};

/* ---- calls into yajl, each with a way back when memory runs out ---- */

static int no_memory(struct llmreg_json *j)
{
    return fail(j, LLMREG_ENOMEM, j->bytes, "no memory");
}

static int open_yajl(struct llmreg_json *j)
{
    yajl_alloc_funcs funcs = {
        .malloc = json_memory_alloc,
        .realloc = json_memory_resize,
        .free = json_memory_free,
        .ctx = &j->memory,
    };

    if (setjmp(j->memory.failed) != 0)
        return no_memory(j);
    j->yajl = yajl_alloc(&callbacks, &funcs, j);
    return LLMREG_OK;
}

/* Its own words, without the full stop and newline. */
static int syntax_error(struct llmreg_json *j)
{
    unsigned char *text = yajl_get_error(j->yajl, 0, NULL, 0);
    int len = (int)strcspn((const char *)text, ".\n");

    return fail(j, LLMREG_EPARSE, position(j), "not JSON: %.*s", len,
                (char *)text);
}

/* Hands yajl len bytes, or with NULL tells it that there are no more. */
static int run_yajl(struct llmreg_json *j, const unsigned char *data,
                    size_t len)
{
    if (setjmp(j->memory.failed) != 0)
        return no_memory(j);
    yajl_status status = data == NULL ? yajl_complete_parse(j->yajl)
                                      : yajl_parse(j->yajl, data, len);
    if (status == yajl_status_error)
        return syntax_error(j);
    return j->status;
}

/* ---- the interface ---- */

int llmreg_json_new(struct llmreg_json **out,
                    const struct llmreg_json_limits *limits, llmreg_json_fn fn,
                    void *ctx)
{
    struct llmreg_json *j = NULL;
    int rc = LLMREG_EINVAL;

    if (limits->depth < 1 || limits->depth > JSON_DEPTH_MAX)
        goto done;
    rc = LLMREG_ENOMEM;
    j = calloc(1, sizeof *j);
    if (j == NULL)
        goto done;
    j->limits = *limits;
    j->fn = fn;
    j->ctx = ctx;
    json_path_init(&j->path);
    json_guard_init(&j->guard, limits->string);
    rc = open_yajl(j);
    if (rc != LLMREG_OK)
        goto done;
    *out = j;
    j = NULL; /* now the caller's */
done:
    llmreg_json_free(j);
    return rc;
}

void llmreg_json_free(struct llmreg_json *j)
{
    if (j == NULL)
        return;
    json_memory_release(&j->memory);
    free(j);
}

const char *llmreg_json_problem(const struct llmreg_json *j)
{
    return j->problem;
}

/* Bytes that the guard let pass. */
static int parse(struct llmreg_json *j, const unsigned char *data, size_t len)
{
    if (len == 0 || run_yajl(j, data, len) != LLMREG_OK)
        return j->status;
    j->bytes += len;
    return LLMREG_OK;
}

static int filter(struct llmreg_json *j, const unsigned char *data, size_t len)
{
    size_t start = 0; /* of what was kept and not parsed yet */

    for (size_t i = 0; i < len; i++) {
        enum json_verdict verdict = json_guard_byte(&j->guard, data[i]);
        if (verdict == JSON_KEEP)
            continue;
        int rc = parse(j, data + start, i - start);
        if (rc != LLMREG_OK)
            return rc;
        if (verdict == JSON_BAD)
            return fail(j, LLMREG_EPARSE, j->bytes,
                        "not sound in a string: control character, escape "
                        "or UTF-8");
        j->bytes++;
        start = i + 1;
    }
    return parse(j, data + start, len - start);
}

int llmreg_json_feed(struct llmreg_json *j, const void *data, size_t len)
{
    size_t room = j->limits.bytes - j->bytes;

    if (j->status != LLMREG_OK)
        return j->status;
    if (j->ended)
        return LLMREG_EINVAL;
    if (filter(j, data, len < room ? len : room) != LLMREG_OK)
        return j->status;
    if (len > room)
        return fail(j, LLMREG_ETOOBIG, j->bytes, "more than %zu bytes",
                    j->limits.bytes);
    return LLMREG_OK;
}

int llmreg_json_end(struct llmreg_json *j)
{
    if (j->status != LLMREG_OK || j->ended)
        return j->status;
    if (!json_guard_done(&j->guard))
        return fail(j, LLMREG_EPARSE, j->bytes, "ends inside a string");
    j->ended = true;
    return run_yajl(j, NULL, 0);
}

int llmreg_json_read(const void *data, size_t len,
                     const struct llmreg_json_limits *limits, llmreg_json_fn fn,
                     void *ctx, struct llmreg_error *err)
{
    struct llmreg_json *j = NULL;
    int rc = llmreg_json_new(&j, limits, fn, ctx);

    if (rc == LLMREG_OK)
        rc = llmreg_json_feed(j, data, len);
    if (rc == LLMREG_OK)
        rc = llmreg_json_end(j);
    if (rc != LLMREG_OK)
        llmreg_error_set(err, "%s",
                         j != NULL && j->problem[0] != '\0'
                             ? j->problem
                             : llmreg_status_text(rc));
    llmreg_json_free(j);
    return rc;
}

bool llmreg_json_is(const struct llmreg_json_event *event, const char *s)
{
    return event->text != NULL && event->len == strlen(s) &&
           memcmp(event->text, s, event->len) == 0;
}

bool llmreg_json_int(const struct llmreg_json_event *event, int64_t min,
                     int64_t max, int64_t *out)
{
    return event->type == LLMREG_JSON_NUMBER && event->text != NULL &&
           llmreg_parse_int(event->text, event->len, min, max, out) ==
               LLMREG_OK;
}
