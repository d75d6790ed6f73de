/* SPDX-License-Identifier: MIT */
/* listen_unix.c - a socket in the file system.
 *
 * A file that is in the way is removed only if it is a socket at which nobody
 * answers: left behind by a process that was killed.  Nobody can connect
 * before listen, so mode and group are as wanted from the first connection
 * on. */
#include "plugins/llm_listen/http/listen.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG       1024
#define GROUP_ENTRIES 16384

static int fail(const struct http_door *door, const char *what,
                struct llmreg_error *err)
{
    llmreg_error_set(err, "Listen \"%s\": %s: %s: %s", door->name, door->path,
                     what, strerror(errno));
    return LLMREG_EIO;
}

static int new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* True if nobody listens at it (any more). */
static bool is_stale(const struct sockaddr_un *address)
{
    const int fd = new_socket();
    bool stale = false;

    if (fd < 0)
        return false;
    stale =
        connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
        errno == ECONNREFUSED;
    close(fd);
    return stale;
}

static int clear_way(const struct http_door *door,
                     const struct sockaddr_un *address,
                     struct llmreg_error *err)
{
    struct stat file;

    if (lstat(door->path, &file) != 0)
        return errno == ENOENT ? LLMREG_OK : fail(door, "lstat", err);
    if (!S_ISSOCK(file.st_mode)) {
        llmreg_error_set(err, "Listen \"%s\": %s is there and is no socket",
                         door->name, door->path);
        return LLMREG_EINVAL;
    }
    if (!is_stale(address)) {
        llmreg_error_set(err, "Listen \"%s\": somebody listens at %s",
                         door->name, door->path);
        return LLMREG_EIO;
    }
    return unlink(door->path) == 0 ? LLMREG_OK : fail(door, "unlink", err);
}

static int set_group(const struct http_door *door, struct llmreg_error *err)
{
    char entries[GROUP_ENTRIES];
    struct group group;
    struct group *found = NULL;

    if (door->group[0] == '\0')
        return LLMREG_OK;
    if (getgrnam_r(door->group, &group, entries, sizeof entries, &found) != 0 ||
        found == NULL) {
        llmreg_error_set(err, "Listen \"%s\": there is no group %s", door->name,
                         door->group);
        return LLMREG_EINVAL;
    }
    return lchown(door->path, (uid_t)-1, found->gr_gid) == 0
               ? LLMREG_OK
               : fail(door, "chown", err);
}

/* Between bind and listen. */
static int set_rights(struct listener *item, struct llmreg_error *err)
{
    const struct http_door *door = item->door;
    int rc;

    if (lstat(door->path, &item->file) != 0)
        return fail(door, "lstat", err);
    item->made = true;
    rc = set_group(door, err);
    if (rc != LLMREG_OK)
        return rc;
    if (chmod(door->path, (mode_t)door->mode) != 0)
        return fail(door, "chmod", err);
    return listen(item->fd, BACKLOG) == 0 ? LLMREG_OK
                                          : fail(door, "listen", err);
}

int listen_unix(struct listeners *l, const struct http_door *door,
                struct llmreg_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const size_t len = strlen(door->path);
    int fd;
    int rc;

    if (len == 0 || len >= sizeof address.sun_path) {
        llmreg_error_set(err,
                         "Listen \"%s\": a path of %zu bytes; 1 to %zu are "
                         "possible",
                         door->name, len, sizeof address.sun_path - 1);
        return LLMREG_EINVAL;
    }
    memcpy(address.sun_path, door->path, len);
    rc = clear_way(door, &address, err);
    if (rc != LLMREG_OK)
        return rc;
    fd = new_socket();
    if (fd < 0)
        return fail(door, "socket", err);
    rc = listeners_add(l, door, fd, err);
    if (rc != LLMREG_OK)
        return rc;
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return fail(door, "bind", err);
    return set_rights(&l->items[l->count - 1], err);
}
