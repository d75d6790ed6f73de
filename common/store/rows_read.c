/* SPDX-License-Identifier: MIT */
/* rows_read.c - reads columns in the order that statements.c lists them.
 *
 * The tables are STRICT, so that types are right; words and ranges are
 * checked here, and what makes an endpoint valid is checked by the registry
 * when it is put back.  A row that makes no sense is told with its problem,
 * and reading goes on: one bad row must not cost the others.
 */
#include "common/store/rows.h"

#include <stdio.h>
#include <stdlib.h>

#include <llmreg/text.h>

#include "common/store/textpool.h"

#define PROBLEM_SIZE 160

/* One row, read from left to right.  The first problem sticks. */
struct cursor {
    sqlite3_stmt *stmt;
    int at; /* the next column */
    char problem[PROBLEM_SIZE];
    bool nomem;
};

static void doubt(struct cursor *c, int column, const char *what)
{
    if (c->problem[0] == '\0')
        snprintf(c->problem, sizeof c->problem, "column %s %s",
                 sqlite3_column_name(c->stmt, column), what);
}

/* Lent until the next step; never NULL. */
static const char *text(struct cursor *c)
{
    const unsigned char *s = sqlite3_column_text(c->stmt, c->at);

    if (s == NULL && sqlite3_column_type(c->stmt, c->at) != SQLITE_NULL)
        c->nomem = true;
    c->at++;
    return s != NULL ? (const char *)s : "";
}

static int64_t number(struct cursor *c, int64_t min, int64_t max)
{
    int64_t n = sqlite3_column_int64(c->stmt, c->at);

    if (n < min || n > max) {
        doubt(c, c->at, "is out of range");
        n = min;
    }
    c->at++;
    return n;
}

static int64_t known(struct cursor *c)
{
    if (sqlite3_column_type(c->stmt, c->at) != SQLITE_NULL)
        return number(c, 0, INT64_MAX);
    c->at++;
    return -1;
}

static enum llmreg_tristate tristate(struct cursor *c)
{
    int64_t n = known(c);

    if (n < 0)
        return LLMREG_UNKNOWN;
    return n != 0 ? LLMREG_YES : LLMREG_NO;
}

/* rc is what the parser said of the column that was just read. */
static void expect(struct cursor *c, int rc, const char *what)
{
    if (rc != LLMREG_OK)
        doubt(c, c->at - 1, what);
}

#define WORD "has a word that this version does not know"

/* ---- the columns of DB_ENDPOINT_LIST ---- */

static void read_spec(struct cursor *c, struct llmreg_memory *m)
{
    struct llmreg_spec *spec = &m->spec;

    spec->id = text(c);
    spec->url = text(c);
    spec->name = text(c);
    spec->host = text(c);
    spec->series = text(c);
    spec->origin = text(c);
    expect(c, llmreg_kind_parse(text(c), &spec->kind), WORD);
    expect(c, llmreg_source_parse(text(c), &spec->source), WORD);
    spec->priority = (int32_t)number(c, 0, INT32_MAX);
    spec->interval_ms = number(c, 1, INT64_MAX);
    expect(c, llmreg_admin_parse(text(c), &m->intent.admin), WORD);
    m->intent.until_ms = known(c);
    if (m->intent.until_ms < 0)
        m->intent.until_ms = 0;
    m->registered_ms = number(c, INT64_MIN, INT64_MAX);
    m->models.not_kept = (uint32_t)number(c, 0, UINT32_MAX);
    m->models.rejected = (uint32_t)number(c, 0, UINT32_MAX);
}

