/* SPDX-License-Identifier: MIT */
/* compact.c - looks, steps, and notes each run in the table compaction. */
#include "common/store/care/compact.h"

#include <string.h>

#include <llmreg/text.h>

#include "common/store/rows/compaction.h"
#include "common/store/tell.h"

#define PAGES_MIN   8
#define PAGES_START 64
#define PAGES_MAX   256
/* A step that begins on a quick disk may find a slow one: PAGES_MAX bounds what
 * it does then, STEP_NS is what it should take. */
#define STEP_NS     (5 * LLMREG_NS_PER_MS)
#define FREE_PART   10 /* a run begins if over one in so many is free */

void compact_init(struct compact *c, struct care *care,
                  const struct store_world *world, int64_t interval_ns)
{
    const struct llmreg_now now = llmreg_clock_now(world->clock);

    *c = (struct compact){.care = care,
                          .world = world,
                          .interval_ns = interval_ns,
                          .pages = PAGES_START};
    c->due_ns = interval_ns > 0 ? now.mono_ns + interval_ns : INT64_MAX;
}

int64_t compact_due_ns(const struct compact *c)
{
    return c->due_ns;
}

/* ---- the file ---- */

struct pages {
    int64_t all, free, size;
    int64_t mode; /* of auto_vacuum */
};

static int look(struct database *db, struct pages *p, struct llmreg_error *err)
{
    int rc = database_ask_number(db, "PRAGMA page_count", &p->all, err);

    if (rc == LLMREG_OK)
        rc = database_ask_number(db, "PRAGMA freelist_count", &p->free, err);
    if (rc == LLMREG_OK)
        rc = database_ask_number(db, "PRAGMA page_size", &p->size, err);
    if (rc == LLMREG_OK)
        rc = database_ask_number(db, "PRAGMA auto_vacuum", &p->mode, err);
    return rc;
}

/* The number of pages cannot be bound: it is one of these words. */
static const char *vacuum_sql(int pages)
{
    static const struct {
        int pages;
        const char *sql;
    } steps[] = {
        {256, "PRAGMA incremental_vacuum(256)"},
        {128, "PRAGMA incremental_vacuum(128)"},
        {64, "PRAGMA incremental_vacuum(64)"},
        {32, "PRAGMA incremental_vacuum(32)"},
        {16, "PRAGMA incremental_vacuum(16)"},
    };

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (pages >= steps[i].pages)
            return steps[i].sql;
    return "PRAGMA incremental_vacuum(8)";
}

/* Without fsync: what a power cut takes back was free before, too. */
static int move_pages(struct database *db, int pages, struct llmreg_error *err)
{
    int rc = database_begin(db, false, err);
    int code;

    if (rc != LLMREG_OK)
        return rc;
    code = sqlite3_exec(db->handle, vacuum_sql(pages), NULL, NULL, NULL);
    return code == SQLITE_OK ? database_commit(db, err)
                             : database_status(db, code, "compact", err);
}

/* ---- runs ---- */

static void begin(struct compact *c, const struct pages *p, bool manual,
                  const struct llmreg_now *now)
{
    struct llmreg_compaction *run = &c->run;

    memset(run, 0, sizeof *run);
    run->started_ms = now->wall_ms;
    run->bytes_before = run->bytes_after = p->all * p->size;
    run->manual = manual;
    c->runs = true;
    care_begin_compaction(c->care);
}

/* A look that found nothing to do concerns only those who asked for it. */
static void tell_people(const struct compact *c)
{
    const struct llmreg_compaction *run = &c->run;
    const bool failed = strcmp(run->status, "error") == 0;
    struct tell_words words = {
        .name = "compaction", .before = "running", .reason = run->reason};

    if (failed)
        llmreg_log(c->world->log, LLMREG_WARNING,
                   "store: the compaction failed: %s", run->reason);
    else if (strcmp(run->status, "compacted") == 0)
        llmreg_log(c->world->log, LLMREG_INFO,
                   "store: compacted from %lld to %lld bytes",
                   (long long)run->bytes_before, (long long)run->bytes_after);
    else if (!run->manual)
        return;
    words.after = failed ? "failed" : "complete";
    tell_event(c->world, run->ended_ms, &words);
}

