/* SPDX-License-Identifier: MIT */
/* prepare.c - each step may refuse, and then nothing has changed. */
#include "common/store/restore/prepare.h"

#include <string.h>

#include <llmreg/text.h>

#include "common/store/backup/inspect.h"
#include "common/store/backup/revive.h"
#include "common/store/restore/compare.h"
#include "common/store/restore/merge.h"

void prepare_path(char out[static FILES_PATH_SIZE], const char *live)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, FILES_PATH_SIZE);
    llmreg_text_addf(&t, "%s%s", live, PREPARE_SUFFIX);
}

/* The one that is wanted; a copy, as a list may be replaced. */
static int find(struct prepare *p, const char *id, struct llmreg_backup *out,
                struct llmreg_error *err)
{
    struct llmreg_backups *list = vault_list(p->vault);
    const struct llmreg_backup *b = llmreg_backups_find(list, id);
    int rc = LLMREG_OK;

    if (b == NULL) {
        llmreg_error_set(err, "there is no backup %s", id);
        rc = LLMREG_ENOENT;
    } else if (b->problem[0] != '\0') {
        llmreg_error_set(err, "the backup %s is not good: %s", id, b->problem);
        rc = LLMREG_ECORRUPT;
    } else
        *out = *b;
    llmreg_backups_put(list);
    return rc;
}

static int ask_hub(struct prepare *p, struct reader *r, char hub[static 40],
                   struct llmreg_error *err)
{
    struct database db;
    int rc = reader_open(r, p->live, &db, err);

    if (rc == LLMREG_OK)
        rc = inspect_hub(&db, hub, err);
    reader_close(r, &db);
    return rc;
}

static int revive(struct prepare *p, struct reader *r,
                  struct llmreg_restore *work, const char *part,
                  struct llmreg_error *err)
{
    char from[FILES_PATH_SIZE], hub[40] = "";
    struct llmreg_backup backup, found;
    struct revive v = {from, &backup, "", part};
    int rc = find(p, work->wish.id, &backup, err);

    if (rc == LLMREG_OK && !work->wish.force) {
        rc = ask_hub(p, r, hub, err);
        v.hub = hub;
    }
    if (rc != LLMREG_OK)
        return rc;
    vault_path(p->vault, work->wish.id, from);
    rc = revive_file(&v, r, &found, err);
    for (size_t i = 0; i < backup.ntables; i++)
        if (strcmp(backup.tables[i].table, work->wish.table) == 0)
            work->records = backup.tables[i].rows;
    return rc;
}

static int prepare(struct prepare *p, struct reader *r,
                   struct llmreg_restore *work, const char *part,
                   struct llmreg_error *err)
{
    const struct llmreg_now now = llmreg_clock_now(p->world->clock);
    struct llmreg_difference *difference;
    int rc = revive(p, r, work, part, err);

    if (rc == LLMREG_OK)
        rc = merge_files(p->live, part, &now, err);
    if (rc == LLMREG_OK && work->wish.table[0] != '\0')
        rc = compare_fit(p->live, part, work->wish.table, r, err);
    if (rc == LLMREG_OK)
        rc = compare_files(p->live, part, r, &difference, err);
    if (rc != LLMREG_OK)
        return rc;
    desk_compared(p->desk, difference);
    if (work->wish.dry_run)
        return LLMREG_OK;
    return vault_make_safety(p->vault, r, work->safety, err);
}

/* ---- the chore ---- */

static int64_t due_ns(void *ctx, const struct llmreg_now *now)
{
    struct prepare *p = ctx;

    return desk_is_wanted(p->desk) ? now->mono_ns : INT64_MAX;
}

static void run(void *ctx, struct reader *reader, const struct llmreg_now *now)
{
    struct prepare *p = ctx;
    struct llmreg_error err = {{0}};
    struct llmreg_restore work;
    char part[FILES_PATH_SIZE];
    int rc;

    (void)now;
    if (!desk_begin(p->desk, &work))
        return;
    prepare_path(part, p->live);
    rc = prepare(p, reader, &work, part, &err);
    if (rc == LLMREG_OK && !work.wish.dry_run) {
        desk_hand_over(p->desk, &work);
        return;
    }
    revive_drop(part);
    desk_end(p->desk, &work, rc, &err);
}

struct chore prepare_chore(struct prepare *p)
{
    return (struct chore){"restore", due_ns, run, p};
}
