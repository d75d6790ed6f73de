/* SPDX-License-Identifier: MIT */
/* ladder.c - the ways are tried in the order of what they keep; each ends with
 * the check that a backup has to pass, too.
 */
#include "common/store/recovery/ladder.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <llmreg/text.h>

#include "common/store/backup/inspect.h"
#include "common/store/backup/list.h"
#include "common/store/backup/name.h"
#include "common/store/backup/revive.h"
#include "common/store/recovery/merge.h"

struct work {
    const struct ladder *l;
    struct recovery *out;
    struct llmreg_error *err;
    char part[FILES_PATH_SIZE + 16], saved[FILES_PATH_SIZE + 16];
    char hub[sizeof((struct llmreg_backup *)0)->hub]; /* "": not known */
    struct llmreg_backups *backups;                   /* NULL: none */
    struct reader reader;
    struct salvage salvage;
    bool has_saved; /* some rows, of this hub */
};

const char *recovery_from_text(enum recovery_from from)
{
    static const char *const texts[RECOVERY_WAYS] = {
        [RECOVERY_NONE] = "nothing",
        [RECOVERY_SALVAGE] = "salvage",
        [RECOVERY_BACKUP] = "backup",
        [RECOVERY_BOTH] = "backup and salvage",
        [RECOVERY_EMPTY] = "an empty store",
    };

    return texts[from];
}

void recovery_note(struct recovery *r, const char *name, const char *format,
                   ...)
{
    struct recovery_step *step = &r->steps[r->nsteps];
    va_list args;

    if (r->nsteps == RECOVERY_STEPS)
        return;
    va_start(args, format);
    llmreg_copy_message(step->name, sizeof step->name, name);
    (void)vsnprintf(step->text.text, sizeof step->text.text, format, args);
    va_end(args);
    r->nsteps++;
}

/* What another try or another disk would change, and no other way can. */
static bool must_wait(int rc)
{
    return rc == LLMREG_ENOSPACE || rc == LLMREG_ENOMEM;
}

/* ---- files ---- */

static int make(const char *path, struct database *db, struct llmreg_error *err)
{
    int rc;

    revive_drop(path);
    rc = files_make_file(path, err);
    return rc == LLMREG_OK ? database_open(db, path, err) : rc;
}

/* The log has gone into the file. */
static int shut(const char *path, struct database *db, struct llmreg_error *err)
{
    char log[FILES_PATH_SIZE + 24];
    struct stat st;

    database_close(db, true);
    snprintf(log, sizeof log, "%s-wal", path);
    if (stat(log, &st) != 0 || st.st_size == 0)
        return LLMREG_OK;
    llmreg_error_set(err, "%s cannot be moved into its database", log);
    return LLMREG_EIO;
}

/* ---- what can be saved ---- */

static int save_rows(struct work *w)
{
    struct database db;
    char hub[sizeof w->hub] = "";
    int rc = make(w->saved, &db, w->err);

    if (rc != LLMREG_OK)
        return rc;
    rc = salvage_run(w->l->damaged, &db, &w->salvage, w->err);
    if (rc == LLMREG_OK && w->salvage.meta)
        rc = inspect_hub(&db, hub, w->err);
    if (rc != LLMREG_OK) {
        database_close(&db, false);
        return rc;
    }
    if (w->hub[0] == '\0')
        memcpy(w->hub, hub, sizeof w->hub);
    w->has_saved =
        w->salvage.rows > 0 && (hub[0] == '\0' || strcmp(hub, w->hub) == 0);
    return shut(w->saved, &db, w->err);
}

static int save(struct work *w)
{
    int rc;

    if (w->l->damaged[0] == '\0')
        return LLMREG_OK;
    rc = save_rows(w);
    if (must_wait(rc))
        return rc;
    if (rc != LLMREG_OK)
        recovery_note(w->out, "unreadable", "%.400s", w->err->text);
    else
        recovery_note(w->out, "read", "%lld rows of the damaged file are whole",
                      (long long)w->salvage.rows);
    w->has_saved = w->has_saved && rc == LLMREG_OK;
    return LLMREG_OK;
}

