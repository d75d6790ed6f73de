/* SPDX-License-Identifier: MIT */
/* handshake.h - does this header ask for a WebSocket?  Values in, verdict out.
 *
 * It is a GET of HTTP/1.1 with Upgrade, Connection, a version and a key (RFC
 * 6455, 4.2.1).  What the client offers beyond that (extensions, protocols) is
 * not taken, as it may be.
 *
 * Threads:   pure; any thread.
 * Blocking:  never.
 * Ownership: all that is lent stays the caller's; what is returned is static.
 */
#ifndef LLM_LISTEN_HTTP_HANDSHAKE_H
#define LLM_LISTEN_HTTP_HANDSHAKE_H

#include "plugins/llm_listen/http/gate.h"
#include "plugins/llm_listen/http/socket.h"

#define HANDSHAKE_ACCEPT_SIZE 29 /* base64 of 20 bytes, and NUL */

struct handshake {
    bool plain; /* a GET of HTTP/1.1, and the header is as it should be */
    const struct gate_field *fields;
    size_t nfields;
};

/* status 0: accept is what to answer with. */
struct http_refusal handshake_check(const struct handshake *h,
                                    char accept[static HANDSHAKE_ACCEPT_SIZE]);

#endif
