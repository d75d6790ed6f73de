/* SPDX-License-Identifier: MIT */
/* care.c - parts of one value, each with its writer. */
#include "common/store/care/care.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/text.h>
#include <llmreg/thread.h>

#include "common/store/care/verdict.h"

struct care {
    struct llmreg_lock lock;
    /* guarded by lock */
    struct llmreg_store_health health;
    int64_t reader_since_ms;
    bool wanted, failed, full;
    bool checked; /* and the writer does not know yet */
};

int care_new(struct care **out)
{
    struct care *c = calloc(1, sizeof *c);
    int rc;

    if (c == NULL)
        return LLMREG_ENOMEM;
    rc = llmreg_lock_init(&c->lock);
    if (rc != LLMREG_OK) {
        free(c);
        return rc;
    }
    c->health.growth = c->health.disk.days_to_full = (double)NAN;
    *out = c;
    return LLMREG_OK;
}

void care_free(struct care *c)
{
    if (c == NULL)
        return;
    llmreg_lock_fini(&c->lock);
    free(c);
}

void care_get(struct care *c, int64_t now_ms, struct llmreg_store_health *out)
{
    struct verdict_facts facts = {.now_ms = now_ms};
    int64_t since_ms;

    llmreg_lock(&c->lock);
    *out = c->health;
    since_ms = c->reader_since_ms;
    facts.failed = c->failed;
    facts.full = c->full;
    llmreg_unlock(&c->lock);
    out->reader_ms = since_ms != 0 && now_ms > since_ms ? now_ms - since_ms : 0;
    out->reasons = verdict_reasons(out, &facts);
    out->verdict = verdict_of(out->reasons);
}

/* ---- compaction ---- */

int care_want_compaction(struct care *c)
{
    int rc = LLMREG_EBUSY;

    llmreg_lock(&c->lock);
    if (!c->wanted && !c->health.compacting) {
        c->wanted = true;
        rc = LLMREG_OK;
    }
    llmreg_unlock(&c->lock);
    return rc;
}

bool care_take_compaction(struct care *c)
{
    bool wanted;

    llmreg_lock(&c->lock);
    wanted = c->wanted;
    c->wanted = false;
    if (wanted)
        c->health.compacting = true;
    llmreg_unlock(&c->lock);
    return wanted;
}

void care_begin_compaction(struct care *c)
{
    llmreg_lock(&c->lock);
    c->health.compacting = true;
    llmreg_unlock(&c->lock);
}

void care_note_compaction(struct care *c, const struct llmreg_compaction *run)
{
    struct llmreg_store_health *h = &c->health;

    llmreg_lock(&c->lock);
    h->compacting = false;
    if (h->ncompactions < LLMREG_COMPACTIONS)
        h->ncompactions++;
    memmove(&h->compactions[1], &h->compactions[0],
            (h->ncompactions - 1) * sizeof h->compactions[0]);
    h->compactions[0] = *run;
    llmreg_unlock(&c->lock);
}

/* ---- the writer's ---- */

void care_note_reader(struct care *c, int64_t since_ms)
{
    llmreg_lock(&c->lock);
    c->reader_since_ms = since_ms;
    llmreg_unlock(&c->lock);
}

void care_note_failed(struct care *c, bool failed, bool full)
{
    llmreg_lock(&c->lock);
    c->failed = failed;
    c->full = full;
    llmreg_unlock(&c->lock);
}

void care_note_recovery(struct care *c, const struct llmreg_store_recovery *r)
{
    llmreg_lock(&c->lock);
    c->health.recovery = *r;
    llmreg_unlock(&c->lock);
}

void care_recall_check(struct care *c, int64_t ended_ms)
{
    llmreg_lock(&c->lock);
    if (c->health.check.ended_ms == 0)
        c->health.check.ended_ms = ended_ms;
    llmreg_unlock(&c->lock);
}

bool care_take_check(struct care *c, struct llmreg_store_health *out)
{
    bool checked;

    llmreg_lock(&c->lock);
    checked = c->checked;
    c->checked = false;
    if (checked)
        *out = c->health;
    llmreg_unlock(&c->lock);
    return checked;
}

/* ---- the caretaker's ---- */

void care_note_measure(struct care *c, const struct llmreg_store_health *seen)
{
    struct llmreg_store_health *h = &c->health;

    llmreg_lock(&c->lock);
    h->measured_ms = seen->measured_ms;
    h->bytes = seen->bytes;
    h->free_bytes = seen->free_bytes;
    h->fragmentation = seen->fragmentation;
    h->growth = seen->growth;
    h->log_bytes = seen->log_bytes;
    h->disk = seen->disk;
    h->backup = seen->backup;
    h->ntables = seen->ntables;
    memcpy(h->tables, seen->tables, sizeof h->tables);
    llmreg_unlock(&c->lock);
}

void care_note_check(struct care *c, int64_t ended_ms, int64_t bad,
                     const char *what)
{
    llmreg_lock(&c->lock);
    c->health.check.ended_ms = ended_ms;
    c->health.check.bad = bad;
    llmreg_copy_message(c->health.check.what, sizeof c->health.check.what,
                        what);
    c->checked = true;
    llmreg_unlock(&c->lock);
}
