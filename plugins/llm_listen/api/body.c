/* SPDX-License-Identifier: MIT */
/* body.c - finds the row that an event belongs to, and what it says. */
#include "plugins/llm_listen/api/body.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/llm_listen/api/body_reader.h"

static const struct llmreg_json_limits limits = {
    .bytes = 1048576, .depth = 8, .values = 65536, .string = 4096};

/* ---- what is wrong ---- */

/* Names of members are people's words, too. */
static void name_field(struct body_problem *p, const char *path)
{
    struct llmreg_text t;

    llmreg_text_init(&t, p->field, sizeof p->field);
    llmreg_text_add_escaped(&t, path, strnlen(path, 48));
    p->status = 422;
}

int body_refuse(struct body_reader *b, const char *format, ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    name_field(b->problem, b->path);
    llmreg_error_set(&b->problem->err, "%s: %s", b->problem->field, text);
    return LLMREG_EINVAL;
}

/* After body_refuse: what kind of mistake it is. */
static int fault(struct body_reader *b, enum body_fault fault)
{
    b->problem->fault = fault;
    return LLMREG_EINVAL;
}

static const char *type_text(enum llmreg_json_type type)
{
    static const char *const words[] = {
        [LLMREG_JSON_NULL] = "null",        [LLMREG_JSON_BOOL] = "a boolean",
        [LLMREG_JSON_NUMBER] = "a number",  [LLMREG_JSON_STRING] = "a string",
        [LLMREG_JSON_OBJECT] = "an object", [LLMREG_JSON_OBJECT_END] = "",
        [LLMREG_JSON_ARRAY] = "an array",   [LLMREG_JSON_ARRAY_END] = "",
    };

    return words[type];
}

static int refuse_type(struct body_reader *b, const char *wanted,
                       const struct llmreg_json_event *e)
{
    body_refuse(b, "%s is needed, not %s", wanted, type_text(e->type));
    b->problem->got = e->type;
    return fault(b, BODY_WRONG_TYPE);
}

/* ---- values ---- */

struct llmreg_arena *body_arena(struct body_reader *b)
{
    return b->arena;
}

