/* SPDX-License-Identifier: MIT */
/* desk_socket.c - see desk_socket.h. */
#include "tests/support/desk_socket.h"

#include "plugins/llm_listen/api/feed.h"
#include "tests/support/json_find.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

void peer_open(struct peer *p, struct desk *d, const char *who,
               const char *what)
{
    desk_header(d, "Upgrade", "websocket");
    *p = (struct peer){.desk = d, .call = desk_begin(d, who, what, NULL)};
    ck_assert_msg(fake_http_status(p->call) == 101, "%s: %u %s", who,
                  fake_http_status(p->call), fake_http_body(p->call));
    d->call = NULL;
}

void peer_close(struct peer *p, unsigned code)
{
    if (p->call == NULL)
        return;
    fake_socket_leave(p->call, code);
    fake_http_end(p->call);
    p->call = NULL;
}

bool peer_next(struct peer *p)
{
    const char *next = fake_socket_next(p->call);

    if (next == NULL)
        return false;
    ck_assert_uint_lt(strlen(next), sizeof p->said);
    snprintf(p->said, sizeof p->said, "%s", next);
    return true;
}

void peer_await(struct peer *p)
{
    struct api *api = p->desk->api;

    for (int ms = 0; ms < 10000; ms++) {
        if (feed_last(api->feed) == llmreg_bus_last(api->bus))
            break;
        poll(NULL, 0, 1);
    }
    ck_assert_uint_eq(feed_last(api->feed), llmreg_bus_last(api->bus));
}

bool peer_hear(struct peer *p)
{
    peer_await(p);
    fake_socket_news(p->call);
    return peer_next(p);
}

const char *peer_nth(struct peer *p, const char *path, size_t n)
{
    const char *value = json_find(p->said, path, n);

    return value == NULL ? "" : value;
}

const char *peer_get(struct peer *p, const char *path)
{
    return peer_nth(p, path, 0);
}

void peer_expect(struct peer *p, const char *path, const char *value)
{
    ck_assert_msg(strcmp(peer_get(p, path), value) == 0, "%s is no %s: %s",
                  path, value, p->said);
}