static void end(struct compact *c, const char *status, const char *reason)
{
    const struct llmreg_now now = llmreg_clock_now(c->world->clock);
    struct llmreg_compaction *run = &c->run;

    run->ended_ms = now.wall_ms;
    llmreg_copy_message(run->status, sizeof run->status, status);
    llmreg_copy_message(run->reason, sizeof run->reason, reason);
    c->runs = false;
    c->owed = true;
    c->due_ns = c->interval_ns > 0 ? now.mono_ns + c->interval_ns : INT64_MAX;
    care_note_compaction(c->care, run);
    tell_people(c);
}

static int note(struct compact *c, struct database *db,
                struct llmreg_error *err)
{
    int rc = database_begin(db, false, err);

    if (rc == LLMREG_OK)
        rc = rows_put_compaction(db, &c->run, err);
    if (rc == LLMREG_OK)
        rc = database_commit(db, err);
    c->owed = rc != LLMREG_OK;
    return rc;
}

/* NULL: it may begin. */
static const char *why_not(const struct pages *p)
{
    if (p->mode != 2)
        return "not_incremental";
    return p->free * FREE_PART > p->all ? NULL : "below_threshold";
}

static int start(struct compact *c, struct database *db, bool manual,
                 const struct llmreg_now *now, struct llmreg_error *err)
{
    struct pages p = {0};
    const char *problem;
    int rc = look(db, &p, err);

    if (rc != LLMREG_OK)
        return rc;
    problem = why_not(&p);
    begin(c, &p, manual, now);
    if (problem != NULL)
        end(c, "skipped", problem);
    return LLMREG_OK;
}

/* ---- steps ---- */

static void adapt(struct compact *c, int64_t took_ns)
{
    if (took_ns > STEP_NS && c->pages > PAGES_MIN)
        c->pages /= 2;
    else if (took_ns < STEP_NS / 4 && c->pages < PAGES_MAX)
        c->pages *= 2;
    if (took_ns / 1000 > c->run.longest_us)
        c->run.longest_us = took_ns / 1000;
}

static int take_step(struct compact *c, struct database *db,
                     struct llmreg_error *err)
{
    const struct llmreg_now before = llmreg_clock_now(c->world->clock);
    struct llmreg_now after;
    struct pages p = {0};
    int rc = move_pages(db, c->pages, err);

    if (rc == LLMREG_OK)
        rc = look(db, &p, err);
    if (rc != LLMREG_OK)
        return rc;
    after = llmreg_clock_now(c->world->clock);
    adapt(c, after.mono_ns - before.mono_ns);
    c->due_ns = after.mono_ns + (after.mono_ns - before.mono_ns);
    c->run.bytes_after = p.all * p.size;
    if (p.free == 0)
        end(c, "compacted", "");
    return LLMREG_OK;
}

static int do_due(struct compact *c, struct database *db,
                  const struct llmreg_now *now, struct llmreg_error *err)
{
    const bool manual = !c->runs && care_take_compaction(c->care);
    int rc = LLMREG_OK;

    if (!manual && now->mono_ns < c->due_ns)
        return LLMREG_OK;
    if (!c->runs)
        rc = start(c, db, manual, now, err);
    return rc == LLMREG_OK && c->runs ? take_step(c, db, err) : rc;
}

int compact_step(struct compact *c, struct database *db,
                 const struct llmreg_now *now, bool *ended,
                 struct llmreg_error *err)
{
    int rc = c->owed ? note(c, db, err) : LLMREG_OK;

    if (rc == LLMREG_OK)
        rc = do_due(c, db, now, err);
    *ended = *ended || c->owed;
    return rc == LLMREG_OK && c->owed ? note(c, db, err) : rc;
}

void compact_abandon(struct compact *c, const char *why)
{
    const struct llmreg_now now = llmreg_clock_now(c->world->clock);
    const bool wanted = care_take_compaction(c->care);

    if (!c->runs && !wanted)
        return;
    if (!c->runs)
        begin(c, &(struct pages){0}, true, &now);
    end(c, "error", why);
}

/* ---- the past ---- */

static int take_run(void *ctx, const struct llmreg_compaction *run)
{
    const struct compact *c = ctx;

    care_note_compaction(c->care, run);
    return LLMREG_OK;
}

int compact_load(struct compact *c, struct database *db,
                 struct llmreg_error *err)
{
    return rows_each_compaction(db, take_run, c, err);
}