/* ---- backups ---- */

/* The hub of them all, if they are all of one. */
static void guess_hub(struct work *w)
{
    const char *only = NULL;

    for (size_t i = 0; i < llmreg_backups_count(w->backups); i++) {
        const struct llmreg_backup *b = llmreg_backups_at(w->backups, i);

        if (b->hub[0] == '\0')
            continue;
        if (only != NULL && strcmp(only, b->hub) != 0)
            return;
        only = b->hub;
    }
    if (only != NULL)
        llmreg_copy_message(w->hub, sizeof w->hub, only);
}

static int list_backups(struct work *w)
{
    const int rc = list_read(w->l->backups, &w->backups, w->err);

    if (rc != LLMREG_OK && !must_wait(rc)) {
        recovery_note(w->out, "no_backups", "%.400s", w->err->text);
        return LLMREG_OK;
    }
    if (rc == LLMREG_OK && w->hub[0] == '\0')
        guess_hub(w);
    return rc;
}

static bool is_candidate(const struct work *w, const struct llmreg_backup *b)
{
    return b->problem[0] == '\0' && b->why != LLMREG_BACKUP_SAFETY &&
           w->hub[0] != '\0' && strcmp(b->hub, w->hub) == 0;
}

static int try_backup(struct work *w, const struct llmreg_backup *b)
{
    struct llmreg_backup found;
    char from[FILES_PATH_SIZE];
    const struct revive v = {from, b, w->hub, w->part};
    int rc;

    backup_path(from, w->l->backups, b->id, ".db");
    rc = revive_file(&v, &w->reader, &found, w->err);
    if (rc != LLMREG_OK) {
        if (!must_wait(rc))
            recovery_note(w->out, "backup_refused", "%.400s", w->err->text);
        return rc;
    }
    memcpy(w->out->backup, b->id, sizeof w->out->backup);
    for (size_t i = 0; i < found.ntables; i++)
        w->out->restored += found.tables[i].rows;
    recovery_note(w->out, "backup", "%s has %lld rows", b->id,
                  (long long)w->out->restored);
    return LLMREG_OK;
}

/* The newest that is good; LLMREG_ENOENT: there is none. */
static int take_backup(struct work *w)
{
    int rc = LLMREG_ENOENT;

    if (w->backups == NULL)
        return rc;
    for (size_t i = 0; i < llmreg_backups_count(w->backups); i++) {
        const struct llmreg_backup *b = llmreg_backups_at(w->backups, i);

        if (!is_candidate(w, b))
            continue;
        rc = try_backup(w, b);
        if (rc == LLMREG_OK || must_wait(rc))
            return rc;
    }
    return LLMREG_ENOENT;
}

/* ---- ways ---- */

static int finish(struct work *w, const struct merge *m)
{
    struct llmreg_backup found = {.schema = 0};
    struct database db;
    int rc = database_open(&db, w->part, w->err);

    if (rc != LLMREG_OK)
        return rc;
    rc = merge_run(m, &db, &w->out->doubtful, w->err);
    if (rc != LLMREG_OK) {
        database_close(&db, false);
        return rc;
    }
    rc = shut(w->part, &db, w->err);
    return rc == LLMREG_OK ? inspect_file(w->part, &w->reader, &found, w->err)
                           : rc;
}

static int from_backup(struct work *w, bool with_saved)
{
    const struct merge m = {
        .saved = with_saved ? w->saved : NULL,
        .salvage = with_saved ? &w->salvage : NULL,
        .hub = w->hub,
    };
    int rc;

    w->out->restored = 0;
    rc = take_backup(w);
    return rc == LLMREG_OK ? finish(w, &m) : rc;
}

