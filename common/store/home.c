/* SPDX-License-Identifier: MIT */
/* home.c - moves in, looks whether the house still stands, moves out.
 *
 * The lock is taken before the database is touched and given back after it is
 * closed.  After a fault of the database the lock is kept: a full disk must
 * not let a second process in.
 */
#include "common/store/home.h"

#include <string.h>
#include <sys/stat.h>

#include <llmreg/text.h>

/* A disk that damages every file must not be filled with them. */
#define SET_ASIDE_MAX 8

void home_init(struct home *h, const char *dir)
{
    char lock_path[FILES_PATH_SIZE];

    memset(h, 0, sizeof *h);
    llmreg_copy_message(h->dir, sizeof h->dir, dir);
    files_path(h->path, dir, STORE_FILE);
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

static int open_database(struct home *h, struct llmreg_error *err)
{
    int rc = files_make_file(h->path, err);

    if (rc == LLMREG_OK)
        rc = database_open(&h->db, h->path, err);
    return rc;
}

static int replace_damaged(struct home *h, int64_t wall_ms,
                           struct llmreg_error *lost, struct llmreg_error *err)
{
    char aside[FILES_PATH_SIZE];
    int rc;

    if (h->set_aside >= SET_ASIDE_MAX)
        return LLMREG_ECORRUPT;
    *lost = *err;
    rc = files_set_aside(h->path, wall_ms, aside, err);
    if (rc != LLMREG_OK) {
        lost->text[0] = '\0';
        return rc;
    }
    h->set_aside++;
    *err = *lost;
    llmreg_error_set(lost, "%.300s; it is kept as %s, a new one is made",
                     err->text, strrchr(aside, '/') + 1);
    return open_database(h, err);
}

int home_open(struct home *h, const struct llmreg_now *now,
              struct llmreg_error *lost, struct llmreg_error *err)
{
    int rc = files_make_dir(h->dir, err);

    lost->text[0] = '\0';
    if (rc == LLMREG_OK && !lifelock_valid(&h->lock))
        lifelock_release(&h->lock);
    if (rc == LLMREG_OK)
        rc = lifelock_take(&h->lock, now->wall_ms, err);
    if (rc != LLMREG_OK || database_is_open(&h->db))
        return rc;
    rc = open_database(h, err);
    if (rc == LLMREG_ECORRUPT)
        rc = replace_damaged(h, now->wall_ms, lost, err);
    if (rc == LLMREG_OK)
        remember_log(h);
    return rc;
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
