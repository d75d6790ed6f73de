/* SPDX-License-Identifier: MIT */
/* listen_tcp.c - TCP; "*" is a socket for IPv6 and one for IPv4, so that each
 * is what it says, whatever the system's bindv6only. */
#include "plugins/llm_listen/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

static bool set_address(union address *out, const char *host, uint16_t port)
{
    *out = (union address){0};
    if (inet_pton(AF_INET, host, &out->four.sin_addr) == 1) {
        out->four.sin_family = AF_INET;
        out->four.sin_port = htons(port);
        return true;
    }
    if (inet_pton(AF_INET6, host, &out->six.sin6_addr) != 1)
        return false;
    out->six.sin6_family = AF_INET6;
    out->six.sin6_port = htons(port);
    return true;
}

static bool bind_it(int fd, const union address *address)
{
    const int on = 1;
    const bool six = address->any.sa_family == AF_INET6;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (six)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    return bind(fd, &address->any,
                six ? sizeof address->six : sizeof address->four) == 0 &&
           listen(fd, BACKLOG) == 0;
}

static int open_one(struct listeners *l, const struct http_door *door,
                    const char *host, uint16_t port, struct llmreg_error *err)
{
    union address address;
    int fd;

    if (!set_address(&address, host, port)) {
        llmreg_error_set(err, "Listen \"%s\": %s is no IP address and not *",
                         door->name, host);
        return LLMREG_EINVAL;
    }
    fd = socket(address.any.sa_family,
                SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && bind_it(fd, &address))
        return listeners_add(l, door, fd, err);
    llmreg_error_set(err, "Listen \"%s\": %s port %u: %s", door->name, host,
                     port, strerror(errno));
    if (fd >= 0)
        close(fd);
    return LLMREG_EIO;
}

uint16_t listener_port(int fd)
{
    union address address = {0};
    socklen_t len = sizeof address;

    if (getsockname(fd, &address.any, &len) != 0)
        return 0;
    if (address.any.sa_family == AF_INET)
        return ntohs(address.four.sin_port);
    return address.any.sa_family == AF_INET6 ? ntohs(address.six.sin6_port) : 0;
}

/* A kernel without IPv6 has only the other one. */
static bool has_ipv6(void)
{
    const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int listen_tcp(struct listeners *l, const struct http_door *door,
               struct llmreg_error *err)
{
    uint16_t port = door->port;
    int rc;

    if (strcmp(door->host, "*") != 0)
        return open_one(l, door, door->host, port, err);
    rc = open_one(l, door, "0.0.0.0", port, err);
    if (rc != LLMREG_OK || !has_ipv6())
        return rc;
    if (port == 0)
        port = listener_port(l->items[l->count - 1].fd);
    return open_one(l, door, "::", port, err);
}
