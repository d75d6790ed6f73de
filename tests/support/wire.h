/* SPDX-License-Identifier: MIT */
/* wire.h - a scripted HTTP server on loopback, one thread, for tests.
 *
 * Each port plays one script: a function that says what to answer to a path.
 * An answer is served with keep-alive, written to the socket as it is (and
 * then closed), or never given.
 */
#ifndef LLMREG_TEST_WIRE_H
#define LLMREG_TEST_WIRE_H

#include <llmreg/status.h>

#include "tests/support/expected.h"

/* Instead of an HTTP status. */
#define WIRE_RAW   0  /* the bytes are a whole stream; then close */
#define WIRE_CLOSE -1 /* close without a byte */
#define WIRE_HANG  -2 /* never answer */
#define WIRE_DRIP  -3 /* a header, then a byte every 20 ms for ever */
#define WIRE_FLOOD -4 /* a body without end */

/* request: the whole head of it.  The reply's bytes become the server's. */
typedef struct reply (*wire_script)(void *ctx, const char *path,
                                    const char *request);

struct wire;

struct wire *wire_open(void);
void wire_close(struct wire *w);
/* A port of 127.0.0.1 that plays a script.  Before wire_start. */
uint16_t wire_listen(struct wire *w, wire_script script, void *ctx);
void wire_start(struct wire *w);
/* Connections that were accepted, and requests that were read, so far. */
unsigned wire_connections(struct wire *w);
unsigned wire_requests(struct wire *w);

#endif
