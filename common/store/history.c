/* SPDX-License-Identifier: MIT */
/* history.c - the newest stay. */
#include "common/store/history.h"

#include "common/store/audit.h"
#include "common/store/rows/rows.h"

#define DROPPED_AT_ONCE 2000

int history_open(struct history *h, struct database *db,
                 struct llmreg_error *err)
{
    int rc = rows_count(db, DB_EVENT_COUNT, &h->events, err);

    if (rc == LLMREG_OK)
        rc = rows_count(db, DB_BEAT_COUNT, &h->beats, err);
    if (rc == LLMREG_OK)
        rc = rows_count(db, DB_AUDIT_COUNT, &h->audit, err);
    return rc;
}

static int add_events(struct history *h, const struct batch *b,
                      struct database *db, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    for (size_t i = 0; i < b->nevents && rc == LLMREG_OK; i++) {
        int64_t added = 0;

        if (b->events[i]->entity == LLMREG_ENTITY_AUDIT)
            continue; /* it has a table of its own */
        rc = rows_put_event(db, b->events[i], &added, err);
        h->events += added;
    }
    return rc;
}

static int write_events(struct history *h, const struct past *past,
                        struct database *db, struct llmreg_error *err)
{
    const int64_t keep = past->keep_events;
    int rc = LLMREG_OK;

    if (keep > 0)
        rc = add_events(h, past->batch, db, err);
    if (rc != LLMREG_OK || h->events <= keep)
        return rc;
    rc = rows_prune(db, DB_EVENT_PRUNE, h->events - keep, err);
    h->events = keep;
    return rc;
}

/* ---- without room ---- */

static void count_missed(struct history *h, const struct past *past)
{
    const struct batch *b = past->batch;

    for (size_t i = 0; i < b->nevents; i++)
        h->not_events += b->events[i]->entity != LLMREG_ENTITY_AUDIT;
    h->not_beats += (int64_t)dirty_count(past->beats->due);
}

static int64_t at_once(int64_t rows)
{
    return rows < DROPPED_AT_ONCE ? rows : DROPPED_AT_ONCE;
}

/* A few, so that the log stays short. */
static int drop_some(struct history *h, const struct past *past,
                     struct database *db, struct llmreg_error *err)
{
    const struct history_limits *l = past->limits;
    int64_t n = 0;
    int rc = LLMREG_OK;

    count_missed(h, past);
    if (h->beats > l->beats) {
        rc = rows_drop_beats(db, DB_BEAT_PRUNE, at_once(h->beats - l->beats),
                             &n, err);
        h->beats -= n;
    } else if (h->events > l->events) {
        n = at_once(h->events - l->events);
        rc = rows_prune(db, DB_EVENT_PRUNE, n, err);
        h->events -= n;
    }
    return rc == LLMREG_OK ? audit_write(past, db, &h->audit, err) : rc;
}

int history_write(struct history *h, const struct past *past,
                  struct database *db, struct llmreg_error *err)
{
    if (past->limits != NULL)
        return drop_some(h, past, db, err);
    int rc = write_events(h, past, db, err);

    if (rc == LLMREG_OK)
        rc = audit_write(past, db, &h->audit, err);
    if (rc == LLMREG_OK)
        rc = beats_write(past->beats, db, &past->now, &h->beats, err);
    return rc;
}
