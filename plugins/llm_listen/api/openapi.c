/* SPDX-License-Identifier: MIT */
/* openapi.c - the tables of routes, written as OpenAPI 3.0.
 *
 * Every word of the document comes from the rows that also answer, so that it
 * cannot say anything else than what is done.  A path stands in several rows,
 * one a method; the first row that has a path writes all of them. */
#include <math.h>
#include <string.h>

#include "plugins/llm_listen/api/api.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"
#include "plugins/llm_listen/api/statuses.h"

/* ---- the rows that there are ---- */

struct place {
    const struct route_table *tables;
    size_t ntables, table, row;
    unsigned dialects;
};

static const struct route *row_at(const struct place *p)
{
    return &p->tables[p->table].rows[p->row];
}

/* To the next table that is there, from this one on. */
static void skip_tables(struct place *p)
{
    while (p->table < p->ntables && p->tables[p->table].dialects != 0 &&
           (p->tables[p->table].dialects & p->dialects) == 0)
        p->table++;
}

static struct place first_place(const struct ask *a)
{
    struct place p = {.dialects = a->api->conf.dialects};

    p.tables = api_tables(&p.ntables);
    skip_tables(&p);
    return p;
}

static bool is_end(const struct place *p)
{
    return p->table == p->ntables;
}

static void go_on(struct place *p)
{
    p->row++;
    if (row_at(p)->path != NULL)
        return;
    p->row = 0;
    p->table++;
    skip_tables(p);
}

/* One before this has the same path, and the method as well if it must. */
static bool was_before(const struct ask *a, const struct place *this,
                       bool and_method)
{
    const struct route *r = row_at(this);

    for (struct place p = first_place(a); row_at(&p) != r; go_on(&p))
        if (strcmp(row_at(&p)->path, r->path) == 0 &&
            (!and_method || row_at(&p)->method == r->method))
            return true;
    return false;
}

/* ---- parameters ---- */

static void write_path_params(struct llmreg_json_out *w, const char *path)
{
    for (const char *p = strchr(path, '{'); p != NULL; p = strchr(p, '{')) {
        const size_t len = strcspn(++p, "}");
        char name[64];
        struct llmreg_text t;

        llmreg_text_init(&t, name, sizeof name);
        llmreg_text_add_bytes(&t, p, len);
        llmreg_json_open_object(w, NULL);
        llmreg_json_string(w, "name", name);
        llmreg_json_string(w, "in", "path");
        llmreg_json_bool(w, "required", true);
        llmreg_json_open_object(w, "schema");
        llmreg_json_string(w, "type", "string");
        llmreg_json_close_object(w);
        llmreg_json_close_object(w);
    }
}

static const char *const query_types[] = {
    [QUERY_TEXT] = "string",
    [QUERY_COUNT] = "integer",
    [QUERY_BOOL] = "boolean",
    [QUERY_WORD] = "string",
};

static void write_query_schema(struct llmreg_json_out *w,
                               const struct query_row *q)
{
    llmreg_json_open_object(w, "schema");
    llmreg_json_string(w, "type", query_types[q->type]);
    if (q->type == QUERY_COUNT) {
        llmreg_json_integer(w, "minimum", q->min);
        llmreg_json_integer(w, "maximum", q->max);
    }
    if (q->type == QUERY_WORD) {
        llmreg_json_open_array(w, "enum");
        for (size_t i = 0; q->words[i] != NULL; i++)
            llmreg_json_string(w, NULL, q->words[i]);
        llmreg_json_close_array(w);
    }
    llmreg_json_close_object(w);
}

static void write_params(struct llmreg_json_out *w, const struct route *r)
{
    llmreg_json_open_array(w, "parameters");
    write_path_params(w, r->path);
    for (const struct query_row *q = r->query; q != NULL && q->name != NULL;
         q++) {
        llmreg_json_open_object(w, NULL);
        llmreg_json_string(w, "name", q->name);
        llmreg_json_string(w, "in", "query");
        llmreg_json_string(w, "description", q->help);
        write_query_schema(w, q);
        llmreg_json_close_object(w);
    }
    llmreg_json_close_array(w);
}

/* ---- bodies ---- */

