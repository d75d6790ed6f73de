/* SPDX-License-Identifier: MIT */
/* alert.c - what was raised, who knows of it, and who has acknowledged it.
 *
 * What is pending or good for a while is counted on the monotonic clock, which
 * means nothing to a later run: it is not stored.
 */
#include "common/store/rows/rows.h"

#include "common/store/rows/binding.h"
#include "common/store/rows/cursor.h"

int rows_put_alert(struct database *db, const struct llmreg_alert *a,
                   struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_ALERT_PUT, TABLE_ALERT);

    binding_text(&b, a->id);
    binding_text(&b, llmreg_rule_info(a->rule)->name);
    binding_text(&b, a->subject);
    binding_text(&b, a->name);
    binding_text(&b, a->message);
    binding_text(&b, a->state);
    binding_text(&b, a->previous);
    binding_text(&b, a->reason);
    binding_text(&b, a->host);
    binding_text(&b, a->series);
    binding_text(&b, a->url);
    binding_text(&b, llmreg_severity_text(a->s.severity));
    binding_text(&b, llmreg_severity_text(a->told));
    binding_number(&b, a->since_ms);
    binding_time(&b, a->s.fired_ms);
    binding_time(&b, a->s.cleared_ms);
    binding_time(&b, a->acknowledged_ms);
    binding_text(&b, a->acknowledged_by);
    binding_text(&b, a->note);
    binding_number(&b, a->times);
    binding_number(&b, (int64_t)a->seq);
    return binding_finish(&b, err);
}

static void read_alert(struct cursor *c, struct llmreg_alert *a)
{
    a->id = cursor_text(c);
    cursor_expect(c, llmreg_rule_parse(cursor_text(c), &a->rule), CURSOR_WORD);
    a->subject = cursor_text(c);
    a->name = cursor_text(c);
    a->message = cursor_text(c);
    a->state = cursor_text(c);
    a->previous = cursor_text(c);
    a->reason = cursor_text(c);
    a->host = cursor_text(c);
    a->series = cursor_text(c);
    a->url = cursor_text(c);
    cursor_expect(c, llmreg_severity_parse(cursor_text(c), &a->s.severity),
                  CURSOR_WORD);
    cursor_expect(c, llmreg_severity_parse(cursor_text(c), &a->told),
                  CURSOR_WORD);
    a->since_ms = cursor_any(c);
    a->s.fired_ms = cursor_time(c);
    a->s.cleared_ms = cursor_time(c);
    a->acknowledged_ms = cursor_time(c);
    a->s.acknowledged = a->acknowledged_ms != 0;
    a->acknowledged_by = cursor_text(c);
    a->note = cursor_text(c);
    a->times = (uint32_t)cursor_number(c, 0, UINT32_MAX);
    a->seq = (uint64_t)cursor_number(c, 0, INT64_MAX);
}

struct reading {
    rows_alert_fn fn;
    void *ctx;
};

static int hand_over(void *ctx, struct cursor *c)
{
    const struct reading *r = ctx;
    struct llmreg_alert a = {.id = ""};

    read_alert(c, &a);
    if (c->nomem)
        return LLMREG_ENOMEM;
    return r->fn(r->ctx, a.id, c->problem[0] == '\0' ? &a : NULL, c->problem);
}

int rows_each_alert(struct database *db, rows_alert_fn fn, void *ctx,
                    struct llmreg_error *err)
{
    const struct query all = {db, DB_ALERT_LIST, NULL};
    struct reading r = {fn, ctx};

    return cursor_each(&all, hand_over, &r, err);
}

struct told {
    rows_told_fn fn;
    void *ctx;
};

static int hand_told(void *ctx, struct cursor *c)
{
    const struct told *t = ctx;
    enum llmreg_severity told = LLMREG_SEVERITY_OKAY;
    const char *id = cursor_text(c);

    cursor_expect(c, llmreg_severity_parse(cursor_text(c), &told), CURSOR_WORD);
    return c->nomem ? LLMREG_ENOMEM : t->fn(t->ctx, id, told);
}

int rows_each_told(struct database *db, rows_told_fn fn, void *ctx,
                   struct llmreg_error *err)
{
    const struct query all = {db, DB_ALERT_TOLD, NULL};
    struct told t = {fn, ctx};

    return cursor_each(&all, hand_told, &t, err);
}
