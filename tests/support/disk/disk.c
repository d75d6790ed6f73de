/* SPDX-License-Identifier: MIT */
/* disk.c - between the program and the C library.
 *
 * Which file a descriptor is of, the kernel is asked each time: nothing must
 * be remembered of it, whoever opened it.
 */
#include "tests/support/disk/disk.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* As in power.py. */
enum record_kind { WROTE = 1, CUT, SYNCED, RENAMED, REMOVED };

struct record {
    uint32_t kind, path_length, length, unused;
    uint64_t inode;
    int64_t offset;
};

struct what {
    enum record_kind kind;
    char path[PATH_MAX];
    uint64_t inode;
    int64_t offset;
    const void *bytes;
    size_t length;
};

static struct disk own;
static struct disk *disk = &own;
static char watched[PATH_MAX];
static int journal = -1;
/* A record is where its change is in the order of changes. */
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

void disk_watch(const char *dir)
{
    snprintf(watched, sizeof watched, "%s", dir);
}

struct disk *disk_reset(void)
{
    memset(disk, 0, sizeof *disk);
    return disk;
}

/* ---- preloaded ---- */

__attribute__((constructor)) static void begin(void)
{
    const char *dir = getenv("LLMREG_DISK_DIR");
    const char *control = getenv("LLMREG_DISK_CONTROL");
    const char *log = getenv("LLMREG_DISK_JOURNAL");
    int fd;

    if (dir != NULL)
        disk_watch(dir);
    if (log != NULL)
        journal = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (control == NULL)
        return;
    fd = open(control, O_RDWR | O_CLOEXEC);
    void *shared =
        mmap(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED)
        disk = shared;
    close(fd);
}

/* ---- which file ---- */

static bool is_watched(const char *path)
{
    const size_t length = strlen(watched);

    return length > 0 && strncmp(path, watched, length) == 0 &&
           (path[length] == '/' || path[length] == '\0');
}

