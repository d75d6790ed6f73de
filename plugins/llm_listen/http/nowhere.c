/* SPDX-License-Identifier: MIT */
/* nowhere.c - a listening socket that nobody can reach.
 *
 * The library wants one, or it has no pool of workers.  This one has a name
 * for a moment, in a directory that only we can enter. */
#include "plugins/llm_listen/http/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int bind_in(const char *dir, int fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int rc = LLMREG_EIO;

    if (snprintf(address.sun_path, sizeof address.sun_path, "%s/none", dir) >=
        (int)sizeof address.sun_path)
        return LLMREG_ETOOBIG;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        rc = listen(fd, 1) == 0 ? LLMREG_OK : LLMREG_EIO;
        unlink(address.sun_path);
    }
    return rc;
}

static int bind_nowhere(int fd)
{
    static const char *const places[] = {"/tmp", "/run", "/var/tmp"};
    int rc = LLMREG_EIO;

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char dir[64];

        snprintf(dir, sizeof dir, "%s/llmreg-XXXXXX", places[i]);
        if (mkdtemp(dir) == NULL)
            continue;
        rc = bind_in(dir, fd);
        rmdir(dir);
        if (rc == LLMREG_OK)
            break;
    }
    return rc;
}

int nowhere_socket(struct llmreg_error *err)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && bind_nowhere(fd) == LLMREG_OK)
        return fd;
    llmreg_error_set(err, "no private socket for the HTTP engine: %s",
                     strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}
