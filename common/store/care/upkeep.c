/* SPDX-License-Identifier: MIT */
/* upkeep.c - a table of chores, done in their order.
 *
 * A checkpoint syncs the log, copies its pages, syncs the file.  How many pages
 * may gather until then follows from how long the last one took: more of them
 * are cheaper each, and hold up writes for longer.
 */
#include "common/store/care/upkeep.h"

#include <llmreg/text.h>

#include "common/store/care/report.h"

#define CHECKPOINT_NS (30 * LLMREG_NS_PER_S)
#define PAGES_MIN     1024
#define PAGES_MAX     8192
#define PAGES_FULL    64 /* on a full disk */
/* What a checkpoint should take at most. */
#define COPY_NS       (25 * LLMREG_NS_PER_MS)

/* ---- chores ---- */

static int note_check(struct upkeep *u, struct database *db,
                      const struct llmreg_now *now, struct llmreg_error *err)
{
    (void)now;
    return report_step(u->care, db, err);
}

static void note_reader(struct upkeep *u, const struct database *db,
                        const struct llmreg_now *now)
{
    if (!db->held)
        u->held_ms = 0;
    else if (u->held_ms == 0)
        u->held_ms = now->wall_ms;
    care_note_reader(u->care, u->held_ms);
}

static int64_t mono_ns(const struct upkeep *u)
{
    return llmreg_clock_now(u->tell.world->clock).mono_ns;
}

static void adapt(struct upkeep *u, int64_t took_ns)
{
    if (took_ns > COPY_NS && u->pages > PAGES_MIN)
        u->pages /= 2;
    else if (took_ns < COPY_NS / 4 && u->pages < PAGES_MAX)
        u->pages *= 2;
}

static bool is_checkpoint_due(const struct upkeep *u, int pages,
                              const struct llmreg_now *now)
{
    const int many = u->shed.on ? PAGES_FULL : u->pages;

    return pages > 0 &&
           (u->cut || pages >= many || now->mono_ns >= u->checkpoint_ns);
}

static int checkpoint(struct upkeep *u, struct database *db,
                      const struct llmreg_now *now, struct llmreg_error *err)
{
    const bool full = db->wal_pages >= u->pages;
    const int64_t before_ns = mono_ns(u);
    int rc;

    if (!is_checkpoint_due(u, db->wal_pages, now))
        return LLMREG_OK;
    u->worked = true;
    u->cut = false;
    u->checkpoint_ns = now->mono_ns + CHECKPOINT_NS;
    rc = database_checkpoint(db, err);
    if (full)
        adapt(u, mono_ns(u) - before_ns);
    note_reader(u, db, now);
    return rc;
}

/* What a run has freed is cut off by a checkpoint.  On a full disk others would
 * take it, and the store keeps what is free in it. */
static int compact(struct upkeep *u, struct database *db,
                   const struct llmreg_now *now, struct llmreg_error *err)
{
    if (u->shed.on)
        return LLMREG_OK;
    return compact_step(&u->compact, db, now, &u->cut, err);
}

static int (*const chores[])(struct upkeep *u, struct database *db,
                             const struct llmreg_now *now,
                             struct llmreg_error *err) = {
    note_check,
    checkpoint,
    compact,
};

int upkeep_step(struct upkeep *u, struct database *db,
                const struct llmreg_now *now, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    u->worked = false;
    for (size_t i = 0; i < sizeof chores / sizeof chores[0]; i++)
        if (rc == LLMREG_OK && !u->worked)
            rc = chores[i](u, db, now, err);
    return rc;
}

int64_t upkeep_due_ns(const struct upkeep *u)
{
    if (u->cut)
        return 0;
    return u->shed.on ? INT64_MAX : compact_due_ns(&u->compact);
}

/* ---- the file comes and goes ---- */

int upkeep_load(struct upkeep *u, struct database *db, struct llmreg_error *err)
{
    const int rc = compact_load(&u->compact, db, err);

    return rc == LLMREG_OK ? report_load(u->care, db, err) : rc;
}

void upkeep_recovered(struct upkeep *u, const struct recovery *r)
{
    struct llmreg_store_recovery seen = {
        .at_ms = r->at_ms,
        .restored = r->restored,
        .saved = r->saved,
        .missing = r->missing,
        .to_approve = r->doubtful,
    };

    llmreg_copy_message(seen.from, sizeof seen.from,
                        recovery_from_text(r->from));
    llmreg_copy_message(seen.reason, sizeof seen.reason, r->why.text);
    llmreg_copy_message(seen.kept_as, sizeof seen.kept_as, r->aside);
    llmreg_copy_message(seen.backup, sizeof seen.backup, r->backup);
    care_note_recovery(u->care, &seen);
}

static void end_shedding(struct upkeep *u, const struct llmreg_now *now)
{
    struct llmreg_error lost;

    shed_describe(&u->shed, u->history, &lost);
    care_note_failed(u->care, false, false);
    tell_works(&u->tell, now, u->path, lost.text);
    u->history->not_events = u->history->not_beats = 0;
}

void upkeep_look(struct upkeep *u, const struct llmreg_now *now)
{
    if (shed_step(&u->shed, u->tell.world->log, now))
        end_shedding(u, now);
}

static void works_short(struct upkeep *u, const struct llmreg_now *now)
{
    struct llmreg_error without;

    shed_explain(&u->shed, &without);
    care_note_failed(u->care, false, true);
    tell_short(&u->tell, now, without.text);
}

void upkeep_works(struct upkeep *u, const struct llmreg_now *now)
{
    const bool full = u->shed.on;

    u->checkpoint_ns = now->mono_ns + CHECKPOINT_NS;
    if (full) {
        upkeep_look(u, now);
        if (u->shed.on)
            works_short(u, now);
        return;
    }
    care_note_failed(u->care, false, false);
    tell_works(&u->tell, now, u->path, NULL);
}

bool upkeep_failed(struct upkeep *u, const struct llmreg_now *now, int rc,
                   const char *why)
{
    const bool full = rc == LLMREG_ENOSPACE;

    u->cut = false;
    compact_abandon(&u->compact, why);
    care_note_failed(u->care, true, full);
    tell_failed(&u->tell, now, rc, why);
    return full && shed_begin(&u->shed, now, u->history);
}

/* ---- life ---- */

int upkeep_init(struct upkeep *u, const struct store_config *config,
                const struct store_world *world, const char *path,
                struct history *history)
{
    int rc = care_new(&u->care);

    u->path = path;
    u->history = history;
    shed_init(&u->shed, config->dir, config->ballast);
    if (rc == LLMREG_OK)
        rc = standing_new(&u->tell.standing);
    u->tell.world = world;
    u->pages = 2 * PAGES_MIN;
    if (rc == LLMREG_OK)
        compact_init(&u->compact, u->care, world, config->compact_ns);
    return rc;
}

void upkeep_fini(struct upkeep *u)
{
    standing_free(u->tell.standing);
    care_free(u->care);
}
