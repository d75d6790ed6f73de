/* SPDX-License-Identifier: MIT */
/* ws_client.h - the client's end of a WebSocket, whose frames may be wrong.
 *
 * It stands on http_client.h, and masks what it sends unless it is told not
 * to.
 */
#ifndef LLMREG_TEST_WS_CLIENT_H
#define LLMREG_TEST_WS_CLIENT_H

#include "tests/support/http_client.h"

#define WS_KEY    "dGhlIHNhbXBsZSBub25jZQ==" /* as in RFC 6455 */
#define WS_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

#define WS_FIN   0x80u
#define WS_TEXT  0x81u /* whole */
#define WS_BIN   0x82u
#define WS_CLOSE 0x88u
#define WS_PING  0x89u
#define WS_PONG  0x8au

/* The frame's bytes, up to size; how many there are. */
size_t ws_frame(unsigned char *out, size_t size, unsigned first,
                const void *payload, size_t len);

/* The handshake, which must be answered with 101. */
struct client *ws_open(uint16_t port, const char *path);
void ws_ask(struct client *c, const char *path);
/* False: the peer takes no more. */
bool ws_send(struct client *c, unsigned first, const void *payload, size_t len);
bool ws_say(struct client *c, const char *text);

struct ws_got {
    int first; /* byte of the frame; -1: the connection ended */
    size_t len;
    unsigned code; /* of a close */
    char text[65536];
};
void ws_read(struct client *c, struct ws_got *out);
/* The next frame is this text. */
void ws_expect(struct client *c, const char *text);
/* The next frame is a close with that code; then the connection ends. */
void ws_expect_close(struct client *c, unsigned code);

#endif