int body_text(struct body_reader *b, const struct llmreg_json_event *e,
              size_t min, size_t max, const char **out)
{
    if (e->type != LLMREG_JSON_STRING)
        return refuse_type(b, "a string", e);
    if (e->too_long || e->len < min || e->len > max) {
        body_refuse(b, "%zu to %zu bytes are allowed, not %zu", min, max,
                    e->too_long ? limits.string + 1 : e->len);
        return fault(b, e->too_long || e->len > max ? BODY_TOO_LONG
                                                    : BODY_INVALID);
    }
    if (!llmreg_is_clean(e->text, e->len))
        return body_refuse(b, "control characters are not allowed");
    *out = llmreg_arena_copy(b->arena, e->text, e->len);
    return *out == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

int body_number(struct body_reader *b, const struct llmreg_json_event *e,
                double min, double max, double *out)
{
    char text[64];
    double value;

    if (e->type != LLMREG_JSON_NUMBER)
        return refuse_type(b, "a number", e);
    if (e->too_long || e->len >= sizeof text)
        return body_refuse(b, "a number of %zu digits is too long", e->len);
    memcpy(text, e->text, e->len);
    text[e->len] = '\0';
    value = strtod(text, NULL);
    if (!isfinite(value) || value < min || value > max)
        return body_refuse(b, "%g to %g are allowed, not %s", min, max, text);
    *out = value;
    return LLMREG_OK;
}

static int take_integer(struct body_reader *b, const struct body_field *f,
                        const struct llmreg_json_event *e, int64_t *out)
{
    if (e->type != LLMREG_JSON_NUMBER)
        return refuse_type(b, "a whole number", e);
    if (!llmreg_json_int(e, (int64_t)f->min, (int64_t)f->max, out))
        return body_refuse(b,
                           "whole numbers from %.0f to %.0f are allowed, "
                           "not %.*s",
                           f->min, f->max, (int)(e->len > 32 ? 32 : e->len),
                           e->text == NULL ? "" : e->text);
    return LLMREG_OK;
}

static int take_time(struct body_reader *b, const struct llmreg_json_event *e,
                     int64_t *out)
{
    if (e->type != LLMREG_JSON_STRING)
        return refuse_type(b, "a time", e);
    if (e->too_long || llmreg_time_parse(e->text, e->len, out) != LLMREG_OK)
        return body_refuse(b, "a time as in RFC 3339 is needed, "
                              "2026-01-31T12:00:00Z");
    return LLMREG_OK;
}

static int take_value(struct body_reader *b, const struct body_field *f,
                      const struct llmreg_json_event *e, void *member)
{
    bool *truth = member;

    switch (f->type) {
    case BODY_TEXT:
        return body_text(b, e, (size_t)f->min, (size_t)f->max, member);
    case BODY_NUMBER:
        return body_number(b, e, f->min, f->max, member);
    case BODY_INTEGER:
        return take_integer(b, f, e, member);
    case BODY_TIME:
        return take_time(b, e, member);
    case BODY_BOOL:
    default:
        if (e->type != LLMREG_JSON_BOOL)
            return refuse_type(b, "true or false", e);
        *truth = e->truth;
        return LLMREG_OK;
    }
}

/* ---- members ---- */

/* path is of the member called name; *rest is what follows that. */
static bool begins_with(const char *path, const char *name, const char **rest)
{
    const size_t len = strlen(name);

    if (strncmp(path, name, len) != 0 ||
        (path[len] != '\0' && path[len] != '.' && path[len] != '['))
        return false;
    *rest = path + len;
    return true;
}

/* The row called name. */
static const struct body_field *row_called(const struct body_form *form,
                                           const char *name)
{
    for (const struct body_field *f = form->fields; f->name != NULL; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

/* The row that path is of, and in *rest what follows its name. */
static const struct body_field *find_field(const struct body_form *form,
                                           const char *path, const char **rest)
{
    for (const struct body_field *f = form->fields; f->name != NULL; f++)
        if (begins_with(path, f->name, rest))
            return f;
    for (const struct body_alias *l = form->aliases;
         l != NULL && l->said != NULL; l++)
        if (begins_with(path, l->said, rest))
            return row_called(form, l->name);
    return NULL;
}

static bool is_end(const struct llmreg_json_event *e)
{
    return e->type == LLMREG_JSON_OBJECT_END ||
           e->type == LLMREG_JSON_ARRAY_END;
}

static int take_root(struct body_reader *b, const struct llmreg_json_event *e)
{
    char path[LLMREG_JSON_PATH + 1] = "";

    if (e->path[0] != '\0')
        snprintf(path, sizeof path, ".%s", e->path);
    return b->form->root(b, (char *)b->out + b->form->root_offset, path, e);
}

static int take_unknown(struct body_reader *b)
{
    char storage[400];
    struct llmreg_text allowed;

    if (!b->form->strict)
        return LLMREG_OK;
    llmreg_text_init(&allowed, storage, sizeof storage);
    for (const struct body_field *f = b->form->fields; f->name != NULL; f++)
        llmreg_text_addf(&allowed, "%s%s", f == b->form->fields ? "" : ", ",
                         f->name);
    return body_refuse(b, "no such member; there are %s", storage);
}

/* The first event of a member. */
static int begin_member(struct body_reader *b, const struct body_field *f,
                        const struct llmreg_json_event *e)
{
    const uint64_t bit = UINT64_C(1) << (f - b->form->fields);

    if ((b->seen & bit) != 0)
        return body_refuse(b, "is there twice");
    b->seen |= bit;
    if (e->type != LLMREG_JSON_NULL)
        *(body_given *)b->out |= bit;
    return LLMREG_OK;
}

static int take_member(struct body_reader *b, const struct llmreg_json_event *e)
{
    const char *rest = "";
    const struct body_field *f = find_field(b->form, e->path, &rest);
    void *member;
    int rc = LLMREG_OK;

    if (f == NULL && b->form->root != NULL)
        return take_root(b, e);
    if (f == NULL)
        return is_end(e) ? LLMREG_OK : take_unknown(b);
    member = (char *)b->out + f->offset;
    if (rest[0] == '\0' && !is_end(e))
        rc = begin_member(b, f, e);
    if (rc != LLMREG_OK || (e->type == LLMREG_JSON_NULL && rest[0] == '\0'))
        return rc;
    if (f->type == BODY_TREE)
        return f->tree(b, member, rest, e);
    if (rest[0] != '\0' || is_end(e))
        return LLMREG_OK;
    return take_value(b, f, e, member);
}

static int on_event(void *ctx, const struct llmreg_json_event *e)
{
    struct body_reader *b = ctx;

    b->path = e->path;
    if (strcmp(e->path, "?") == 0)
        return body_refuse(b, "a name is empty, too long or has a NUL in it");
    if (e->path[0] != '\0')
        return take_member(b, e);
    if (e->type == LLMREG_JSON_OBJECT || e->type == LLMREG_JSON_OBJECT_END)
        return b->form->root == NULL ? LLMREG_OK : take_root(b, e);
    b->problem->status = 422;
    llmreg_error_set(&b->problem->err, "the body must be a JSON object, not %s",
                     type_text(e->type));
    return LLMREG_EINVAL;
}

/* ---- the document ---- */

static int check_required(struct body_reader *b)
{
    const body_given given = *(body_given *)b->out;

    for (const struct body_field *f = b->form->fields; f->name != NULL; f++) {
        if (!f->required || (given >> (f - b->form->fields) & UINT64_C(1)) != 0)
            continue;
        b->path = f->name;
        body_refuse(b, "is needed");
        return fault(b, BODY_MISSING);
    }
    return LLMREG_OK;
}

bool body_has(const struct body_form *form, body_given given, const char *name)
{
    const struct body_field *f = row_called(form, name);

    return f != NULL && (given >> (f - form->fields) & UINT64_C(1)) != 0;
}

int body_read(const struct body_form *form, const struct body_source *from,
              struct body_problem *problem, void *out)
{
    struct body_reader b = {
        .form = form, .arena = from->arena, .problem = problem, .out = out};
    struct llmreg_error err = {.text = ""};
    int rc = LLMREG_OK;

    memset(out, 0, form->size);
    problem->status = 0;
    problem->field[0] = '\0';
    problem->fault = BODY_INVALID;
    if (from->len > 0 || !form->optional)
        rc = llmreg_json_read(from->data, from->len, &limits, on_event, &b,
                              &err);
    if (rc == LLMREG_OK)
        rc = check_required(&b);
    if (rc == LLMREG_OK || rc == LLMREG_ENOMEM)
        return rc;
    if (problem->status == 0) {
        problem->status = 400;
        problem->err = err;
    }
    return LLMREG_EINVAL;
}
