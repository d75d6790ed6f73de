/* SPDX-License-Identifier: MIT */
/* json_trace.h - a consumer of JSON events that writes down what it sees. */
#ifndef LLMREG_TESTS_JSON_TRACE_H
#define LLMREG_TESTS_JSON_TRACE_H

#include <llmreg/json.h>

#include <check.h>
#include <string.h>

static const struct llmreg_json_limits wide = {
    .bytes = 8u << 20, .depth = 32, .values = 100000, .string = 1024};

struct trace {
    char text[8192];
    size_t len;
    size_t events;
    const char *refuse; /* the path at which to stop, or NULL */
};

static inline void put(struct trace *t, const char *s, size_t len)
{
    ck_assert_uint_lt(t->len + len, sizeof t->text);
    memcpy(t->text + t->len, s, len);
    t->len += len;
    t->text[t->len] = '\0';
}

static inline void put_value(struct trace *t, const struct llmreg_json_event *e)
{
    static const char marks[] = "zbns{}[]";

    put(t, &marks[e->type], 1);
    if (e->type == LLMREG_JSON_BOOL)
        put(t, e->truth ? "1" : "0", 1);
    if (e->too_long)
        put(t, "!", 1);
    for (size_t i = 0; i < e->len; i++)
        put(t, e->text[i] == '\0' ? "^" : &e->text[i], 1);
    put(t, " ", 1);
}

/* "path=" and a mark for the type, the value, a blank. */
static inline int write_down(void *ctx, const struct llmreg_json_event *e)
{
    struct trace *t = ctx;

    t->events++;
    if (t->refuse != NULL && strcmp(t->refuse, e->path) == 0)
        return LLMREG_EFULL;
    put(t, e->path, strlen(e->path));
    put(t, "=", 1);
    put_value(t, e);
    return LLMREG_OK;
}

static inline int only_count(void *ctx, const struct llmreg_json_event *e)
{
    struct trace *t = ctx;

    (void)e;
    t->events++;
    return LLMREG_OK;
}

#endif
