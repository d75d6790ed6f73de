/* SPDX-License-Identifier: MIT */
/* peer.h - who is at the other end of a connection.
 *
 * The key is what limits count by: an IPv4 address, the /64 of an IPv6
 * address.  Peers on a unix socket have none.
 *
 * Threads:   pure, but for peer_of, which asks the kernel.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLM_LISTEN_HTTP_PEER_H
#define LLM_LISTEN_HTTP_PEER_H

#include <sys/socket.h>

#include <llmreg/status.h>

#define PEER_TEXT 46

struct peer {
    char text[PEER_TEXT]; /* IP address, or "unix" */
    bool local;           /* on this machine */
    bool is_unix;
    uint64_t key;     /* equal for those who share a limit */
    int64_t unix_uid; /* -1: not known */
};

/* address: as accept gave it; of another family, it is as from a unix
 * socket. */
void peer_of_address(struct peer *out, const struct sockaddr_storage *address);
/* And asks for the user at the other end of a unix socket. */
void peer_of(struct peer *out, const struct sockaddr_storage *address, int fd);

#endif
