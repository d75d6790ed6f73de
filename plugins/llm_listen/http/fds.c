/* SPDX-License-Identifier: MIT */
/* fds.c - moves descriptors up, and tells which are the last ones. */
#include "plugins/llm_listen/http/fds.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

int fds_move_up(int fd)
{
    int moved;

    if (fd >= FDS_HIGH)
        return fd;
    moved = fcntl(fd, F_DUPFD_CLOEXEC, FDS_HIGH);
    if (moved < 0)
        return fd;
    close(fd);
    return moved;
}

bool fds_is_last(int fd)
{
    struct rlimit limit;
    rlim_t end = FDS_HIGH;

    if (fd >= FDS_HIGH || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    if (limit.rlim_cur < end)
        end = limit.rlim_cur;
    return (rlim_t)fd + FDS_LAST >= end;
}

bool fds_are_few(int fd)
{
    const int next = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    const bool few = next < 0 || fds_is_last(next);

    if (next >= 0)
        close(next);
    return few;
}