static void read_health(struct cursor *c, struct llmreg_health *h)
{
    if (sqlite3_column_type(c->stmt, c->at) == SQLITE_NULL)
        return; /* it has none yet: all zero is unknown */
    expect(c, llmreg_health_parse(text(c), &h->state), WORD);
    expect(c, llmreg_reason_parse(text(c), &h->reason), WORD);
    expect(c, llmreg_alarm_parse(text(c), &h->alarm), WORD);
    h->http_status = (uint16_t)number(c, 0, UINT16_MAX);
    h->failures = (uint32_t)number(c, 0, UINT32_MAX);
    h->successes = (uint32_t)number(c, 0, UINT32_MAX);
    h->since_ms = number(c, INT64_MIN, INT64_MAX);
    h->failing_ms = number(c, INT64_MIN, INT64_MAX);
    h->checked_ms = number(c, INT64_MIN, INT64_MAX);
    h->ok_ms = number(c, INT64_MIN, INT64_MAX);
    h->total_us = (uint32_t)number(c, 0, UINT32_MAX);
    h->connect_us = (uint32_t)number(c, 0, UINT32_MAX);
    h->ttfb_us = (uint32_t)number(c, 0, UINT32_MAX);
    expect(c, llmreg_health_parse(text(c), &h->prior), WORD);
    h->prior_since_ms = number(c, INT64_MIN, INT64_MAX);
    expect(c, llmreg_copy(h->version, sizeof h->version, text(c)),
           "is too long");
    expect(c, llmreg_copy(h->detail, sizeof h->detail, text(c)), "is too long");
}

/* ---- the lists below an endpoint ---- */

struct lists {
    struct textpool strings;
    struct llmreg_label labels[LLMREG_LABELS_MAX];
    struct llmreg_model models[LLMREG_MODELS_MAX];
};

static const char *copy(struct cursor *c, struct lists *lists)
{
    const char *s = text(c);
    char *kept = textpool_copy(
        &lists->strings, s, (size_t)sqlite3_column_bytes(c->stmt, c->at - 1));

    if (kept == NULL)
        c->nomem = true;
    return kept != NULL ? kept : "";
}

static void read_label(struct cursor *c, struct lists *lists, size_t n)
{
    lists->labels[n].name = copy(c, lists);
    lists->labels[n].value = copy(c, lists);
}

static void read_model(struct cursor *c, struct lists *lists, size_t n)
{
    struct llmreg_model *m = &lists->models[n];

    m->name = copy(c, lists);
    m->digest = copy(c, lists);
    m->family = copy(c, lists);
    m->parameter_size = copy(c, lists);
    m->quantization = copy(c, lists);
    m->size_bytes = known(c);
    m->context_max = known(c);
    m->context_effective = known(c);
    m->max_output_tokens = known(c);
    m->loaded_bytes = known(c);
    m->vram_bytes = known(c);
    m->expires_ms = known(c);
    m->loaded = tristate(c);
    m->vision = tristate(c);
    m->tools = tristate(c);
    m->json_mode = tristate(c);
    m->remote = number(c, 0, 1) != 0;
}

struct list_kind {
    enum db_statement which;
    size_t max;
    void (*read)(struct cursor *c, struct lists *lists, size_t n);
};
static const struct list_kind label_list = {DB_LABEL_LIST, LLMREG_LABELS_MAX,
                                            read_label};
static const struct list_kind model_list = {DB_MODEL_LIST, LLMREG_MODELS_MAX,
                                            read_model};

