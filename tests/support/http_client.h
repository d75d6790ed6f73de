/* SPDX-License-Identifier: MIT */
/* http_client.h - a client that sends bytes as they are, for tests of a server.
 *
 * It reads whole answers, with a length or in chunks, and says how the
 * connection ended.  Nothing waits longer than CLIENT_WAIT_MS.
 */
#ifndef LLMREG_TEST_HTTP_CLIENT_H
#define LLMREG_TEST_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_WAIT_MS 10000

struct client {
    int fd;
    char in[1 << 17]; /* read and not yet used */
    size_t in_len;
    bool ended; /* the peer closed or reset it */
};

struct answer {
    int status; /* 0: closed without one, -1: nothing came in time */
    char head[8192];
    char body[1 << 16];
    size_t body_len;
};

/* 127.0.0.1, or what address says ("::1", "127.0.0.2" to come from). */
struct client *client_open(uint16_t port);
struct client *client_open_from(uint16_t port, const char *from);
struct client *client_open_unix(const char *path);
void client_close(struct client *c);
/* RST instead of FIN. */
void client_reset(struct client *c);

/* Bytes as they are; false if the peer takes no more. */
bool client_send(struct client *c, const void *bytes, size_t len);
bool client_say(struct client *c, const char *text);
/* "METHOD PATH HTTP/1.1", Host, and a length if there is a body. */
bool client_ask(struct client *c, const char *method, const char *path,
                const char *body);

/* The next answer; in is what is left. */
void client_read(struct client *c, struct answer *out);
int client_status(struct client *c); /* of the next answer */
/* Only the header of an answer. */
void client_read_head(struct client *c, struct answer *out);
/* Reads until text came; false if the connection ends before. */
bool client_await(struct client *c, const char *text);
/* Reads until the peer closes; false if it does not in time. */
bool client_ends(struct client *c, int wait_ms);
/* The peer closes, and says nothing before. */
bool client_ends_at_once(struct client *c);
/* The value of a header, or "". */
const char *answer_header(const struct answer *a, const char *name);

/* One request on a connection of its own. */
int client_get(uint16_t port, const char *path);

#endif
