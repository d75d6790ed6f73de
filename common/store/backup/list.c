/* SPDX-License-Identifier: MIT */
/* list.c - names first, then what they are names of. */
#include "common/store/backup/list.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <llmreg/text.h>

#include "common/store/backup/manifest.h"
#include "common/store/backup/name.h"

/* ---- ids ---- */

typedef char id[LLMREG_BACKUP_ID_SIZE];

struct ids {
    id *at;
    size_t count, room;
};

static int add_id(struct ids *ids, const char *text)
{
    if (ids->count == ids->room) {
        const size_t room = ids->room > 0 ? 2 * ids->room : 64;
        id *at = realloc(ids->at, room * sizeof *at);

        if (at == NULL)
            return LLMREG_ENOMEM;
        ids->at = at;
        ids->room = room;
    }
    memcpy(ids->at[ids->count++], text, sizeof(id));
    return LLMREG_OK;
}

static int newer_first(const void *a, const void *b)
{
    return -memcmp(a, b, sizeof(id));
}

static void sort_once(struct ids *ids)
{
    size_t kept = 0;

    if (ids->count == 0)
        return;
    qsort(ids->at, ids->count, sizeof(id), newer_first);
    for (size_t i = 1; i < ids->count; i++)
        if (memcmp(ids->at[kept], ids->at[i], sizeof(id)) != 0)
            memcpy(ids->at[++kept], ids->at[i], sizeof(id));
    ids->count = kept + 1;
}

static int read_ids(const char *dir, struct ids *ids, struct llmreg_error *err)
{
    DIR *d = opendir(dir);
    const struct dirent *entry;
    int rc = LLMREG_OK;
    id found;

    if (d == NULL && errno == ENOENT)
        return LLMREG_OK;
    if (d == NULL) {
        llmreg_error_set(err, "cannot look into %s: %s", dir, strerror(errno));
        return LLMREG_EIO;
    }
    while (rc == LLMREG_OK && (entry = readdir(d)) != NULL)
        if (backup_name_of(found, entry->d_name, ".db") ||
            backup_name_of(found, entry->d_name, ".json"))
            rc = add_id(ids, found);
    closedir(d);
    sort_once(ids);
    return rc;
}

/* ---- a list ---- */

static void doubt(struct llmreg_backup *b, const char *problem)
{
    llmreg_copy_message(b->problem, sizeof b->problem, problem);
}

static int look_at(const char *dir, const char *name, struct llmreg_backup *b)
{
    char manifest[FILES_PATH_SIZE], file[FILES_PATH_SIZE];
    struct llmreg_error why = {{0}};
    struct stat st;
    int rc;

    backup_path(manifest, dir, name, ".json");
    backup_path(file, dir, name, ".db");
    rc = manifest_read(manifest, name, b, &why);
    memcpy(b->id, name, sizeof b->id);
    if (rc == LLMREG_ENOMEM)
        return rc;
    if (lstat(file, &st) != 0 || !S_ISREG(st.st_mode))
        doubt(b, "there is no such file, only its manifest");
    else if (rc != LLMREG_OK)
        doubt(b, rc == LLMREG_EIO ? "its manifest is missing"
                                  : "its manifest makes no sense");
    else if (st.st_size != b->bytes)
        doubt(b, "it has not the size that its manifest says");
    return LLMREG_OK;
}

static int fill(const char *dir, const struct ids *ids,
                struct llmreg_backups *l)
{
    int rc = LLMREG_OK;

    l->refs = 1;
    for (size_t i = 0; i < ids->count && rc == LLMREG_OK; i++)
        rc = look_at(dir, ids->at[i], &l->at[l->count++]);
    return rc;
}

int list_read(const char *dir, struct llmreg_backups **out,
              struct llmreg_error *err)
{
    struct ids ids = {.at = NULL};
    struct llmreg_backups *l = NULL;
    int rc = read_ids(dir, &ids, err);

