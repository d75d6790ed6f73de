/* SPDX-License-Identifier: MIT */
/* reqlog.h - one line a request, written in blocks: nanoseconds of the
 * monotonic clock, number of the server, name of the route. */
#ifndef SIM_REQLOG_H
#define SIM_REQLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reqlog {
    int fd; /* -1: no log */
    size_t len;
    char buffer[1 << 16];
};

bool reqlog_open(struct reqlog *log, const char *path); /* NULL: no log */
void reqlog_add(struct reqlog *log, int64_t ns, size_t server,
                const char *route);
void reqlog_flush(struct reqlog *log);
void reqlog_close(struct reqlog *log);

#endif