static bool find(struct what *w, int fd)
{
    char link[64];
    struct stat st;

    if (watched[0] == '\0' || fstat(fd, &st) != 0 ||
        !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(link, w->path, sizeof w->path - 1);
    w->path[n > 0 ? n : 0] = '\0';
    w->inode = st.st_ino;
    return is_watched(w->path);
}

/* ---- what becomes of it ---- */

static void write_down(const struct what *w)
{
    const size_t path_length = strlen(w->path);
    struct record record = {
        .kind = w->kind,
        .path_length = (uint32_t)path_length,
        .length = (uint32_t)w->length,
        .inode = w->inode,
        .offset = w->offset,
    };
    struct iovec parts[3] = {
        {&record, sizeof record},
        {(void *)(uintptr_t)w->path, path_length},
        {(void *)(uintptr_t)w->bytes, w->length},
    };

    if (journal >= 0 && writev(journal, parts, 3) < 0)
        raise(SIGKILL); /* a journal with a hole in it proves nothing */
}

/* True if this is the change that the process does not survive. */
static bool is_last(void)
{
    const int64_t n = __atomic_add_fetch(&disk->changes, 1, __ATOMIC_SEQ_CST);

    return n == disk->kill_at;
}

static bool refuse(int64_t why)
{
    if (why == 0)
        return false;
    errno = (int)why;
    return true;
}

/* ---- the functions ---- */

static ssize_t write_at(int fd, const void *bytes, size_t n, int64_t offset)
{
    return syscall(SYS_pwrite64, fd, bytes, n, offset);
}

/* Half of it, and then nothing more. */
static void tear(int fd, const void *bytes, size_t n, int64_t offset)
{
    (void)!write_at(fd, bytes, n / 2, offset);
    raise(SIGKILL);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
    struct what w = {
        .kind = WROTE, .offset = offset, .bytes = bytes, .length = n};

    if (!find(&w, fd))
        return write_at(fd, bytes, n, offset);
    if (refuse(disk->write_errno))
        return -1;
    if (is_last())
        tear(fd, bytes, n, offset);
    pthread_mutex_lock(&order);
    const ssize_t done = write_at(fd, bytes, n, offset);
    w.length = done > 0 ? (size_t)done : 0;
    write_down(&w);
    pthread_mutex_unlock(&order);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
    return pwrite64(fd, bytes, n, offset);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    struct what w = {.kind = WROTE};
    struct stat st;

    if (!find(&w, fd))
        return syscall(SYS_write, fd, bytes, n);
    const int flags = fcntl(fd, F_GETFL);
    off_t at = lseek(fd, 0, SEEK_CUR);
    if ((flags & O_APPEND) != 0 && fstat(fd, &st) == 0)
        at = st.st_size;
    if (refuse(disk->write_errno))
        return -1;
    if (is_last()) {
        (void)!syscall(SYS_write, fd, bytes, n / 2);
        raise(SIGKILL);
    }
    pthread_mutex_lock(&order);
    const ssize_t done = syscall(SYS_write, fd, bytes, n);
    w.offset = at;
    w.bytes = bytes;
    w.length = done > 0 ? (size_t)done : 0;
    write_down(&w);
    pthread_mutex_unlock(&order);
    return done;
}

int ftruncate64(int fd, off64_t size)
{
    struct what w = {.kind = CUT, .offset = size};

    if (!find(&w, fd))
        return (int)syscall(SYS_ftruncate, fd, size);
    if (is_last())
        raise(SIGKILL);
    pthread_mutex_lock(&order);
    const int rc = (int)syscall(SYS_ftruncate, fd, size);
    if (rc == 0)
        write_down(&w);
    pthread_mutex_unlock(&order);
    return rc;
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t size)
{
    struct what w;

    if (find(&w, fd) && refuse(disk->write_errno))
        return -1;
    return (int)syscall(SYS_fallocate, fd, mode, offset, size);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    return fallocate64(fd, mode, offset, size);
}

static void delay(int64_t us)
{
    const struct timespec pause = {us / 1000000, us % 1000000 * 1000};

    if (us > 0)
        nanosleep(&pause, NULL);
}

static int sync_it(int fd, long number)
{
    struct what w = {.kind = SYNCED};

    if (!find(&w, fd))
        return (int)syscall(number, fd);
    if (is_last())
        raise(SIGKILL);
    __atomic_add_fetch(&disk->syncs, 1, __ATOMIC_SEQ_CST);
    delay(disk->sync_delay_us);
    if (refuse(disk->sync_errno))
        return -1;
    if (journal < 0)
        return disk->sync_nothing ? 0 : (int)syscall(number, fd);
    pthread_mutex_lock(&order);
    write_down(&w);
    pthread_mutex_unlock(&order);
    return 0;
}

int fdatasync(int fd)
{
    return sync_it(fd, SYS_fdatasync);
}

int fsync(int fd)
{
    return sync_it(fd, SYS_fsync);
}

static int move(const char *from, const char *to, unsigned flags)
{
    struct what w = {.kind = RENAMED, .bytes = to, .length = strlen(to)};

    if (!is_watched(from))
        return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
    snprintf(w.path, sizeof w.path, "%s", from);
    if (is_last())
        raise(SIGKILL);
    pthread_mutex_lock(&order);
    const int rc =
        (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
    if (rc == 0)
        write_down(&w);
    pthread_mutex_unlock(&order);
    return rc;
}

int rename(const char *from, const char *to)
{
    return move(from, to, 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to,
              unsigned flags)
{
    if (from_dir != AT_FDCWD || to_dir != AT_FDCWD)
        return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
    return move(from, to, flags);
}

int unlink(const char *path)
{
    struct what w = {.kind = REMOVED};

    if (!is_watched(path))
        return (int)syscall(SYS_unlink, path);
    snprintf(w.path, sizeof w.path, "%s", path);
    if (is_last())
        raise(SIGKILL);
    pthread_mutex_lock(&order);
    const int rc = (int)syscall(SYS_unlink, path);
    if (rc == 0)
        write_down(&w);
    pthread_mutex_unlock(&order);
    return rc;
}
