/* SPDX-License-Identifier: MIT */
/* session.c - sessions, live and closed: one table, for a session becomes
 * history without being anything else.
 */
#include "common/store/rows/rows.h"

#include "common/store/rows/binding.h"
#include "common/store/rows/cursor.h"

int rows_put_session(struct database *db, const struct llmreg_session *s,
                     struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_SESSION_PUT, TABLE_SESSION);

    binding_text(&b, s->id);
    binding_text(&b, s->from);
    binding_text(&b, s->to);
    binding_text(&b, s->connection);
    binding_text(&b, s->reason);
    binding_text(&b, llmreg_session_type_text(s->type));
    binding_text(&b, llmreg_session_status_text(s->status));
    binding_real(&b, s->weight);
    binding_known(&b, s->latency_us);
    binding_known(&b, s->bandwidth_bps);
    binding_number(&b, s->opened_ms);
    binding_number(&b, s->active_ms);
    binding_time(&b, s->closed_ms);
    return binding_finish(&b, err);
}

static void read_session(struct cursor *c, struct llmreg_session *s)
{
    s->id = cursor_text(c);
    s->from = cursor_text(c);
    s->to = cursor_text(c);
    s->connection = cursor_text(c);
    s->reason = cursor_text(c);
    cursor_expect(c, llmreg_session_type_parse(cursor_text(c), &s->type),
                  CURSOR_WORD);
    cursor_expect(c, llmreg_session_status_parse(cursor_text(c), &s->status),
                  CURSOR_WORD);
    s->weight = cursor_real(c);
    s->latency_us = cursor_known(c);
    s->bandwidth_bps = cursor_known(c);
    s->opened_ms = cursor_any(c);
    s->active_ms = cursor_any(c);
    s->closed_ms = cursor_time(c);
}

struct reading {
    rows_session_fn fn;
    void *ctx;
};

static int hand_over(void *ctx, struct cursor *c)
{
    const struct reading *r = ctx;
    struct llmreg_session s = {.id = ""};

    read_session(c, &s);
    if (c->nomem)
        return LLMREG_ENOMEM;
    return r->fn(r->ctx, s.id, c->problem[0] == '\0' ? &s : NULL, c->problem);
}

int rows_each_session(struct database *db, rows_session_fn fn, void *ctx,
                      struct llmreg_error *err)
{
    const struct query all = {db, DB_SESSION_LIST, NULL};
    struct reading r = {fn, ctx};

    return cursor_each(&all, hand_over, &r, err);
}