    if (rc != LLMREG_OK)
        goto done;
    l = calloc(1, sizeof *l + ids.count * sizeof l->at[0]);
    rc = l != NULL ? fill(dir, &ids, l) : LLMREG_ENOMEM;
    if (rc != LLMREG_OK)
        goto done;
    *out = l;
    l = NULL; /* now the caller's */
done:
    if (rc == LLMREG_ENOMEM)
        llmreg_error_set(err, "no memory to list the backups");
    free(ids.at);
    free(l);
    return rc;
}

struct llmreg_backups *list_hold(struct llmreg_backups *l)
{
    if (l != NULL)
        atomic_fetch_add(&l->refs, 1);
    return l;
}

void llmreg_backups_put(struct llmreg_backups *b)
{
    if (b != NULL && atomic_fetch_sub(&b->refs, 1) == 1)
        free(b);
}

size_t llmreg_backups_count(const struct llmreg_backups *b)
{
    return b->count;
}

const struct llmreg_backup *llmreg_backups_at(const struct llmreg_backups *b,
                                              size_t i)
{
    return &b->at[i];
}

const struct llmreg_backup *llmreg_backups_find(const struct llmreg_backups *b,
                                                const char *name)
{
    for (size_t i = 0; i < b->count; i++)
        if (strcmp(b->at[i].id, name) == 0)
            return &b->at[i];
    return NULL;
}

const struct llmreg_backup *list_newest(const struct llmreg_backups *l,
                                        const char *hub)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->at[i].problem[0] == '\0' &&
            l->at[i].why != LLMREG_BACKUP_SAFETY &&
            strcmp(l->at[i].hub, hub) == 0)
            return &l->at[i];
    return NULL;
}

/* ---- removing ---- */

void list_part_suffix(char out[static LIST_SUFFIX_SIZE], const char *hub)
{
    snprintf(out, LIST_SUFFIX_SIZE, ".%.32s.tmp", hub);
}

void list_manifest_suffix(char out[static LIST_SUFFIX_SIZE], const char *hub)
{
    snprintf(out, LIST_SUFFIX_SIZE, ".%.32s.json", hub);
}

static void remove_file(const char *dir, const char *name, const char *suffix)
{
    char path[FILES_PATH_SIZE];

    backup_path(path, dir, name, suffix);
    unlink(path);
}

static bool is_there(const char *dir, const char *name, const char *suffix)
{
    char path[FILES_PATH_SIZE];
    struct stat st;

    backup_path(path, dir, name, suffix);
    return lstat(path, &st) == 0;
}

/* The manifest of one whose file is still a part is nobody's. */
static void clean_one(const char *dir, const char *name, const char *suffix)
{
    remove_file(dir, name, suffix);
    if (!is_there(dir, name, ".db"))
        remove_file(dir, name, ".json");
}

void list_clean(const char *dir, const char *hub)
{
    char part[LIST_SUFFIX_SIZE], manifest[LIST_SUFFIX_SIZE];
    const struct dirent *entry;
    DIR *d = opendir(dir);
    id found;

    if (d == NULL)
        return;
    list_part_suffix(part, hub);
    list_manifest_suffix(manifest, hub);
    while ((entry = readdir(d)) != NULL) {
        if (backup_name_of(found, entry->d_name, part))
            clean_one(dir, found, part);
        else if (backup_name_of(found, entry->d_name, manifest))
            remove_file(dir, found, manifest);
    }
    closedir(d);
}

/* The file first: a manifest alone is none, and says so. */
size_t list_prune(const char *dir, const char *hub,
                  const struct retain_conf *conf,
                  const struct llmreg_backups *l)
{
    bool *drop = calloc(l->count + 1, sizeof *drop);
    size_t dropped = 0;

    if (drop == NULL)
        return 0;
    retain_choose(conf, hub, l->at, l->count, drop);
    for (size_t i = 0; i < l->count; i++) {
        if (!drop[i])
            continue;
        remove_file(dir, l->at[i].id, ".db");
        remove_file(dir, l->at[i].id, ".json");
        dropped++;
    }
    free(drop);
    return dropped;
}
