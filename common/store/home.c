/* SPDX-License-Identifier: MIT */
/* home.c - moves in, looks whether the house still stands, moves out.
 *
 * The lock is taken before the database is touched and given back after it is
 * closed.  After a fault of the database the lock is kept: a full disk must
 * not let a second process in.
 *
 * A mark (recovery/marks.h) is written before a damaged file is set aside, and
 * removed when there is another.  Whoever comes back to a mark without a
 * database goes on from the newest file that was set aside.
 */
#include "common/store/home.h"

#include <string.h>
#include <sys/stat.h>

#include <llmreg/text.h>

#include "common/store/backup/inspect.h"
#include "common/store/recovery/marks.h"

/* A disk that damages every file must not be filled with them. */
#define SET_ASIDE_MAX 8

void home_init(struct home *h, const char *dir, const char *backups)
{
    char lock_path[FILES_PATH_SIZE];

    memset(h, 0, sizeof *h);
    llmreg_copy_message(h->dir, sizeof h->dir, dir);
    files_path(h->path, dir, STORE_FILE);
    if (backups[0] != '\0')
        llmreg_copy_message(h->backups, sizeof h->backups, backups);
    else
        files_path(h->backups, dir, "backups");
    files_path(lock_path, dir, "registry.lock");
    lifelock_init(&h->lock, lock_path);
}

static void log_path(const struct home *h, char out[static FILES_PATH_SIZE])
{
    files_path(out, h->dir, STORE_FILE "-wal");
}

static void remember_log(struct home *h)
{
    char path[FILES_PATH_SIZE];
    struct stat st;

    log_path(h, path);
    if (stat(path, &st) != 0)
        return;
    h->log_device = st.st_dev;
    h->log_inode = st.st_ino;
}

/* SQLite goes on writing to a log that has no name any more, without error,
 * and all that is in it is lost with the process. */
static bool log_has_moved(const struct home *h, char path[FILES_PATH_SIZE])
{
    struct stat st;

    log_path(h, path);
    if (h->log_inode == 0)
        return false;
    return stat(path, &st) != 0 || st.st_dev != h->log_device ||
           st.st_ino != h->log_inode;
}

/* A log whose database is gone would be replayed into the next file that
 * gets its name. */
static void set_orphaned_log_aside(struct home *h, int64_t wall_ms)
{
    char path[FILES_PATH_SIZE], aside[FILES_PATH_SIZE];
    struct stat st;

    log_path(h, path);
    if (stat(path, &st) != 0 || st.st_dev != h->log_device ||
        st.st_ino != h->log_inode)
        return;
    /* If that fails, opening will, or finds damage and tells. */
    if (files_set_aside(path, wall_ms, aside, NULL) == LLMREG_OK)
        h->log_inode = 0;
}

/* ---- opening ---- */

static int open_database(struct home *h, struct llmreg_error *err)
{
    int rc = files_make_file(h->path, err);

    if (rc == LLMREG_OK)
        rc = database_open(&h->db, h->path, err);
    return rc;
}

static bool is_there(const struct home *h)
{
    struct stat st;

    return lstat(h->path, &st) == 0;
}

/* LLMREG_ECORRUPT: there must be another first, and err says why. */
static int open_or_doubt(struct home *h, struct llmreg_error *err)
{
    struct llmreg_error why;

    if (h->doubt.text[0] != '\0') {
        *err = h->doubt;
        return LLMREG_ECORRUPT;
    }
    if (is_there(h))
        return open_database(h, err);
    if (marks_read(h->dir, MARKS_RECOVERY, why.text, sizeof why.text)) {
        *err = why;
        return LLMREG_ECORRUPT;
    }
    if (h->hub[0] == '\0')
        (void)marks_read(h->dir, MARKS_HUB, h->hub, sizeof h->hub);
    if (h->hub[0] == '\0')
        return open_database(h, err);
    llmreg_error_set(err, "%s is missing, and was there", h->path);
    return LLMREG_ECORRUPT;
}

/* ---- recovery ---- */

/* The mark first: without it the next start would not know. */
static int set_aside(struct home *h, int64_t wall_ms,
                     char aside[static FILES_PATH_SIZE],
                     struct llmreg_error *err)
{
    struct llmreg_error why = *err;
    int rc;