static const struct {
    const char *type, *min, *max, *format;
} body_types[] = {
    [BODY_TEXT] = {"string", "minLength", "maxLength", NULL},
    [BODY_NUMBER] = {"number", "minimum", "maximum", NULL},
    [BODY_INTEGER] = {"integer", "minimum", "maximum", NULL},
    [BODY_BOOL] = {"boolean", NULL, NULL, NULL},
    [BODY_TIME] = {"string", NULL, NULL, "date-time"},
    [BODY_TREE] = {NULL, NULL, NULL, NULL},
};

static void write_limit(struct llmreg_json_out *w, const char *key, double n)
{
    if (key != NULL && isfinite(n))
        llmreg_json_double(w, key, n);
}

static void write_description(struct llmreg_json_out *w,
                              const struct body_field *f)
{
    char text[200];
    struct llmreg_text t;

    llmreg_text_init(&t, text, sizeof text);
    if (f->shape != NULL)
        llmreg_text_add(&t, f->shape);
    if (f->shape != NULL && f->help != NULL && f->help[0] != '\0')
        llmreg_text_add(&t, ": ");
    if (f->help != NULL)
        llmreg_text_add(&t, f->help);
    llmreg_json_string(w, "description", text);
}

static void write_field(struct llmreg_json_out *w, const struct body_field *f)
{
    llmreg_json_open_object(w, f->name);
    if (body_types[f->type].type != NULL)
        llmreg_json_string(w, "type", body_types[f->type].type);
    if (body_types[f->type].format != NULL)
        llmreg_json_string(w, "format", body_types[f->type].format);
    write_limit(w, body_types[f->type].min, f->min);
    write_limit(w, body_types[f->type].max, f->max);
    if (!f->required && body_types[f->type].type != NULL)
        llmreg_json_bool(w, "nullable", true);
    write_description(w, f);
    llmreg_json_close_object(w);
}

static bool has_required(const struct body_form *form)
{
    for (const struct body_field *f = form->fields; f->name != NULL; f++)
        if (f->required)
            return true;
    return false;
}

static void write_form(struct llmreg_json_out *w, const struct body_form *form)
{
    llmreg_json_open_object(w, "schema");
    llmreg_json_string(w, "title", form->name);
    if (form->root == NULL)
        llmreg_json_string(w, "type", "object");
    llmreg_json_bool(w, "additionalProperties", !form->strict);
    if (has_required(form)) {
        llmreg_json_open_array(w, "required");
        for (const struct body_field *f = form->fields; f->name != NULL; f++)
            if (f->required)
                llmreg_json_string(w, NULL, f->name);
        llmreg_json_close_array(w);
    }
    llmreg_json_open_object(w, "properties");
    for (const struct body_field *f = form->fields; f->name != NULL; f++)
        write_field(w, f);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}

static void write_body(struct llmreg_json_out *w, const struct route *r)
{
    if (r->body_max == 0)
        return;
    llmreg_json_open_object(w, "requestBody");
    llmreg_json_bool(w, "required", r->body != NULL && !r->body->optional);
    llmreg_json_integer(w, "x-max-bytes", (int64_t)r->body_max);
    llmreg_json_open_object(w, "content");
    llmreg_json_open_object(w, "application/json");
    if (r->body != NULL)
        write_form(w, r->body);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}

/* ---- answers ---- */

static void write_text(struct llmreg_json_out *w, const char *name,
                       const char *help)
{
    llmreg_json_open_object(w, name);
    llmreg_json_string(w, "type", "string");
    llmreg_json_string(w, "description", help);
    llmreg_json_close_object(w);
}

/* As reply.c writes it. */
static void write_error_schema(struct llmreg_json_out *w)
{
    llmreg_json_open_object(w, "error");
    llmreg_json_string(w, "type", "object");
    llmreg_json_open_object(w, "properties");
    llmreg_json_open_object(w, "error");
    llmreg_json_string(w, "type", "object");
    llmreg_json_open_object(w, "properties");
    write_text(w, "code", "a word for programs");
    write_text(w, "message", "a sentence for people");
    write_text(w, "field",
               "the field of the body, or the parameter, that it is about");
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}

static void write_error_content(struct llmreg_json_out *w)
{
    llmreg_json_open_object(w, "content");
    llmreg_json_open_object(w, "application/json");
    llmreg_json_open_object(w, "schema");
    llmreg_json_string(w, "$ref", "#/components/schemas/error");
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}

