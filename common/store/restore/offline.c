/* SPDX-License-Identifier: MIT */
/* offline.c - the live file is replaced by one rename. */
#include "common/store/restore/offline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <llmreg/text.h>

#include "common/store/backup/inspect.h"
#include "common/store/backup/make.h"
#include "common/store/backup/manifest.h"
#include "common/store/backup/name.h"
#include "common/store/backup/revive.h"
#include "common/store/restore/merge.h"

struct offline {
    const struct store_world *world;
    struct reader reader;
    char request[FILES_PATH_SIZE], live[FILES_PATH_SIZE];
    char backups[FILES_PATH_SIZE], part[FILES_PATH_SIZE];
    char from[FILES_PATH_SIZE]; /* the file that is wanted */
    struct llmreg_backup manifest;
    bool has_manifest, force;
    bool live_sound, live_damaged; /* neither: there is none */
    char hub[40];                  /* whose store it is; "": nobody's yet */
    char kept[FILES_PATH_SIZE];    /* what was before; "" */
};

/* ---- what is wanted ---- */

/* An id whose file and manifest are in dir. */
static void use_id(struct offline *o, const char *dir, const char *id)
{
    char manifest[FILES_PATH_SIZE];

    backup_path(o->from, dir, id, ".db");
    backup_path(manifest, dir, id, ".json");
    o->has_manifest =
        manifest_read(manifest, id, &o->manifest, NULL) == LLMREG_OK;
}

/* A path; its manifest is beside it, if it has one. */
static int use_path(struct offline *o, const char *path,
                    struct llmreg_error *err)
{
    char dir[FILES_PATH_SIZE], id[LLMREG_BACKUP_ID_SIZE];
    char *slash;
    int rc = llmreg_copy(o->from, sizeof o->from, path);

    if (rc == LLMREG_OK)
        rc = llmreg_copy(dir, sizeof dir, path);
    if (rc != LLMREG_OK) {
        llmreg_error_set(err, "the path is longer than %d bytes",
                         FILES_PATH_SIZE - 1);
        return rc;
    }
    slash = strrchr(dir, '/');
    *slash = '\0';
    if (backup_name_of(id, slash + 1, ".db"))
        use_id(o, dir, id);
    return LLMREG_OK;
}

static int use(struct offline *o, char *text, struct llmreg_error *err)
{
    char *second = strchr(text, '\n');

    if (second != NULL)
        *second++ = '\0';
    if (second != NULL && strchr(second, '\n') != NULL)
        *strchr(second, '\n') = '\0';
    if (second != NULL && second[0] != '\0' && strcmp(second, "force") != 0) {
        llmreg_error_set(err, "its second line may only be \"force\"");
        return LLMREG_EINVAL;
    }
    o->force = second != NULL && second[0] != '\0';
    if (text[0] == '/')
        return use_path(o, text, err);
    if (!backup_name_is(text, strlen(text))) {
        llmreg_error_set(err,
                         "\"%.100s\" is neither the id of a backup nor a "
                         "path that begins with /",
                         text);
        return LLMREG_EINVAL;
    }
    use_id(o, o->backups, text);
    if (o->has_manifest)
        return LLMREG_OK;
    llmreg_error_set(err, "%s has no manifest beside it", o->from);
    return LLMREG_ENOENT;
}