    aside[0] = '\0';
    if (!is_there(h)) {
        files_newest_aside(h->path, aside);
        if (!marks_read(h->dir, MARKS_RECOVERY, why.text, sizeof why.text))
            aside[0] = '\0';
        return LLMREG_OK;
    }
    if (h->set_aside >= SET_ASIDE_MAX) {
        h->doubt.text[0] = '\0'; /* somebody may mend it */
        return LLMREG_ECORRUPT;
    }
    rc = marks_write(h->dir, MARKS_RECOVERY, why.text, err);
    if (rc == LLMREG_OK)
        rc = files_set_aside(h->path, wall_ms, aside, err);
    if (rc == LLMREG_OK)
        h->set_aside++;
    return rc;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static void sum_up(const struct recovery *r, struct llmreg_error *out)
{
    char kept[sizeof r->aside + 32] = "";
    struct llmreg_text t;

    llmreg_text_init(&t, kept, sizeof kept);
    if (r->aside[0] != '\0')
        llmreg_text_addf(&t, "it is kept as %s, ", r->aside);
    llmreg_error_set(out,
                     "%.300s; %sa new one is made from %s: %lld rows of a "
                     "backup, %lld saved ones",
                     r->why.text, kept, recovery_from_text(r->from),
                     (long long)r->restored, (long long)r->saved);
}

/* err says why, and then what else went wrong. */
static int recover(struct home *h, int64_t wall_ms, struct llmreg_error *lost,
                   struct llmreg_error *err)
{
    char aside[FILES_PATH_SIZE];
    struct recovery r = {.at_ms = wall_ms, .why = *err};
    const struct ladder ladder = {h->path, aside, h->backups, h->hub};
    int rc = set_aside(h, wall_ms, aside, err);

    if (rc != LLMREG_OK)
        return rc;
    h->doubt.text[0] = '\0';
    h->log_inode = 0;
    if (aside[0] != '\0') {
        llmreg_copy_message(r.aside, sizeof r.aside, base_name(aside));
        recovery_note(&r, "set_aside", "%.300s; it is kept as %s", r.why.text,
                      r.aside);
    }
    if (h->hub[0] == '\0')
        (void)marks_read(h->dir, MARKS_HUB, h->hub, sizeof h->hub);
    rc = ladder_run(&ladder, &r, err);
    if (rc == LLMREG_OK)
        rc = open_database(h, err);
    if (rc != LLMREG_OK)
        return rc;
    h->recovery = r;
    sum_up(&r, lost);
    return LLMREG_OK;
}

/* What the next opening needs if the file is damaged then. */
static int remember(struct home *h, struct llmreg_error *err)
{
    char hub[sizeof h->hub], marked[sizeof h->hub];
    int rc = inspect_hub(&h->db, hub, err);

    if (rc != LLMREG_OK)
        return rc;
    memcpy(h->hub, hub, sizeof h->hub);
    (void)marks_read(h->dir, MARKS_HUB, marked, sizeof marked);
    if (strcmp(marked, hub) != 0)
        rc = marks_write(h->dir, MARKS_HUB, hub, err);
    if (rc == LLMREG_OK)
        marks_drop(h->dir, MARKS_RECOVERY);
    remember_log(h);
    return rc;
}

int home_lock(struct home *h, const struct llmreg_now *now,
              struct llmreg_error *err)
{
    int rc = files_make_dir(h->dir, err);

    if (rc == LLMREG_OK && !lifelock_valid(&h->lock))
        lifelock_release(&h->lock);
    if (rc == LLMREG_OK)
        rc = lifelock_take(&h->lock, now->wall_ms, err);
    return rc;
}

int home_open(struct home *h, const struct llmreg_now *now,
              struct llmreg_error *lost, struct llmreg_error *err)
{
    int rc = home_lock(h, now, err);

    lost->text[0] = '\0';
    if (rc != LLMREG_OK || database_is_open(&h->db))
        return rc;
    rc = open_or_doubt(h, err);
    if (rc == LLMREG_ECORRUPT)
        rc = recover(h, now->wall_ms, lost, err);
    return rc == LLMREG_OK ? remember(h, err) : rc;
}

void home_doubt(struct home *h, const struct llmreg_error *why)
{
    if (database_is_open(&h->db))
        h->doubt = *why;
}

int home_check(struct home *h, struct llmreg_error *err)
{
    const char *what = NULL;
    char log[FILES_PATH_SIZE];

    if (database_has_moved(&h->db))
        what = h->path;
    else if (!lifelock_valid(&h->lock))
        what = h->lock.path;
    else if (log_has_moved(h, log))
        what = log;
    if (what != NULL) {
        llmreg_error_set(err, "%s was removed, or replaced by another file",
                         what);
        return LLMREG_EIO;
    }
    remember_log(h);
    return LLMREG_OK;
}

void home_abandon(struct home *h, const struct llmreg_now *now)
{
    bool moved;

    if (!database_is_open(&h->db))
        return;
    moved = database_has_moved(&h->db);
    database_rollback(&h->db);
    database_close(&h->db, false);
    if (moved)
        set_orphaned_log_aside(h, now->wall_ms);
}

void home_close(struct home *h)
{
    database_close(&h->db, true);
    lifelock_release(&h->lock);
}
