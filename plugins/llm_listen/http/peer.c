/* SPDX-License-Identifier: MIT */
/* peer.c - addresses as text and as the key of a limit.  An IPv4 address that
 * came through an IPv6 socket is an IPv4 address. */
#include "plugins/llm_listen/http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* No /64 of the Internet: 0000 to 0003 are reserved. */
#define KEY_IPV4 (UINT64_C(1) << 48)

static void set_ipv4(struct peer *out, const struct in_addr *address)
{
    const uint32_t bits = ntohl(address->s_addr);

    inet_ntop(AF_INET, address, out->text, sizeof out->text);
    out->local = bits >> 24 == 127;
    out->key = KEY_IPV4 | bits;
}

static void set_ipv6(struct peer *out, const struct in6_addr *address)
{
    struct in_addr inner;

    if (IN6_IS_ADDR_V4MAPPED(address)) {
        memcpy(&inner, &address->s6_addr[12], sizeof inner);
        set_ipv4(out, &inner);
        return;
    }
    inet_ntop(AF_INET6, address, out->text, sizeof out->text);
    out->local = IN6_IS_ADDR_LOOPBACK(address);
    for (size_t i = 0; i < 8; i++)
        out->key = out->key << 8 | address->s6_addr[i];
}

void peer_of_address(struct peer *out, const struct sockaddr_storage *address)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    *out = (struct peer){.text = "unix", .unix_uid = -1};
    if (address->ss_family == AF_INET) {
        memcpy(&four, address, sizeof four);
        set_ipv4(out, &four.sin_addr);
    } else if (address->ss_family == AF_INET6) {
        memcpy(&six, address, sizeof six);
        set_ipv6(out, &six.sin6_addr);
    } else {
        out->is_unix = true;
        out->local = true;
    }
}

void peer_of(struct peer *out, const struct sockaddr_storage *address, int fd)
{
    struct ucred user;
    socklen_t len = sizeof user;

    peer_of_address(out, address);
    if (out->is_unix &&
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &user, &len) == 0)
        out->unix_uid = user.uid;
}
