/* SPDX-License-Identifier: MIT */
/* reqlog.c - formats by hand, because it runs thousands of times a second. */
#include "tests/support/sim/reqlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 64

bool reqlog_open(struct reqlog *log, const char *path)
{
    log->fd = -1;
    log->len = 0;
    if (path == NULL)
        return true;
    log->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (log->fd < 0)
        fprintf(stderr, "llmreg-sim: %s: %s\n", path, strerror(errno));
    return log->fd >= 0;
}

static void add_number(struct reqlog *log, uint64_t n)
{
    char digits[20];
    size_t used = 0;

    do {
        digits[used++] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    while (used > 0)
        log->buffer[log->len++] = digits[--used];
}

void reqlog_add(struct reqlog *log, int64_t ns, size_t server,
                const char *route)
{
    size_t len = strlen(route);

    if (log->fd < 0)
        return;
    if (log->len + LINE_MAX_BYTES > sizeof log->buffer)
        reqlog_flush(log);
    add_number(log, (uint64_t)ns);
    log->buffer[log->len++] = ' ';
    add_number(log, server);
    log->buffer[log->len++] = ' ';
    memcpy(log->buffer + log->len, route, len);
    log->len += len;
    log->buffer[log->len++] = '\n';
}

void reqlog_flush(struct reqlog *log)
{
    size_t done = 0;

    while (log->fd >= 0 && done < log->len) {
        ssize_t n = write(log->fd, log->buffer + done, log->len - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    log->len = 0;
}

void reqlog_close(struct reqlog *log)
{
    reqlog_flush(log);
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
}
