/* SPDX-License-Identifier: MIT */
/* desk_socket.h - a WebSocket to a desk (desk.h), of which a test may have
 * several; the desk may be asked other things meanwhile.
 *
 *     struct peer p;
 *     peer_open(&p, &d, "reader", "GET /ws/dashboard");
 *     peer_hear(&p);
 *     peer_expect(&p, "type", "snapshot");
 *     peer_close(&p, 1000);
 */
#ifndef LLMREG_TEST_DESK_SOCKET_H
#define LLMREG_TEST_DESK_SOCKET_H

#include "tests/support/desk.h"

struct peer {
    struct desk *desk;
    struct http_call *call; /* NULL: closed */
    char said[65536];       /* by the hub, last; "" at first */
};

/* Must be answered with 101. */
void peer_open(struct peer *p, struct desk *d, const char *who,
               const char *what);
/* The peer closes it; 0: it breaks.  Fine if it is closed. */
void peer_close(struct peer *p, unsigned code);
/* Takes what the hub said next; false: nothing, and said stays. */
bool peer_next(struct peer *p);
/* Lets the feed see every event. */
void peer_await(struct peer *p);
/* The same, and the socket its news; peer_next is all that
 * came of it.  False: nothing. */
bool peer_hear(struct peer *p);
/* The value at that path of what was said last; "": none. */
const char *peer_get(struct peer *p, const char *path);
const char *peer_nth(struct peer *p, const char *path, size_t n);
void peer_expect(struct peer *p, const char *path, const char *value);

#endif