static int from_saved(struct work *w)
{
    const struct merge m = {.salvage = &w->salvage, .hub = w->hub};

    w->out->restored = 0;
    w->out->backup[0] = '\0';
    if (rename(w->saved, w->part) == 0)
        return finish(w, &m);
    llmreg_error_set(w->err, "cannot rename %s", w->saved);
    return LLMREG_EIO;
}

static int from_nothing(struct work *w)
{
    const struct merge m = {.hub = w->hub};
    struct database db;
    int rc = make(w->part, &db, w->err);

    w->out->restored = 0;
    w->out->backup[0] = '\0';
    if (rc != LLMREG_OK)
        return rc;
    database_close(&db, true);
    return finish(w, &m);
}

static int try_way(struct work *w, enum recovery_from from)
{
    const bool saved = w->has_saved;

    switch (from) {
    case RECOVERY_SALVAGE:
        return saved ? from_saved(w) : LLMREG_ENOENT;
    case RECOVERY_BOTH:
        return saved ? from_backup(w, true) : LLMREG_ENOENT;
    case RECOVERY_BACKUP:
        return from_backup(w, false);
    default:
        return from_nothing(w);
    }
}

static int build(struct work *w)
{
    static const enum recovery_from ways[] = {RECOVERY_BOTH, RECOVERY_BACKUP,
                                              RECOVERY_SALVAGE, RECOVERY_EMPTY};
    const bool all = w->has_saved && w->salvage.all;
    int rc = all ? try_way(w, RECOVERY_SALVAGE) : LLMREG_ENOENT;

    if (rc == LLMREG_OK || must_wait(rc)) {
        w->out->from = RECOVERY_SALVAGE;
        return rc;
    }
    w->has_saved = w->has_saved && !all;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        w->out->from = ways[i];
        revive_drop(w->part);
        rc = try_way(w, ways[i]);
        if (rc == LLMREG_OK || must_wait(rc))
            return rc;
        if (rc != LLMREG_ENOENT)
            recovery_note(w->out, "refused", "%s: %.400s",
                          recovery_from_text(ways[i]), w->err->text);
    }
    return rc;
}

/* ---- all of it ---- */

static void tell(struct work *w)
{
    struct recovery *out = w->out;
    const bool saved =
        out->from == RECOVERY_SALVAGE || out->from == RECOVERY_BOTH;

    out->saved = saved ? w->salvage.rows : 0;
    out->missing = w->has_saved ? w->salvage.missing : -1;
    if (w->l->damaged[0] == '\0')
        out->missing = -1;
    recovery_note(out, "recovered",
                  "from %s: %lld rows of a backup, %lld saved ones, %lld "
                  "missing (-1: not known), %lld tokens to be approved again",
                  recovery_from_text(out->from), (long long)out->restored,
                  (long long)out->saved, (long long)out->missing,
                  (long long)out->doubtful);
}

static int climb(struct work *w)
{
    int rc = save(w);

    if (rc == LLMREG_OK)
        rc = list_backups(w);
    if (rc == LLMREG_OK)
        rc = build(w);
    if (rc == LLMREG_OK)
        rc = files_settle(w->part, w->l->path, w->err);
    if (rc == LLMREG_OK)
        tell(w);
    revive_drop(w->saved);
    revive_drop(w->part);
    llmreg_backups_put(w->backups);
    return rc;
}

int ladder_run(const struct ladder *l, struct recovery *out,
               struct llmreg_error *err)
{
    struct work w = {.l = l, .out = out, .err = err};
    int rc = reader_init(&w.reader);

    if (rc != LLMREG_OK)
        return rc;
    snprintf(w.part, sizeof w.part, "%s.part", l->path);
    snprintf(w.saved, sizeof w.saved, "%s.saved", l->path);
    llmreg_copy_message(w.hub, sizeof w.hub, l->hub);
    rc = climb(&w);
    reader_fini(&w.reader);
    return rc;
}
