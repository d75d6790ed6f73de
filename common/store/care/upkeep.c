/* SPDX-License-Identifier: MIT */
/* upkeep.c - a table of chores, done in their order. */
#include "common/store/care/upkeep.h"

#include <llmreg/text.h>

#include "common/store/care/report.h"

#define CHECKPOINT_PAGES 8192
#define CHECKPOINT_NS    (30 * LLMREG_NS_PER_S)

/* ---- chores ---- */

static int note_check(struct upkeep *u, struct database *db,
                      const struct llmreg_now *now, struct llmreg_error *err)
{
    (void)now;
    return report_step(u->care, db, err);
}

/* What a run has freed is cut off by a checkpoint. */
static int compact(struct upkeep *u, struct database *db,
                   const struct llmreg_now *now, struct llmreg_error *err)
{
    bool ended = false;
    const int rc = compact_step(&u->compact, db, now, &ended, err);

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
    const int pages = db->wal_pages;
    int rc;

    if (pages == 0 ||
        (pages < CHECKPOINT_PAGES && now->mono_ns < u->checkpoint_ns))
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
    return compact_due_ns(&u->compact);
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

void upkeep_works(struct upkeep *u, const struct llmreg_now *now,
                  const char *path)
{
    care_note_failed(u->care, false, false);
    u->checkpoint_ns = now->mono_ns + CHECKPOINT_NS;
    tell_works(&u->tell, now, path);
}

void upkeep_failed(struct upkeep *u, const struct llmreg_now *now, int rc,
                   const char *why)
{
    compact_abandon(&u->compact, why);
    care_note_failed(u->care, true, rc == LLMREG_ENOSPACE);
    tell_failed(&u->tell, now, why);
}

/* ---- life ---- */

int upkeep_init(struct upkeep *u, const struct store_config *config,
                const struct store_world *world)
{
    int rc = care_new(&u->care);

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
