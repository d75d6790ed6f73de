/* SPDX-License-Identifier: MIT */
/* listen_systemd.c - sockets that systemd opened before it started us.
 *
 * They are descriptors 3, 4, ... whose names LISTEN_FDNAMES has; a door takes
 * all that have its name.  We serve on duplicates and leave the originals
 * open, so that a server that is stopped can be started again.  The
 * environment is the daemon's, and is left as it is. */
#include "plugins/llm_listen/http/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <llmreg/text.h>

#define FIRST_FD 3
#define FDS_MOST 1024
#define NAMELESS "unknown" /* what systemd calls those without a name */

static int64_t number_of(const char *variable)
{
    const char *text = secure_getenv(variable);
    int64_t n = 0;

    if (text == NULL ||
        llmreg_parse_int(text, strlen(text), 0, INT32_MAX, &n) != LLMREG_OK)
        return 0;
    return n;
}

/* The length of the next name; *names is moved behind it. */
static size_t next_name(const char **names, const char **out)
{
    const char *end = strchrnul(*names, ':');

    *out = *names;
    *names = *end == ':' ? end + 1 : end;
    return (size_t)(end - *out);
}

static bool is_listening(int fd)
{
    int on = 0;
    int type = 0;
    socklen_t len = sizeof on;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 &&
           on != 0 && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
           type == SOCK_STREAM;
}

static int take(struct listeners *l, const struct http_door *door, int fd,
                struct llmreg_error *err)
{
    int own;

    fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (!is_listening(fd)) {
        llmreg_error_set(err,
                         "Listen \"%s\": descriptor %d of systemd is no "
                         "listening stream socket",
                         door->name, fd);
        return LLMREG_EINVAL;
    }
    own = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
    if (own < 0 || fcntl(own, F_SETFL, O_NONBLOCK) != 0) {
        llmreg_error_set(err, "Listen \"%s\": %s", door->name, strerror(errno));
        if (own >= 0)
            close(own);
        return LLMREG_EIO;
    }
    return listeners_add(l, door, own, err);
}

int listen_systemd(struct listeners *l, const struct http_door *door,
                   struct llmreg_error *err)
{
    const int64_t count =
        number_of("LISTEN_PID") == getpid() ? number_of("LISTEN_FDS") : 0;
    const char *names = secure_getenv("LISTEN_FDNAMES");
    const size_t before = l->count;
    int rc = LLMREG_OK;

    for (int i = 0; i < count && i < FDS_MOST && rc == LLMREG_OK; i++) {
        const char *name = NAMELESS;
        size_t len = sizeof NAMELESS - 1;

        if (names != NULL)
            len = next_name(&names, &name);
        if (len == strlen(door->path) && memcmp(name, door->path, len) == 0)
            rc = take(l, door, FIRST_FD + i, err);
    }
    if (rc != LLMREG_OK || l->count > before)
        return rc;
    llmreg_error_set(err,
                     "Listen \"%s\": systemd gave no socket that is called %s",
                     door->name, door->path);
    return LLMREG_EINVAL;
}
