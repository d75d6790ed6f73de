/* SPDX-License-Identifier: MIT */
/* event.c - events, ids and single numbers. */
#include "common/store/rows/rows.h"

#include "common/store/rows/binding.h"
#include "common/store/rows/cursor.h"

/* ---- events ---- */

int rows_put_event(struct database *db, const struct llmreg_event *event,
                   int64_t *added, struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_EVENT_PUT, TABLE_EVENT);
    int rc;

    binding_number(&b, (int64_t)event->seq);
    binding_number(&b, event->time_ms);
    binding_text(&b, llmreg_event_type_text(event->type));
    binding_text(&b, event->subject);
    binding_text(&b, event->name);
    binding_text(&b, event->before);
    binding_text(&b, event->after);
    binding_text(&b, event->reason);
    binding_number(&b, event->since_ms);
    binding_number(&b, event->before_ms);
    binding_text(&b, llmreg_entity_text(event->entity));
    rc = binding_finish(&b, err);
    *added = rc == LLMREG_OK ? sqlite3_changes(db->handle) : 0;
    return rc;
}

int rows_prune(struct database *db, enum db_statement which, int64_t excess,
               struct llmreg_error *err)
{
    struct binding b = binding_start(db, which);

    binding_number(&b, excess);
    return binding_finish(&b, err);
}

int rows_put_number(struct database *db, const char *key, int64_t value,
                    struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_META_PUT, TABLE_META);

    binding_text(&b, key);
    binding_number(&b, value);
    return binding_finish(&b, err);
}
/* ---- ids ---- */

struct walk {
    rows_id_fn fn;
    void *ctx;
};

static int tell_id(void *ctx, struct cursor *c)
{
    const struct walk *w = ctx;
    const char *id = cursor_text(c);

    return c->nomem ? LLMREG_ENOMEM : w->fn(w->ctx, id);
}

int rows_each_id(struct database *db, enum db_statement which, rows_id_fn fn,
                 void *ctx, struct llmreg_error *err)
{
    const struct query ids = {db, which, NULL};
    struct walk w = {fn, ctx};

    return cursor_each(&ids, tell_id, &w, err);
}

/* ---- numbers ---- */

static int take_number(void *ctx, struct cursor *c)
{
    int64_t *out = ctx;

    *out = cursor_any(c);
    return LLMREG_OK;
}

int rows_count(struct database *db, enum db_statement which, int64_t *out,
               struct llmreg_error *err)
{
    const struct query query = {db, which, NULL};

    *out = 0;
    return cursor_each(&query, take_number, out, err);
}

int rows_get_number(struct database *db, const char *key, int64_t *out,
                    struct llmreg_error *err)
{
    const struct query query = {db, DB_META_GET, key};

    *out = 0;
    return cursor_each(&query, take_number, out, err);
}
