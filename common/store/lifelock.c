/* SPDX-License-Identifier: MIT */
/* lifelock.c - takes the lock, and if that fails says who has it.
 *
 * The file is never removed: whoever removes a lock file may remove the one
 * that somebody else has just locked.
 */
#include "common/store/lifelock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <llmreg/clock.h>
#include <llmreg/text.h>

#define LINE_SIZE 200

void lifelock_init(struct lifelock *lock, const char *path)
{
    lock->fd = -1;
    llmreg_copy_message(lock->path, sizeof lock->path, path);
}

/* The two lines of whoever holds the lock; "" where one is missing. */
static void read_holder(int fd, char pid[static LINE_SIZE],
                        char since[static LINE_SIZE])
{
    char both[2 * LINE_SIZE] = "";
    ssize_t n = pread(fd, both, sizeof both - 1, 0);
    char *second;

    both[n > 0 ? n : 0] = '\0';
    second = strchr(both, '\n');
    if (second != NULL)
        *second++ = '\0';
    else
        second = both + strlen(both);
    second[strcspn(second, "\n")] = '\0';
    llmreg_copy_message(pid, LINE_SIZE, both);
    llmreg_copy_message(since, LINE_SIZE, second);
}

/* What the system says that the process runs now; "?" if it does not. */
static void read_command(const char *pid, char out[static LINE_SIZE])
{
    char path[LINE_SIZE + 16];
    FILE *f;

    llmreg_copy_message(out, LINE_SIZE, "?");
    if (pid[0] == '\0' || pid[strspn(pid, "0123456789")] != '\0')
        return;
    snprintf(path, sizeof path, "/proc/%s/comm", pid);
    f = fopen(path, "re");
    if (f == NULL)
        return;
    if (fgets(out, LINE_SIZE, f) == NULL)
        llmreg_copy_message(out, LINE_SIZE, "?");
    out[strcspn(out, "\n")] = '\0';
    fclose(f);
}

static void name_holder(int fd, const char *path, struct llmreg_error *err)
{
    char pid[LINE_SIZE], since[LINE_SIZE], command[LINE_SIZE];

    read_holder(fd, pid, since);
    read_command(pid, command);
    llmreg_error_set(err, "%s is held by process %s (%s): %s", path,
                     pid[0] != '\0' ? pid : "?", command,
                     since[0] != '\0' ? since : "it does not say since when");
}

static void write_holder(int fd, int64_t wall_ms)
{
    char text[LINE_SIZE], time[LLMREG_TIME_SIZE];
    struct llmreg_text t;

    llmreg_time_format(time, wall_ms);
    llmreg_text_init(&t, text, sizeof text);
    llmreg_text_addf(&t, "%ld\n%.60s since %s\n", (long)getpid(),
                     program_invocation_short_name, time);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, t.data, t.len, 0) < 0)
        return; /* a full disk; the lock does not depend on it */
}

static int lock_file(int fd, const char *path, struct llmreg_error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
        return LLMREG_OK;
    if (errno == EAGAIN || errno == EACCES) {
        name_holder(fd, path, err);
        return LLMREG_ELOCKED;
    }
    llmreg_error_set(err, "cannot lock %s: %s", path, strerror(errno));
    return LLMREG_EIO;
}

int lifelock_take(struct lifelock *lock, int64_t wall_ms,
                  struct llmreg_error *err)
{
    int rc;
    int fd;

    if (lock->fd >= 0)
        return LLMREG_OK;
    fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        const int system = errno;

        llmreg_error_set(err, "cannot open %s: %s", lock->path,
                         strerror(system));
        return system == ENOSPC ? LLMREG_ENOSPACE : LLMREG_EIO;
    }
    rc = lock_file(fd, lock->path, err);
    if (rc != LLMREG_OK) {
        close(fd);
        return rc;
    }
    write_holder(fd, wall_ms);
    lock->fd = fd;
    return LLMREG_OK;
}

bool lifelock_valid(const struct lifelock *lock)
{
    struct stat held, there;

    return lock->fd >= 0 && fstat(lock->fd, &held) == 0 &&
           stat(lock->path, &there) == 0 && held.st_dev == there.st_dev &&
           held.st_ino == there.st_ino;
}

void lifelock_release(struct lifelock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = -1;
}