/* Problems go to the endpoint's cursor. */
static int read_list(struct database *db, const struct list_kind *kind,
                     struct cursor *endpoint, struct lists *lists,
                     size_t *count)
{
    struct cursor c = {.stmt = db->statement[kind->which]};
    const char *id = (const char *)sqlite3_column_text(endpoint->stmt, 0);
    int code = sqlite3_bind_text(c.stmt, 1, id, -1, SQLITE_STATIC);

    *count = 0;
    if (code == SQLITE_OK)
        code = sqlite3_step(c.stmt);
    for (; code == SQLITE_ROW; code = sqlite3_step(c.stmt)) {
        c.at = 0;
        if (*count < kind->max)
            kind->read(&c, lists, (*count)++);
        else
            doubt(&c, 0, "has too many rows");
    }
    endpoint->nomem = endpoint->nomem || c.nomem;
    if (endpoint->problem[0] == '\0')
        llmreg_copy_message(endpoint->problem, PROBLEM_SIZE, c.problem);
    sqlite3_reset(c.stmt);
    sqlite3_clear_bindings(c.stmt);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* One row of DB_ENDPOINT_LIST with its lists, handed to fn. */
static int hand_over(struct database *db, struct lists *lists,
                     rows_memory_fn fn, void *ctx, struct llmreg_error *err)
{
    struct cursor c = {.stmt = db->statement[DB_ENDPOINT_LIST]};
    struct llmreg_memory m = {0};
    int code;

    textpool_clear(&lists->strings);
    read_spec(&c, &m);
    read_health(&c, &m.health);
    code = read_list(db, &label_list, &c, lists, &m.spec.nlabels);
    if (code == SQLITE_OK)
        code = read_list(db, &model_list, &c, lists, &m.models.count);
    if (code != SQLITE_OK)
        return database_status(db, code, "read", err);
    if (c.nomem)
        return database_status(db, SQLITE_NOMEM, "read", err);
    m.spec.labels = lists->labels;
    m.models.items = lists->models;
    return fn(ctx, m.spec.id, c.problem[0] == '\0' ? &m : NULL, c.problem);
}

int rows_each_memory(struct database *db, rows_memory_fn fn, void *ctx,
                     struct llmreg_error *err)
{
    sqlite3_stmt *stmt = db->statement[DB_ENDPOINT_LIST];
    struct lists *lists = calloc(1, sizeof *lists);
    int rc = LLMREG_OK;
    int code;

    if (lists == NULL)
        return database_status(db, SQLITE_NOMEM, "read", err);
    code = sqlite3_step(stmt);
    while (code == SQLITE_ROW && rc == LLMREG_OK) {
        rc = hand_over(db, lists, fn, ctx, err);
        if (rc == LLMREG_OK)
            code = sqlite3_step(stmt);
    }
    if (rc == LLMREG_OK && code != SQLITE_DONE)
        rc = database_status(db, code, "read", err);
    sqlite3_reset(stmt);
    textpool_free(&lists->strings);
    free(lists);
    return rc;
}

/* ---- ids and numbers ---- */

int rows_each_id(struct database *db, rows_id_fn fn, void *ctx,
                 struct llmreg_error *err)
{
    struct cursor c = {.stmt = db->statement[DB_ENDPOINT_IDS]};
    int code = sqlite3_step(c.stmt);
    int rc = LLMREG_OK;

    while (code == SQLITE_ROW && rc == LLMREG_OK) {
        c.at = 0;
        rc = fn(ctx, text(&c));
        if (rc == LLMREG_OK)
            code = sqlite3_step(c.stmt);
    }
    if (rc == LLMREG_OK && (code != SQLITE_DONE || c.nomem))
        rc = database_status(db, c.nomem ? SQLITE_NOMEM : code, "read", err);
    sqlite3_reset(c.stmt);
    return rc;
}

/* A statement that answers with one number; 0 if with no row. */
static int one_number(struct database *db, enum db_statement which,
                      int64_t *out, struct llmreg_error *err)
{
    sqlite3_stmt *stmt = db->statement[which];
    int code = sqlite3_step(stmt);
    int rc = LLMREG_OK;

    *out = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        rc = database_status(db, code, "read", err);
    sqlite3_reset(stmt);
    return rc;
}

int rows_count_events(struct database *db, int64_t *out,
                      struct llmreg_error *err)
{
    return one_number(db, DB_EVENT_COUNT, out, err);
}

int rows_get_number(struct database *db, const char *key, int64_t *out,
                    struct llmreg_error *err)
{
    sqlite3_stmt *stmt = db->statement[DB_META_GET];
    int code = sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
    int rc;

    if (code != SQLITE_OK)
        return database_status(db, code, "read", err);
    rc = one_number(db, DB_META_GET, out, err);
    sqlite3_clear_bindings(stmt);
    return rc;
}
