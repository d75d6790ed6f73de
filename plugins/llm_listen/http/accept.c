/* SPDX-License-Identifier: MIT */
/* accept.c - the door: one thread accepts for all sockets.
 *
 * When there is no descriptor left, a connection that waits would make the
 * socket ready for ever.  A spare descriptor is given up for a moment to take
 * it and close it, so that its peer knows; then the door rests. */
#include "plugins/llm_listen/http/fds.h"
#include "plugins/llm_listen/http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 64  /* connections of a socket before the next one's turn */
#define REST_MS 100 /* without descriptors */

static void give_away(struct http_server *s, const struct listener *l, int fd,
                      const struct sockaddr_storage *address, socklen_t len)
{
    struct engine *e = &s->engines[l->engine];
    struct peer peer;
    int rc;

    peer_of(&peer, address, fd);
    rc = conns_open(&s->conns, fd, &peer, l->door,
                    llmreg_clock_now(s->setup.clock).mono_ns);
    if (rc == LLMREG_OK) {
        if (engine_add(e, fd, address, len) == LLMREG_OK)
            return;
        conns_forget(&s->conns, fd);
        report_note(&s->report, REPORT_MEMORY, "no memory for a connection");
        return;
    }
    counters_add(&s->setup.counters->rejected_full, 1);
    if (rc == LLMREG_EBUSY)
        report_note(&s->report, REPORT_ADDRESS,
                    "too many connections of %s; %zu are allowed", peer.text,
                    s->setup.limits.per_address);
    else
        report_note(&s->report, REPORT_FULL,
                    "too many connections; %zu are allowed",
                    s->setup.limits.connections);
    close(fd);
}

static void leave_the_last(struct http_server *s, int fd)
{
    counters_add(&s->setup.counters->rejected_full, 1);
    report_note(&s->report, REPORT_ACCEPT,
                "no connection is let in: the last %d descriptors are for the "
                "other plugins",
                FDS_LAST);
    close(fd);
}

static bool out_of_descriptors(void)
{
    return errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
           errno == ENOMEM;
}

/* Those that wait are told at least that they need not. */
static void turn_away(struct http_server *s, int listening)
{
    int fd = 0;

    report_note(&s->report, REPORT_ACCEPT, "cannot accept a connection: %s",
                strerror(errno));
    for (int i = 0; i < AT_ONCE && fd >= 0; i++) {
        if (s->spare >= 0)
            close(s->spare);
        fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            close(fd);
        s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
}

/* False if the door should rest. */
static bool accept_some(struct http_server *s, const struct listener *l)
{
    const int on = 1;

    for (int i = 0; i < AT_ONCE; i++) {
        struct sockaddr_storage address = {0};
        socklen_t len = sizeof address;
        int fd = accept4(l->fd, (struct sockaddr *)&address, &len,
                         SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd < 0 && out_of_descriptors()) {
            turn_away(s, l->fd);
            return false;
        }
        if (fd < 0 && (errno == EAGAIN || errno == EINVAL || errno == EBADF))
            return true;
        if (fd < 0)
            continue; /* it gave up before its turn */
        if (address.ss_family != AF_UNIX)
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fd = fds_move_up(fd);
        if (fds_is_last(fd))
            leave_the_last(s, fd);
        else
            give_away(s, l, fd, &address, len);
    }
    return true;
}

void *door_run(void *server)
{
    struct http_server *s = server;
    struct pollfd polled[LISTENERS_MAX + 1] = {{0}};
    const nfds_t count = s->listeners.count;
    bool rest = false;

    for (nfds_t i = 0; i < count; i++)
        polled[i + 1] =
            (struct pollfd){.fd = s->listeners.items[i].fd, .events = POLLIN};
    polled[0] = (struct pollfd){.fd = s->stop_door, .events = POLLIN};
    while (polled[0].revents == 0) {
        const int ready =
            poll(polled, rest ? 1 : count + 1, rest ? REST_MS : -1);

        rest = false;
        for (nfds_t i = 1; i <= count && ready > 0; i++)
            if (polled[i].revents != 0 &&
                !accept_some(s, &s->listeners.items[i - 1]))
                rest = true;
        if (ready <= 0)
            polled[0].revents = 0;
    }
    return NULL;
}
