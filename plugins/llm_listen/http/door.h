/* SPDX-License-Identifier: MIT */
/* door.h - one <Listen> block: where calls come in, and what that means.
 *
 * Threads:   values; fixed once the server runs.
 * Blocking:  never.
 * Ownership: strings are inside.
 */
#ifndef LLM_LISTEN_HTTP_DOOR_H
#define LLM_LISTEN_HTTP_DOOR_H

#include <llmreg/names.h>
#include <llmreg/status.h>

#define DOOR_PATH_SIZE 1024
#define DOOR_CIDRS_MAX 16

/* 192.0.2.0/24; IPv4 as IPv6 ::ffff:a.b.c.d with 96 more bits. */
struct cidr {
    uint8_t address[16];
    unsigned bits;
};
/* "10.0.0.0/8", "::1", ...; LLMREG_EINVAL: err names it; bits set beyond the
 * prefix are one, too. */
LLMREG_MUSTCHECK int cidr_parse(const char *text, struct cidr *out,
                                struct llmreg_error *err);
/* address: as inet_ntop writes it; false for "unix". */
bool cidr_has(const struct cidr *c, const char *address);

enum door_kind {
    DOOR_TCP,
    DOOR_UNIX,
    DOOR_SYSTEMD /* a socket that systemd opened, by its name */
};

struct http_door {
    char name[DOOR_PATH_SIZE]; /* as in <Listen "name">, for messages */
    enum door_kind kind;
    char host[LLMREG_HOST_SIZE]; /* TCP: an IP address, or "*" for both */
    uint16_t port;
    char path[DOOR_PATH_SIZE]; /* UNIX; SYSTEMD: FileDescriptorName */
    int64_t mode;              /* of the socket's file, 0660 */
    char group[64];            /* of the socket's file, "" as it comes */
    /* TLS if cert is not "" */
    char cert[DOOR_PATH_SIZE], key[DOOR_PATH_SIZE];
    char client_ca[DOOR_PATH_SIZE]; /* certificates of clients are needed */
    /* what the routes make of it */
    bool allow_plaintext;       /* no TLS though not on loopback */
    bool allow_anonymous_write; /* on loopback and unix sockets only */
    bool auto_approve;
    struct cidr agents_from[DOOR_CIDRS_MAX];
    size_t nagents_from;
};

#endif
