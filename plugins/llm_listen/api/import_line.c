/* SPDX-License-Identifier: MIT */
/* import_line.c - a line is an object with one member, called as what it is.
 *
 * Of an endpoint the members that people set are taken by a table; the others
 * (health, models, and what a later version may add) pass by. */
#include "plugins/llm_listen/api/import_line.h"

#include <string.h>

struct said {
    body_given given;
    struct import_endpoint endpoint;
    int64_t format, lines;
    bool other;
};

/* ---- the members of an endpoint ---- */

typedef int (*take_fn)(struct body_reader *b, struct import_endpoint *out,
                       const struct llmreg_json_event *e);

static int take_url(struct body_reader *b, struct import_endpoint *out,
                    const struct llmreg_json_event *e)
{
    return body_text(b, e, 1, LLMREG_URL_SIZE - 1, &out->adding.url);
}

static int take_name(struct body_reader *b, struct import_endpoint *out,
                     const struct llmreg_json_event *e)
{
    return body_text(b, e, 1, 127, &out->adding.name);
}

static int take_kind(struct body_reader *b, struct import_endpoint *out,
                     const struct llmreg_json_event *e)
{
    enum llmreg_kind kind;
    int rc = body_text(b, e, 1, 32, &out->adding.kind);

    if (rc == LLMREG_OK && llmreg_kind_parse(out->adding.kind, &kind) != 0)
        return body_refuse(b, "kind %s is not known", out->adding.kind);
    return rc;
}

static int take_source(struct body_reader *b, struct import_endpoint *out,
                       const struct llmreg_json_event *e)
{
    const char *word = NULL;
    int rc = body_text(b, e, 1, 32, &word);

    if (rc == LLMREG_OK && llmreg_source_parse(word, &out->source) != 0)
        return body_refuse(b, "source %s is not known", word);
    return rc;
}

static int take_priority(struct body_reader *b, struct import_endpoint *out,
                         const struct llmreg_json_event *e)
{
    out->adding.given |= endpoint_given("priority");
    return llmreg_json_int(e, 0, 1000, &out->adding.priority)
               ? LLMREG_OK
               : body_refuse(b, "a whole number from 0 to 1000 is needed");
}

static int take_admin(struct body_reader *b, struct import_endpoint *out,
                      const struct llmreg_json_event *e)
{
    const char *word = NULL;
    int rc = body_text(b, e, 1, 32, &word);

    out->has_intent = true;
    if (rc == LLMREG_OK && llmreg_admin_parse(word, &out->intent.admin) != 0)
        return body_refuse(b,
                           "admin %s: allowed are active, draining, "
                           "disabled, maintenance",
                           word);
    return rc;
}

static int take_until(struct body_reader *b, struct import_endpoint *out,
                      const struct llmreg_json_event *e)
{
    return llmreg_json_int(e, 1, INT64_MAX, &out->intent.until_ms)
               ? LLMREG_OK
               : body_refuse(b, "milliseconds since 1970 are needed");
}

static const struct {
    const char *path;
    take_fn take;
} members[] = {
    {".url", take_url},           {".name", take_name},
    {".kind", take_kind},         {".source", take_source},
    {".priority", take_priority}, {".admin", take_admin},
    {".until_ms", take_until},
};

#define LABELS ".labels"

static int take_label(struct body_reader *b, struct import_endpoint *out,
                      const char *rest, const struct llmreg_json_event *e)
{
    out->adding.given |= endpoint_given("labels");
    return body_labels(b, &out->adding.labels, rest, e);
}

static int take_endpoint(struct body_reader *b, void *member, const char *path,
                         const struct llmreg_json_event *e)
{
    struct import_endpoint *out = member;
    const size_t labels = sizeof LABELS - 1;

    if (path[0] == '\0')
        return e->type == LLMREG_JSON_OBJECT ||
                       e->type == LLMREG_JSON_OBJECT_END
                   ? LLMREG_OK
                   : body_refuse(b, "an object is needed");
    if (e->type == LLMREG_JSON_NULL)
        return LLMREG_OK;
    if (strncmp(path, LABELS, labels) == 0 &&
        (path[labels] == '\0' || path[labels] == '.'))
        return take_label(b, out, path + labels, e);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (strcmp(path, members[i].path) == 0)
            return members[i].take(b, out, e);
    return LLMREG_OK;
}

