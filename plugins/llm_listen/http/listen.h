/* SPDX-License-Identifier: MIT */
/* listen.h - the sockets of the doors, opened all or none.
 *
 * Threads:   one thread at a time.
 * Blocking:  no; looking whether somebody answers at a unix socket is local.
 * Ownership: doors are lent until close.
 */
#ifndef LLM_LISTEN_HTTP_LISTEN_H
#define LLM_LISTEN_HTTP_LISTEN_H

#include <sys/stat.h>

#include "plugins/llm_listen/http/door.h"

#define LISTENERS_MAX 64

struct listener {
    const struct http_door *door;
    int fd;
    size_t engine;    /* who serves what comes in here */
    bool made;        /* there is a file of ours: door->path */
    struct stat file; /* it */
};

struct listeners {
    struct listener items[LISTENERS_MAX];
    size_t count;
};

/* LLMREG_EIO, LLMREG_EINVAL: err names the door; nothing is open. */
LLMREG_MUSTCHECK int listeners_open(struct listeners *l,
                                    const struct http_door *doors,
                                    size_t ndoors, struct llmreg_error *err);
void listeners_close(struct listeners *l);

/* One door's, appended to l; for listen.c. */
LLMREG_MUSTCHECK int listen_tcp(struct listeners *l,
                                const struct http_door *door,
                                struct llmreg_error *err);
LLMREG_MUSTCHECK int listen_unix(struct listeners *l,
                                 const struct http_door *door,
                                 struct llmreg_error *err);
LLMREG_MUSTCHECK int listen_systemd(struct listeners *l,
                                    const struct http_door *door,
                                    struct llmreg_error *err);
/* LLMREG_EFULL: too many; the descriptor is closed. */
LLMREG_MUSTCHECK int listeners_add(struct listeners *l,
                                   const struct http_door *door, int fd,
                                   struct llmreg_error *err);
uint16_t listener_port(int fd); /* 0: not TCP */

#endif
