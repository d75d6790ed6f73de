/* SPDX-License-Identifier: MIT */
/* audit.c - who did what. */
#include "common/store/rows/token.h"

#include "common/store/rows/binding.h"
#include "common/store/rows/cursor.h"

int rows_put_audit(struct database *db, const struct llmreg_audit *entry,
                   int64_t *added, struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_AUDIT_PUT, TABLE_AUDIT);
    int rc;

    binding_number(&b, (int64_t)entry->seq);
    binding_number(&b, entry->time_ms);
    binding_text(&b, entry->who);
    binding_text(&b, entry->from);
    binding_text(&b, entry->what);
    binding_text(&b, entry->subject);
    binding_text(&b, entry->detail);
    binding_known(&b, entry->status == 0 ? -1 : entry->status);
    rc = binding_finish(&b, err);
    *added = rc == LLMREG_OK ? sqlite3_changes(db->handle) : 0;
    return rc;
}

static void read_entry(struct cursor *c, struct llmreg_audit *entry)
{
    entry->seq = (uint64_t)cursor_number(c, 1, INT64_MAX);
    entry->time_ms = cursor_any(c);
    entry->who = cursor_text(c);
    entry->from = cursor_text(c);
    entry->what = cursor_text(c);
    entry->subject = cursor_text(c);
    entry->detail = cursor_text(c);
    entry->status = (int)cursor_number(c, 0, 999);
}

struct reading {
    rows_audit_fn fn;
    void *ctx;
};

static int hand_over(void *ctx, struct cursor *c)
{
    const struct reading *r = ctx;
    struct llmreg_audit entry = {.seq = 0};

    read_entry(c, &entry);
    return c->nomem ? LLMREG_ENOMEM : r->fn(r->ctx, &entry, c->problem);
}

int rows_each_audit(struct database *db, rows_audit_fn fn, void *ctx,
                    struct llmreg_error *err)
{
    const struct query newest = {db, DB_AUDIT_NEWEST, NULL};
    struct reading r = {fn, ctx};

    return cursor_each(&newest, hand_over, &r, err);
}