/* ---- the line ---- */

static int take_number(struct body_reader *b, int64_t *out,
                       const struct llmreg_json_event *e)
{
    return llmreg_json_int(e, 0, INT64_MAX, out)
               ? LLMREG_OK
               : body_refuse(b, "a whole number is needed");
}

static int take_begin(struct body_reader *b, void *member, const char *path,
                      const struct llmreg_json_event *e)
{
    return strcmp(path, ".format") == 0 ? take_number(b, member, e) : LLMREG_OK;
}

static int take_end(struct body_reader *b, void *member, const char *path,
                    const struct llmreg_json_event *e)
{
    return strcmp(path, ".lines") == 0 ? take_number(b, member, e) : LLMREG_OK;
}

static int pass_by(struct body_reader *b, void *member, const char *path,
                   const struct llmreg_json_event *e)
{
    (void)b, (void)member, (void)path, (void)e;
    return LLMREG_OK;
}

#define OFF(field) offsetof(struct said, field)

enum { BEGIN, ENDPOINT, END, OTHERS };

static const struct body_field said_fields[] = {
    [BEGIN] = {"llmreg", BODY_TREE, OFF(format), 0, 0, false, take_begin,
               "object", "the first line"},
    [ENDPOINT] = {"endpoint", BODY_TREE, OFF(endpoint), 0, 0, false,
                  take_endpoint, "object", "as its route writes it"},
    [END] = {"end", BODY_TREE, OFF(lines), 0, 0, false, take_end, "object",
             "the last line"},
    {"host", BODY_TREE, OFF(other), 0, 0, false, pass_by, "object", ""},
    {"agent", BODY_TREE, OFF(other), 0, 0, false, pass_by, "object", ""},
    {"alert", BODY_TREE, OFF(other), 0, 0, false, pass_by, "object", ""},
    {"session", BODY_TREE, OFF(other), 0, 0, false, pass_by, "object", ""},
    {"token", BODY_TREE, OFF(other), 0, 0, false, pass_by, "object", ""},
    {"audit", BODY_TREE, OFF(other), 0, 0, false, pass_by, "object", ""},
    {.name = NULL},
};

static const struct body_form said_form = {
    .name = "ImportLine",
    .fields = said_fields,
    .size = sizeof(struct said),
    .strict = true,
};

static bool is_one(body_given given)
{
    return given != 0 && (given & (given - 1)) == 0;
}

static int sort_out(const struct said *s, struct import_line *out,
                    struct llmreg_error *err)
{
    if (!is_one(s->given)) {
        llmreg_error_set(err, "a line is an object with one member, such as "
                              "endpoint");
        return LLMREG_EINVAL;
    }
    if (s->given == UINT64_C(1) << ENDPOINT && s->endpoint.adding.url == NULL) {
        llmreg_error_set(err, "endpoint.url is needed");
        return LLMREG_EINVAL;
    }
    *out = (struct import_line){.what = IMPORT_OTHER,
                                .format = s->format,
                                .lines = s->lines,
                                .endpoint = s->endpoint};
    if (s->given == UINT64_C(1) << BEGIN)
        out->what = IMPORT_BEGIN;
    else if (s->given == UINT64_C(1) << ENDPOINT)
        out->what = IMPORT_ENDPOINT;
    else if (s->given == UINT64_C(1) << END)
        out->what = IMPORT_END;
    return LLMREG_OK;
}

int import_line_read(const char *text, size_t len, struct llmreg_arena *arena,
                     struct import_line *out, struct llmreg_error *err)
{
    const struct body_source from = {text, len, arena};
    struct body_problem problem;
    struct said said;
    int rc = body_read(&said_form, &from, &problem, &said);

    if (rc == LLMREG_EINVAL)
        *err = problem.err;
    return rc == LLMREG_OK ? sort_out(&said, out, err) : rc;
}
