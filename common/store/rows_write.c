/* SPDX-License-Identifier: MIT */
/* rows_write.c - binds values in the order that statements.c lists them.
 *
 * A binding counts its parameters up by itself, so that a row reads like the
 * list of its columns.  The first error sticks and is told by finish().
 */
#include "common/store/rows.h"

struct binding {
    struct database *db;
    sqlite3_stmt *stmt;
    int at;   /* the next parameter */
    int code; /* SQLite's, the first that was not OK */
};

static struct binding start(struct database *db, enum db_statement which)
{
    struct binding b = {db, db->statement[which], 1, SQLITE_OK};

    return b;
}

/* s must live until finish. */
static void text(struct binding *b, const char *s)
{
    if (b->code == SQLITE_OK)
        b->code = sqlite3_bind_text(b->stmt, b->at++, s, -1, SQLITE_STATIC);
}

static void number(struct binding *b, int64_t n)
{
    if (b->code == SQLITE_OK)
        b->code = sqlite3_bind_int64(b->stmt, b->at++, n);
}

/* -1 is unknown, and NULL in the file. */
static void known(struct binding *b, int64_t n)
{
    if (n >= 0)
        number(b, n);
    else if (b->code == SQLITE_OK)
        b->code = sqlite3_bind_null(b->stmt, b->at++);
}

static void tristate(struct binding *b, enum llmreg_tristate t)
{
    known(b, t == LLMREG_UNKNOWN ? -1 : t == LLMREG_YES);
}

/* Runs it; the statement is ready to be bound again, whatever happened. */
static int finish(struct binding *b, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (b->code == SQLITE_OK)
        b->code = sqlite3_step(b->stmt);
    if (b->code != SQLITE_DONE)
        rc = database_status(b->db, b->code, "write", err);
    sqlite3_reset(b->stmt);
    sqlite3_clear_bindings(b->stmt);
    return rc;
}

static int run_with_id(struct database *db, enum db_statement which,
                       const char *id, struct llmreg_error *err)
{
    struct binding b = start(db, which);

    text(&b, id);
    return finish(&b, err);
}

/* ---- endpoint and labels ---- */

static int put_labels(struct database *db, const struct llmreg_spec *spec,
                      struct llmreg_error *err)
{
    int rc = run_with_id(db, DB_LABEL_DELETE, spec->id, err);

    for (size_t i = 0; i < spec->nlabels && rc == LLMREG_OK; i++) {
        struct binding b = start(db, DB_LABEL_PUT);

        text(&b, spec->id);
        number(&b, (int64_t)i);
        text(&b, spec->labels[i].name);
        text(&b, spec->labels[i].value);
        rc = finish(&b, err);
    }
    return rc;
}

int rows_put_endpoint(struct database *db, struct llmreg_endpoint *e,
                      struct llmreg_error *err)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    struct llmreg_intent intent = llmreg_endpoint_intent(e);
    struct binding b = start(db, DB_ENDPOINT_PUT);
    int rc;

    text(&b, spec->id);
    text(&b, spec->url);
    text(&b, spec->name);
    text(&b, spec->host);
    text(&b, spec->series);
    text(&b, spec->origin);
    text(&b, llmreg_kind_text(spec->kind));
    text(&b, llmreg_source_text(spec->source));
    number(&b, spec->priority);
    number(&b, spec->interval_ms);
    text(&b, llmreg_admin_text(intent.admin));
    known(&b, intent.until_ms > 0 ? intent.until_ms : -1);
    number(&b, llmreg_endpoint_registered_ms(e));
    rc = finish(&b, err);
    if (rc == LLMREG_OK)
        rc = put_labels(db, spec, err);
    llmreg_spec_put(spec);
    return rc;
}

int rows_delete_endpoint(struct database *db, const char *id,
                         struct llmreg_error *err)
{
    return run_with_id(db, DB_ENDPOINT_DELETE, id, err);
}

/* ---- health ---- */

