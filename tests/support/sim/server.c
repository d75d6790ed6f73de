/* SPDX-License-Identifier: MIT */
/* server.c - listeners: one a server, or one for all of 127/8.
 *
 * With one a server, a dead server refuses as a dead process does.  With one
 * for all, the address that a connection was made to names the server, and
 * all that a dead one can do is to reset.
 */
#include "tests/support/sim/sim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIXED 6 /* profiles in the mixture; those after it only by number */

static uint32_t address_of(const struct sim *s, size_t server)
{
    return s->options->first + (s->options->ports ? 0 : (uint32_t)server);
}

static uint16_t port_of(const struct sim *s, size_t server)
{
    return (uint16_t)(s->options->port + (s->options->ports ? server : 0));
}

void sim_name(const struct sim *s, size_t server, char out[static 32])
{
    uint32_t a = address_of(s, server);

    snprintf(out, 32, "%u.%u.%u.%u:%u", a >> 24, a >> 16 & 255, a >> 8 & 255,
             a & 255, port_of(s, server));
}

static int listen_on(uint32_t address, uint16_t port)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(port),
                               .sin_addr.s_addr = htonl(address)};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&name, sizeof name) == 0 &&
        listen(fd, 4096) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool open_one(struct sim *s, size_t i)
{
    struct server *server = &s->servers[i];

    server->fd = listen_on(address_of(s, i), port_of(s, i));
    return server->fd >= 0 &&
           sim_watch(s, server->fd, TOPIC_LISTENER, (uint32_t)i, false);
}

static void prepare_all(struct sim *s)
{
    const struct options *o = s->options;
    size_t kinds = s->nprofiles < MIXED ? s->nprofiles : MIXED;

    for (size_t i = 0; i < s->nservers; i++) {
        size_t kind = i % kinds;
        bool silent = (i + 1) * o->silent / 100 != i * o->silent / 100;

        if (o->profile >= 0)
            kind = (size_t)o->profile % s->nprofiles;
        s->servers[i].fd = -1;
        s->servers[i].profile = &s->profiles[kind];
        s->servers[i].slow_ms = o->delay_ms;
        s->servers[i].mode = silent ? MODE_HANG : MODE_UP;
    }
}

bool server_open_all(struct sim *s)
{
    char name[32];

    prepare_all(s);
    if (s->options->shared) {
        s->shared = listen_on(INADDR_ANY, s->options->port);
        if (s->shared >= 0)
            return sim_watch(s, s->shared, TOPIC_SHARED, 0, false);
        fprintf(stderr, "llmreg-sim: port %u: %s\n", s->options->port,
                strerror(errno));
        return false;
    }
    for (size_t i = 0; i < s->nservers; i++) {
        if (open_one(s, i))
            continue;
        sim_name(s, i, name);
        fprintf(stderr, "llmreg-sim: %s: %s\n", name, strerror(errno));
        return false;
    }
    return true;
}

void server_close_all(struct sim *s)
{
    for (size_t i = 0; i < s->nservers; i++) {
        if (s->servers[i].profile != NULL && s->servers[i].fd >= 0)
            close(s->servers[i].fd);
        server_reset_models(s, i);
    }
    if (s->shared >= 0)
        close(s->shared);
}

/* The server a connection was made to; nservers if it is none of ours. */
static size_t server_called(const struct sim *s, int fd)
{
    struct sockaddr_in name;
    socklen_t len = sizeof name;
    uint32_t place;

    if (getsockname(fd, (struct sockaddr *)&name, &len) != 0)
        return s->nservers;
    place = ntohl(name.sin_addr.s_addr) - s->options->first;
    return place < s->nservers ? place : s->nservers;
}

static void reset(int fd)
{
    struct linger hard = {1, 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(fd);
}

void server_accept(struct sim *s, int listener, uint32_t server, bool shared)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        size_t called = server;

        if (fd < 0)
            return;
        if (shared)
            called = server_called(s, fd);
        if (called == s->nservers || s->servers[called].mode == MODE_DOWN)
            reset(fd);
        else
            conn_open(s, fd, called);
    }
}

bool server_set_mode(struct sim *s, size_t server, enum mode mode)
{
    struct server *one = &s->servers[server];

    one->mode = mode;
    if (mode == MODE_DOWN) {
        if (one->fd >= 0)
            close(one->fd);
        one->fd = -1;
        conn_close_of(s, server);
        return true;
    }
    if (s->shared >= 0 || one->fd >= 0)
        return true;
    if (open_one(s, server))
        return true;
    one->mode = MODE_DOWN;
    return false;
}

bool server_add_model(struct sim *s, size_t server, const char *name)
{
    struct server *one = &s->servers[server];

    if (one->tags_body == NULL)
        one->tags_body = strdup(one->profile->tags);
    return one->tags_body != NULL &&
           answers_add_model(&one->tags, &one->tags_body, name);
}

void server_reset_models(struct sim *s, size_t server)
{
    struct server *one = &s->servers[server];

    free(one->tags.tail);
    free(one->tags_body);
    one->tags = (struct answer){0};
    one->tags_body = NULL;
}

const struct answer *server_answer(const struct sim *s, size_t server,
                                   enum route route)
{
    const struct server *one = &s->servers[server];

    if (route == ROUTE_TAGS && one->tags.tail != NULL)
        return &one->tags;
    return &one->profile->answers[route];
}
