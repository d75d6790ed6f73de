/* SPDX-License-Identifier: MIT */
/* upkeep.c - a table of chores, done in their order. */
#include "common/store/care/upkeep.h"

#include <llmreg/text.h>

#include "common/store/care/report.h"

#define CHECKPOINT_PAGES 8192
#define FULL_PAGES       64 /* the same on a full disk */
#define CHECKPOINT_NS    (30 * LLMREG_NS_PER_S)

/* ---- chores ---- */

static int note_check(struct upkeep *u, struct database *db,
                      const struct llmreg_now *now, struct llmreg_error *err)
{
    (void)now;
    return report_step(u->care, db, err);
}

/* What a run has freed is cut off by a checkpoint.  On a full disk others would
 * take it, and the store keeps what is free in it. */
static int compact(struct upkeep *u, struct database *db,
                   const struct llmreg_now *now, struct llmreg_error *err)
{
    bool ended = false;
    int rc = LLMREG_OK;

    if (!u->shed.on)
        rc = compact_step(&u->compact, db, now, &ended, err);
    if (ended)
        u->checkpoint_ns = now->mono_ns;
    return rc;
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

static int checkpoint(struct upkeep *u, struct database *db,
                      const struct llmreg_now *now, struct llmreg_error *err)
{
    const int many = u->shed.on ? FULL_PAGES : CHECKPOINT_PAGES;
    const int pages = db->wal_pages;
    int rc;

    if (pages == 0 || (pages < many && now->mono_ns < u->checkpoint_ns))
        return LLMREG_OK;
    u->checkpoint_ns = now->mono_ns + CHECKPOINT_NS;
    rc = database_checkpoint(db, err);
    note_reader(u, db, now);
    return rc;
}

static int (*const chores[])(struct upkeep *u, struct database *db,
                             const struct llmreg_now *now,
                             struct llmreg_error *err) = {
    note_check,
    compact,
    checkpoint,
};

int upkeep_step(struct upkeep *u, struct database *db,
                const struct llmreg_now *now, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    for (size_t i = 0; i < sizeof chores / sizeof chores[0]; i++)
        if (rc == LLMREG_OK)
            rc = chores[i](u, db, now, err);
    return rc;
}

int64_t upkeep_due_ns(const struct upkeep *u)
{
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
    if (rc == LLMREG_OK)
        compact_init(&u->compact, u->care, world, config->compact_ns);
    return rc;
}

void upkeep_fini(struct upkeep *u)
{
    standing_free(u->tell.standing);
    care_free(u->care);
}