/* A dialect has errors of its own. */
static void write_responses(struct llmreg_json_out *w, const struct route *r,
                            bool ours)
{
    unsigned all[STATUSES_MAX];
    const size_t n = statuses_of(r, all);

    llmreg_json_open_object(w, "responses");
    for (size_t i = 0; i < n; i++) {
        char key[8];
        struct llmreg_text t;

        llmreg_text_init(&t, key, sizeof key);
        llmreg_text_addf(&t, "%u", all[i]);
        llmreg_json_open_object(w, key);
        llmreg_json_string(w, "description", statuses_help(all[i]));
        if (ours && all[i] >= 400)
            write_error_content(w);
        llmreg_json_close_object(w);
    }
    llmreg_json_close_object(w);
}

/* ---- who may ---- */

static const struct {
    const char *word;
    bool without; /* a token, from this machine at least */
} roles[] = {
    [ROUTE_OPEN] = {"anybody", true},  [ROUTE_AGENT] = {"agent", false},
    [ROUTE_READER] = {"reader", true}, [ROUTE_OPERATOR] = {"operator", false},
    [ROUTE_ADMIN] = {"admin", false},  [ROUTE_SOCKET] = {"anybody", true},
};

static void write_security(struct llmreg_json_out *w, const struct route *r)
{
    llmreg_json_string(w, "x-role", roles[r->role].word);
    llmreg_json_open_array(w, "security");
    if (roles[r->role].without || r->tokenless) {
        llmreg_json_open_object(w, NULL);
        llmreg_json_close_object(w);
    }
    if (r->role != ROUTE_OPEN) {
        llmreg_json_open_object(w, NULL);
        llmreg_json_open_array(w, "token");
        llmreg_json_close_array(w);
        llmreg_json_close_object(w);
    }
    llmreg_json_close_array(w);
}

/* ---- the document ---- */

static const char *const keys[HTTP_METHODS] = {
    [HTTP_GET] = "get",       [HTTP_POST] = "post",
    [HTTP_PUT] = "put",       [HTTP_PATCH] = "patch",
    [HTTP_DELETE] = "delete", [HTTP_OPTIONS] = "options",
    [HTTP_OTHER] = "x-other",
};

static void write_operation(struct llmreg_json_out *w, const struct place *p)
{
    const struct route *r = row_at(p);
    const char *dialect = p->tables[p->table].name;

    llmreg_json_open_object(w, keys[r->method]);
    llmreg_json_string(w, "summary", r->help);
    llmreg_json_open_array(w, "tags");
    llmreg_json_string(w, NULL, dialect[0] == '\0' ? "llmreg" : dialect);
    llmreg_json_close_array(w);
    write_security(w, r);
    write_params(w, r);
    write_body(w, r);
    write_responses(w, r, p->tables[p->table].errors == NULL);
    llmreg_json_close_object(w);
}

static void write_path(struct llmreg_json_out *w, const struct ask *a,
                       const struct place *first)
{
    const char *path = row_at(first)->path;

    llmreg_json_open_object(w, path);
    for (struct place p = *first; !is_end(&p); go_on(&p))
        if (strcmp(row_at(&p)->path, path) == 0 && !was_before(a, &p, true))
            write_operation(w, &p);
    llmreg_json_close_object(w);
}

static void write_head(struct llmreg_json_out *w)
{
    llmreg_json_string(w, "openapi", "3.0.3");
    llmreg_json_open_object(w, "info");
    llmreg_json_string(w, "title", "llmreg");
    llmreg_json_string(w, "version", LLMREG_VERSION);
    llmreg_json_string(w, "description",
                       "Endpoints, agents and hosts of LLM servers: what is "
                       "there, how it is, and since when.");
    llmreg_json_close_object(w);
    llmreg_json_open_object(w, "components");
    llmreg_json_open_object(w, "securitySchemes");
    llmreg_json_open_object(w, "token");
    llmreg_json_string(w, "type", "http");
    llmreg_json_string(w, "scheme", "bearer");
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
    llmreg_json_open_object(w, "schemas");
    write_error_schema(w);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}

static int run(struct ask *a)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    write_head(&r.json);
    llmreg_json_open_object(&r.json, "paths");
    for (struct place p = first_place(a); !is_end(&p); go_on(&p))
        if (!was_before(a, &p, false))
            write_path(&r.json, a, &p);
    llmreg_json_close_object(&r.json);
    llmreg_json_close_object(&r.json);
    return reply_send_tagged(a, &r);
}

const struct route openapi_routes[] = {
    {HTTP_GET, "/api/v1/openapi.json", ROUTE_READER, 0, NULL, NULL, run,
     "200 304", "this document", false},
    {.path = NULL},
};