/* False: nobody wants a restore. */
static bool read_request(const struct offline *o, char text[static 1200],
                         int *rc, struct llmreg_error *err)
{
    int fd = open(o->request, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t got;

    if (fd < 0 && errno == ENOENT)
        return false;
    got = fd < 0 ? -1 : read(fd, text, 1199);
    *rc = LLMREG_OK;
    if (got < 0) {
        llmreg_error_set(err, "cannot read %s: %s", o->request,
                         strerror(errno));
        *rc = LLMREG_EIO;
    }
    text[got > 0 ? got : 0] = '\0';
    if (fd >= 0)
        close(fd);
    return true;
}

/* ---- what there is ---- */

/* In good order, so that the file alone is all of it. */
static int settle_live(struct offline *o, struct llmreg_error *err)
{
    struct database db;
    struct stat st;
    int rc;

    o->live_sound = o->live_damaged = false;
    if (lstat(o->live, &st) != 0 || st.st_size == 0)
        return LLMREG_OK;
    rc = database_open(&db, o->live, err);
    o->live_damaged = rc == LLMREG_ECORRUPT;
    if (o->live_damaged)
        return LLMREG_OK;
    if (rc == LLMREG_OK) {
        rc = inspect_hub(&db, o->hub, err);
        database_close(&db, true);
    }
    o->live_sound = rc == LLMREG_OK;
    return rc;
}

static int keep_live(struct offline *o, struct llmreg_error *err)
{
    const struct llmreg_now now = llmreg_clock_now(o->world->clock);
    char id[LLMREG_BACKUP_ID_SIZE];
    const struct make m = {o->live, o->backups, id, LLMREG_BACKUP_SAFETY,
                           o->world->clock};
    struct llmreg_backup made;
    int rc = LLMREG_OK;

    backup_name(id, now.wall_ms, (unsigned)getpid());
    if (o->live_damaged)
        return files_set_aside(o->live, now.wall_ms, o->kept, err);
    if (o->live_sound) {
        rc = make_backup(&m, &o->reader, &made, err);
        backup_path(o->kept, o->backups, id, ".db");
    }
    return rc;
}

/* ---- all of it ---- */

static int revive(struct offline *o, struct llmreg_error *err)
{
    const struct llmreg_now now = llmreg_clock_now(o->world->clock);
    const struct revive v = {o->from, o->has_manifest ? &o->manifest : NULL,
                             o->force ? "" : o->hub, o->part};
    struct llmreg_backup found;
    int rc = revive_file(&v, &o->reader, &found, err);

    if (rc != LLMREG_OK)
        return rc;
    return o->live_sound ? merge_files(o->live, o->part, &now, err)
                         : merge_alone(o->part, &now, err);
}

/* A log that is left would be taken for the new file's. */
static int check_alone(const struct offline *o, struct llmreg_error *err)
{
    char path[FILES_PATH_SIZE + 8];
    struct stat st;

    snprintf(path, sizeof path, "%s-shm", o->live);
    unlink(path);
    snprintf(path, sizeof path, "%s-wal", o->live);
    if (lstat(path, &st) == 0 && st.st_size > 0) {
        llmreg_error_set(err, "%s is in use by another program", o->live);
        return LLMREG_EBUSY;
    }
    unlink(path);
    return LLMREG_OK;
}

static int restore(struct offline *o, struct llmreg_error *err)
{
    int rc = settle_live(o, err);

    if (rc == LLMREG_OK)
        rc = revive(o, err);
    if (rc == LLMREG_OK)
        rc = keep_live(o, err);
    /* Readers of it may have left a log. */
    if (rc == LLMREG_OK && o->live_sound)
        rc = settle_live(o, err);
    if (rc == LLMREG_OK)
        rc = check_alone(o, err);
    if (rc == LLMREG_OK)
        rc = files_settle(o->part, o->live, err);
    if (rc != LLMREG_OK)
        revive_drop(o->part);
    return rc;
}

static void tell(const struct offline *o, int rc,
                 const struct llmreg_error *err)
{
    if (rc != LLMREG_OK)
        llmreg_log(o->world->log, LLMREG_ERROR,
                   "store: what %s wants is not restored, and the store stays "
                   "as it is: %s",
                   o->request, err->text);
    else
        llmreg_log(o->world->log, LLMREG_WARNING,
                   "store: %s is restored, as %s wants%s%s", o->from,
                   o->request,
                   o->kept[0] != '\0' ? "; what was before is " : "", o->kept);
}

/* So that it happens once. */
static int put_away(const struct offline *o, bool done,
                    struct llmreg_error *err)
{
    char to[FILES_PATH_SIZE + 16];

    snprintf(to, sizeof to, "%s.%s", o->request, done ? "done" : "failed");
    return files_settle(o->request, to, err);
}

static void prepare(struct offline *o, const struct store_config *config,
                    const struct store_world *world)
{
    struct llmreg_text t;

    memset(o, 0, sizeof *o);
    o->world = world;
    files_path(o->request, config->dir, OFFLINE_REQUEST);
    files_path(o->live, config->dir, STORE_FILE);
    llmreg_text_init(&t, o->part, sizeof o->part);
    llmreg_text_addf(&t, "%s.restore", o->live);
    if (config->backups.dir[0] != '\0')
        llmreg_copy_message(o->backups, sizeof o->backups, config->backups.dir);
    else
        files_path(o->backups, config->dir, "backups");
}

int offline_run(const struct store_config *config,
                const struct store_world *world, const char *hub,
                struct llmreg_error *err)
{
    struct llmreg_error why = {{0}};
    struct offline o;
    char text[1200];
    int rc = LLMREG_OK;

    prepare(&o, config, world);
    llmreg_copy_message(o.hub, sizeof o.hub, hub);
    if (!read_request(&o, text, &rc, &why))
        return LLMREG_OK;
    if (reader_init(&o.reader) != LLMREG_OK)
        return LLMREG_ENOMEM;
    if (rc == LLMREG_OK)
        rc = use(&o, text, &why);
    if (rc == LLMREG_OK)
        rc = restore(&o, &why);
    reader_fini(&o.reader);
    tell(&o, rc, &why);
    return put_away(&o, rc == LLMREG_OK, err);
}
