/* SPDX-License-Identifier: MIT */
/* files.c - makes, looks at and sets aside, with the modes that keep others
 * out: the umask belongs to the whole process, so the mode is given when a
 * file is made and never left to it.
 */
#include "common/store/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <llmreg/clock.h>
#include <llmreg/text.h>

/* After a call that failed. */
static int status_of_system(void)
{
    return errno == ENOSPC || errno == EDQUOT ? LLMREG_ENOSPACE : LLMREG_EIO;
}

void files_path(char out[static FILES_PATH_SIZE], const char *dir,
                const char *name)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, FILES_PATH_SIZE);
    llmreg_text_addf(&t, "%s/%s", dir, name);
}

int files_make_dir(const char *dir, struct llmreg_error *err)
{
    struct stat st;

    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        llmreg_error_set(err, "cannot make the directory %s: %s", dir,
                         strerror(errno));
        return status_of_system();
    }
    if (stat(dir, &st) != 0) {
        llmreg_error_set(err, "cannot use the directory %s: %s", dir,
                         strerror(errno));
        return LLMREG_EIO;
    }
    if (!S_ISDIR(st.st_mode)) {
        llmreg_error_set(err, "%s is not a directory", dir);
        return LLMREG_EIO;
    }
    return LLMREG_OK;
}

int files_make_file(const char *path, struct llmreg_error *err)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
        return LLMREG_OK;
    }
    if (errno != EEXIST || lstat(path, &st) != 0) {
        llmreg_error_set(err, "cannot make %s: %s", path, strerror(errno));
        return status_of_system();
    }
    if (!S_ISREG(st.st_mode)) {
        llmreg_error_set(err, "%s is not a plain file", path);
        return LLMREG_EIO;
    }
    return LLMREG_OK;
}

/* The directory is synced for the name of a file in it. */
static int sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
    int rc, system;

    if (fd < 0)
        return -1;
    rc = fsync(fd);
    system = errno;
    close(fd);
    errno = system;
    return rc;
}

static int settle(const char *from, const char *to, unsigned flags,
                  struct llmreg_error *err)
{
    char dir[FILES_PATH_SIZE];
    char *slash;
    int rc = llmreg_copy(dir, sizeof dir, to);

    slash = strrchr(dir, '/');
    if (rc == LLMREG_OK && slash != NULL)
        *slash = '\0';
    if (rc == LLMREG_OK)
        rc = sync_path(from, 0);
    if (rc == 0)
        rc = renameat2(AT_FDCWD, from, AT_FDCWD, to, flags);
    if (rc == 0)
        rc = sync_path(dir, O_DIRECTORY);
    if (rc == 0)
        return LLMREG_OK;
    llmreg_error_set(err, "cannot write %s: %s", to, strerror(errno));
    return LLMREG_EIO;
}

int files_settle(const char *from, const char *to, struct llmreg_error *err)
{
    return settle(from, to, 0, err);
}

int files_settle_new(const char *from, const char *to, struct llmreg_error *err)
{
    return settle(from, to, RENAME_NOREPLACE, err);
}

#define ASIDE ".corrupt-"

/* "registry.db.corrupt-20261121T071543Z", with a number if that is taken. */
static void aside_name(char out[static FILES_PATH_SIZE], const char *path,
                       int64_t wall_ms, unsigned attempt)
{
    char time[LLMREG_TIME_SIZE];
    struct llmreg_text t;

    llmreg_time_format(time, wall_ms);
    llmreg_text_init(&t, out, FILES_PATH_SIZE);
    llmreg_text_addf(&t, "%s" ASIDE "%.4s%.2s%.2sT%.2s%.2s%.2sZ", path, time,
                     time + 5, time + 8, time + 11, time + 14, time + 17);
    if (attempt > 0)
        llmreg_text_addf(&t, ".%u", attempt);
}

/* The log and its index go with their database, or would be taken for those
 * of the next one.  They may be missing. */
static int move_companion(const char *from, const char *to, const char *suffix)
{
    char source[FILES_PATH_SIZE + 8], target[FILES_PATH_SIZE + 8];

    snprintf(source, sizeof source, "%s%s", from, suffix);
    snprintf(target, sizeof target, "%s%s", to, suffix);
    if (rename(source, target) != 0 && errno != ENOENT)
        return LLMREG_EIO;
    return LLMREG_OK;
}

int files_set_aside(const char *path, int64_t wall_ms,
                    char out[static FILES_PATH_SIZE], struct llmreg_error *err)
{
    int rc = -1;

    for (unsigned attempt = 0; attempt < 100 && rc != 0; attempt++) {
        aside_name(out, path, wall_ms, attempt);
        rc = renameat2(AT_FDCWD, path, AT_FDCWD, out, RENAME_NOREPLACE);
        if (rc != 0 && errno != EEXIST)
            break;
    }
    if (rc == 0)
        rc = move_companion(path, out, "-wal");
    if (rc == 0)
        rc = move_companion(path, out, "-shm");
    if (rc != 0) {
        llmreg_error_set(err, "cannot set %s aside: %s", path, strerror(errno));
        return LLMREG_EIO;
    }
    return LLMREG_OK;
}

/* Of two of one second the one with the higher number. */
static bool is_newer(const char *name, const char *than)
{
    const size_t time = sizeof STORE_FILE ASIDE "20261121T071543Z" - 1;
    const int order = strncmp(name, than, time);

    if (order != 0 || strlen(name) == strlen(than))
        return strcmp(name, than) > 0;
    return strlen(name) > strlen(than);
}

/* "-wal" and "-shm" have a dash behind the time. */
static bool is_aside(const char *name, const char *prefix)
{
    const size_t len = strlen(prefix);

    return strncmp(name, prefix, len) == 0 && strchr(name + len, '-') == NULL;
}

void files_newest_aside(const char *path, char out[static FILES_PATH_SIZE])
{
    char dir[FILES_PATH_SIZE], prefix[64], newest[256] = "";
    const char *slash = strrchr(path, '/');
    const struct dirent *entry;
    DIR *d;

    out[0] = '\0';
    if (slash == NULL)
        return;
    snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path);
    snprintf(prefix, sizeof prefix, "%.40s" ASIDE, slash + 1);
    d = opendir(dir);
    if (d == NULL)
        return;
    while ((entry = readdir(d)) != NULL)
        if (is_aside(entry->d_name, prefix) && is_newer(entry->d_name, newest))
            llmreg_copy_message(newest, sizeof newest, entry->d_name);
    closedir(d);
    if (newest[0] != '\0')
        files_path(out, dir, newest);
}
