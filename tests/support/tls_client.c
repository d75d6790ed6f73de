/* SPDX-License-Identifier: MIT */
/* tls_client.c - GnuTLS on a blocking socket with a time limit. */
#include "tests/support/tls_client.h"

#include "tests/support/ws_client.h"

#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <check.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int connected(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    const struct timeval wait = {.tv_sec = CLIENT_WAIT_MS / 1000};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_ge(fd, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void prepare(struct tls_client *c, uint16_t port, const char *priorities)
{
    *c = (struct tls_client){.fd = connected(port)};
    ck_assert_int_eq(gnutls_certificate_allocate_credentials(&c->credentials),
                     0);
    /* A certificate is shown though the server names other authorities. */
    ck_assert_int_eq(gnutls_init(&c->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL |
                                                  GNUTLS_FORCE_CLIENT_CERT),
                     0);
    if (priorities == NULL)
        ck_assert_int_eq(gnutls_set_default_priority(c->session), 0);
    else
        ck_assert_int_eq(
            gnutls_priority_set_direct(c->session, priorities, NULL), 0);
    gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE, c->credentials);
    gnutls_transport_set_int(c->session, c->fd);
}

static int shake(struct tls_client *c)
{
    int code;

    do {
        code = gnutls_handshake(c->session);
    } while (code < 0 && !gnutls_error_is_fatal(code));
    c->resumed = code == 0 && gnutls_session_is_resumed(c->session) != 0;
    return code;
}

int tls_client_open(struct tls_client *c, uint16_t port, const char *priorities,
                    const char *cert, const char *key)
{
    prepare(c, port, priorities);
    if (cert != NULL)
        ck_assert_int_eq(gnutls_certificate_set_x509_key_file(
                             c->credentials, cert, key, GNUTLS_X509_FMT_PEM),
                         0);
    return shake(c);
}

void tls_client_close(struct tls_client *c)
{
    gnutls_bye(c->session, GNUTLS_SHUT_WR);
    gnutls_deinit(c->session);
    gnutls_certificate_free_credentials(c->credentials);
    close(c->fd);
}

/* The header, and the body whose length it says. */
static bool is_whole(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "Content-Length: ");

    if (end == NULL || length == NULL || length > end)
        return end != NULL;
    return strlen(end + 4) >= strtoul(strchr(length, ' '), NULL, 10);
}

int tls_client_ask(struct tls_client *c, const char *path)
{
    char text[1024];
    size_t used = 0;
    int status = 0;

    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
    if (gnutls_record_send(c->session, text, strlen(text)) < 0)
        return 0;
    c->in[0] = '\0';
    while (used + 1 < sizeof c->in && !is_whole(c->in)) {
        const ssize_t got = gnutls_record_recv(c->session, c->in + used,
                                               sizeof c->in - 1 - used);

        if (got == GNUTLS_E_INTERRUPTED)
            continue;
        if (got <= 0)
            break;
        used += (size_t)got;
        c->in[used] = '\0';
    }
    return sscanf(c->in, "HTTP/1.1 %d", &status) == 1 ? status : 0;
}

/* What was read follows the text that was looked for. */
static bool await(struct tls_client *c, const char *text, size_t len)
{
    size_t used = 0;

    while (used < sizeof c->in) {
        const ssize_t got =
            gnutls_record_recv(c->session, c->in + used, sizeof c->in - used);

        if (got <= 0 && got != GNUTLS_E_INTERRUPTED)
            return false;
        used += got > 0 ? (size_t)got : 0;
        if (memmem(c->in, used, text, len) != NULL)
            return true;
    }
    return false;
}

bool tls_client_echo(struct tls_client *c, const char *path, const char *text)
{
    unsigned char frame[128];
    char ask[512];
    size_t n = ws_frame(frame, sizeof frame, WS_TEXT, text, strlen(text));

    snprintf(ask, sizeof ask,
             "GET %s HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: " WS_KEY "\r\n\r\n",
             path);
    return gnutls_record_send(c->session, ask, strlen(ask)) > 0 &&
           await(c, "\r\n\r\n", 4) &&
           gnutls_record_send(c->session, frame, n) > 0 &&
           await(c, text, strlen(text));
}

void tls_client_peer(const struct tls_client *c, char *out, size_t size)
{
    unsigned count = 0;
    const gnutls_datum_t *shown =
        gnutls_certificate_get_peers(c->session, &count);
    gnutls_x509_crt_t cert = NULL;

    ck_assert_ptr_nonnull(shown);
    ck_assert_int_eq(gnutls_x509_crt_init(&cert), 0);
    ck_assert_int_eq(gnutls_x509_crt_import(cert, shown, GNUTLS_X509_FMT_DER),
                     0);
    ck_assert_int_eq(gnutls_x509_crt_get_dn_by_oid(
                         cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, out, &size),
                     0);
    gnutls_x509_crt_deinit(cert);
}

gnutls_datum_t tls_client_ticket(struct tls_client *c)
{
    gnutls_datum_t ticket = {0};

    ck_assert_int_eq(gnutls_session_get_data2(c->session, &ticket), 0);
    return ticket;
}

int tls_client_resume(struct tls_client *c, uint16_t port,
                      const gnutls_datum_t *ticket)
{
    prepare(c, port, NULL);
    gnutls_session_set_data(c->session, ticket->data, ticket->size);
    return shake(c);
}
