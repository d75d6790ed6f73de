/* SPDX-License-Identifier: MIT */
/* compaction.c - each run by the time at which it started. */
#include "common/store/rows/compaction.h"

#include <llmreg/text.h>

#include "common/store/rows/binding.h"
#include "common/store/rows/cursor.h"

int rows_put_compaction(struct database *db,
                        const struct llmreg_compaction *run,
                        struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_COMPACTION_PUT, TABLE_COMPACTION);
    int rc;

    binding_number(&b, run->started_ms);
    binding_number(&b, run->ended_ms);
    binding_text(&b, run->manual ? "manual" : "auto");
    binding_text(&b, run->status);
    binding_text(&b, run->reason);
    binding_number(&b, run->bytes_before);
    binding_number(&b, run->bytes_after);
    binding_number(&b, run->longest_us);
    rc = binding_finish(&b, err);
    if (rc != LLMREG_OK)
        return rc;
    b = binding_start(db, DB_COMPACTION_PRUNE);
    return binding_finish(&b, err);
}

struct reading {
    rows_compaction_fn fn;
    void *ctx;
};

static int hand_over(void *ctx, struct cursor *c)
{
    const struct reading *r = ctx;
    struct llmreg_compaction run = {.started_ms = 0};

    run.started_ms = cursor_any(c);
    run.ended_ms = cursor_any(c);
    run.manual = cursor_text(c)[0] == 'm';
    llmreg_copy_message(run.status, sizeof run.status, cursor_text(c));
    llmreg_copy_message(run.reason, sizeof run.reason, cursor_text(c));
    run.bytes_before = cursor_any(c);
    run.bytes_after = cursor_any(c);
    run.longest_us = cursor_any(c);
    return c->nomem ? LLMREG_ENOMEM : r->fn(r->ctx, &run);
}

int rows_each_compaction(struct database *db, rows_compaction_fn fn, void *ctx,
                         struct llmreg_error *err)
{
    const struct query all = {db, DB_COMPACTION_LIST, NULL};
    struct reading r = {fn, ctx};

    return cursor_each(&all, hand_over, &r, err);
}
