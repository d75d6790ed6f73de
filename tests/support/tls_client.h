/* SPDX-License-Identifier: MIT */
/* tls_client.h - one connection with TLS, for tests of a server.
 *
 * It trusts what it is shown, and says what that was.  Nothing waits longer
 * than CLIENT_WAIT_MS. */
#ifndef LLMREG_TEST_TLS_CLIENT_H
#define LLMREG_TEST_TLS_CLIENT_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

struct tls_client {
    int fd;
    gnutls_certificate_credentials_t credentials;
    gnutls_session_t session;
    bool resumed;
    char in[8192]; /* what tls_client_ask has read */
};

/* cert, key: files, or NULL; priorities: NULL is GnuTLS's default.  The result
 * of the handshake: 0, or GnuTLS's code. */
int tls_client_open(struct tls_client *c, uint16_t port, const char *priorities,
                    const char *cert, const char *key);
/* Closes as it should be, or only the socket. */
void tls_client_close(struct tls_client *c);
/* GET path; the status, or 0 if there came none. */
int tls_client_ask(struct tls_client *c, const char *path);
/* A WebSocket is opened, a text goes there and comes back. */
bool tls_client_echo(struct tls_client *c, const char *path, const char *text);
/* The name in the server's certificate. */
void tls_client_peer(const struct tls_client *c, char *out, size_t size);
/* What can be resumed later, and a client that tries. */
gnutls_datum_t tls_client_ticket(struct tls_client *c);
int tls_client_resume(struct tls_client *c, uint16_t port,
                      const gnutls_datum_t *ticket);

#endif
