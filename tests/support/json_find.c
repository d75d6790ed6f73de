/* SPDX-License-Identifier: MIT */
/* json_find.c - see json_find.h. */
#include "tests/support/json_find.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include <llmreg/json.h>

#define BUFFERS 8

struct search {
    const char *path;
    size_t n, seen;
    char *out;
    size_t size;
};

static const char *text_of(const struct llmreg_json_event *e)
{
    switch (e->type) {
    case LLMREG_JSON_NULL:
        return "null";
    case LLMREG_JSON_BOOL:
        return e->truth ? "true" : "false";
    case LLMREG_JSON_OBJECT:
        return "{";
    case LLMREG_JSON_ARRAY:
        return "[";
    default:
        return NULL;
    }
}

static int see(void *ctx, const struct llmreg_json_event *e)
{
    struct search *s = ctx;

    if (e->type == LLMREG_JSON_OBJECT_END || e->type == LLMREG_JSON_ARRAY_END ||
        strcmp(e->path, s->path) != 0)
        return LLMREG_OK;
    if (s->seen++ != s->n || s->out == NULL)
        return LLMREG_OK;
    if (text_of(e) != NULL)
        snprintf(s->out, s->size, "%s", text_of(e));
    else
        snprintf(s->out, s->size, "%.*s", (int)e->len, e->text);
    return LLMREG_OK;
}

static void look(const char *json, struct search *s)
{
    static const struct llmreg_json_limits limits = {
        .bytes = 256 << 20, .depth = 64, .values = SIZE_MAX, .string = 65536};
    struct llmreg_error err = {.text = ""};
    int rc = llmreg_json_read(json, strlen(json), &limits, see, s, &err);

    ck_assert_msg(rc == LLMREG_OK, "%s: %.2000s", err.text, json);
}

const char *json_find(const char *json, const char *path, size_t n)
{
    static char buffers[BUFFERS][4096];
    static unsigned next;
    struct search s = {.path = path,
                       .n = n,
                       .out = buffers[next],
                       .size = sizeof buffers[next]};

    next = (next + 1) % BUFFERS;
    look(json, &s);
    return s.seen > n ? s.out : NULL;
}

size_t json_find_count(const char *json, const char *path)
{
    struct search s = {.path = path};

    look(json, &s);
    return s.seen;
}