int rows_put_health(struct database *db, struct llmreg_endpoint *e,
                    struct llmreg_error *err)
{
    struct binding b = start(db, DB_HEALTH_PUT);
    struct llmreg_health h;

    llmreg_endpoint_health(e, &h);
    text(&b, llmreg_endpoint_id(e));
    text(&b, llmreg_health_text(h.state));
    text(&b, llmreg_reason_text(h.reason));
    text(&b, llmreg_alarm_text(h.alarm));
    number(&b, h.http_status);
    number(&b, h.failures);
    number(&b, h.successes);
    number(&b, h.since_ms);
    number(&b, h.failing_ms);
    number(&b, h.checked_ms);
    number(&b, h.ok_ms);
    number(&b, h.total_us);
    number(&b, h.connect_us);
    number(&b, h.ttfb_us);
    text(&b, llmreg_health_text(h.prior));
    number(&b, h.prior_since_ms);
    text(&b, h.version);
    text(&b, h.detail);
    return finish(&b, err);
}

/* ---- models ---- */

static int put_model(struct database *db, const char *id,
                     const struct llmreg_model *m, struct llmreg_error *err)
{
    struct binding b = start(db, DB_MODEL_PUT);

    text(&b, id);
    text(&b, m->name);
    text(&b, m->digest);
    text(&b, m->family);
    text(&b, m->parameter_size);
    text(&b, m->quantization);
    known(&b, m->size_bytes);
    known(&b, m->context_max);
    known(&b, m->context_effective);
    known(&b, m->max_output_tokens);
    known(&b, m->loaded_bytes);
    known(&b, m->vram_bytes);
    known(&b, m->expires_ms);
    tristate(&b, m->loaded);
    tristate(&b, m->vision);
    tristate(&b, m->tools);
    tristate(&b, m->json_mode);
    number(&b, m->remote);
    return finish(&b, err);
}

static int put_counted(struct database *db, const char *id,
                       const struct llmreg_models *models,
                       struct llmreg_error *err)
{
    struct binding b = start(db, DB_ENDPOINT_COUNTED);

    text(&b, id);
    number(&b, models->not_kept);
    number(&b, models->rejected);
    return finish(&b, err);
}

int rows_put_models(struct database *db, struct llmreg_endpoint *e,
                    struct llmreg_error *err)
{
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    const char *id = llmreg_endpoint_id(e);
    int rc = run_with_id(db, DB_MODEL_DELETE, id, err);

    for (size_t i = 0; i < models->count && rc == LLMREG_OK; i++)
        rc = put_model(db, id, &models->items[i], err);
    if (rc == LLMREG_OK)
        rc = put_counted(db, id, models, err);
    llmreg_models_put(models);
    return rc;
}

/* ---- events and numbers ---- */

int rows_put_event(struct database *db, const struct llmreg_event *event,
                   int64_t *added, struct llmreg_error *err)
{
    struct binding b = start(db, DB_EVENT_PUT);
    int rc;

    number(&b, (int64_t)event->seq);
    number(&b, event->time_ms);
    text(&b, llmreg_event_type_text(event->type));
    text(&b, event->subject);
    text(&b, event->name);
    text(&b, event->before);
    text(&b, event->after);
    text(&b, event->reason);
    number(&b, event->since_ms);
    number(&b, event->before_ms);
    rc = finish(&b, err);
    *added = rc == LLMREG_OK ? sqlite3_changes(db->handle) : 0;
    return rc;
}

int rows_prune_events(struct database *db, int64_t excess,
                      struct llmreg_error *err)
{
    struct binding b = start(db, DB_EVENT_PRUNE);

    number(&b, excess);
    return finish(&b, err);
}

int rows_put_number(struct database *db, const char *key, int64_t value,
                    struct llmreg_error *err)
{
    struct binding b = start(db, DB_META_PUT);

    text(&b, key);
    number(&b, value);
    return finish(&b, err);
}
