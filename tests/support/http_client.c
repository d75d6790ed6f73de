/* SPDX-License-Identifier: MIT */
/* http_client.c - blocking sockets with a poll before each call. */
#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct client *made(int fd)
{
    struct client *c = calloc(1, sizeof *c);

    ck_assert_ptr_nonnull(c);
    ck_assert_int_ge(fd, 0);
    c->fd = fd;
    return c;
}

struct client *client_open_from(uint16_t port, const char *from)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in own = {.sin_family = AF_INET};
    const int on = 1;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(inet_pton(AF_INET, from, &own.sin_addr), 1);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return made(fd);
}

struct client *client_open(uint16_t port)
{
    return client_open_from(port, "127.0.0.1");
}

struct client *client_open_unix(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return made(fd);
}

void client_close(struct client *c)
{
    close(c->fd);
    free(c);
}

void client_reset(struct client *c)
{
    const struct linger hard = {.l_onoff = 1};

    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    client_close(c);
}

/* ---- out ---- */

bool client_send(struct client *c, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        struct pollfd ready = {.fd = c->fd, .events = POLLOUT};
        ssize_t put = -1;

        if (poll(&ready, 1, CLIENT_WAIT_MS) == 1)
            put = send(c->fd, at, len, MSG_NOSIGNAL);
        if (put <= 0)
            return false;
        at += put;
        len -= (size_t)put;
    }
    return true;
}

bool client_say(struct client *c, const char *text)
{
    return client_send(c, text, strlen(text));
}

bool client_ask(struct client *c, const char *method, const char *path,
                const char *body)
{
    char text[1 << 16];

    if (body == NULL)
        snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: a\r\n\r\n", method,
                 path);
    else
        snprintf(text, sizeof text,
                 "%s %s HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n%s",
                 method, path, strlen(body), body);
    return client_say(c, text);
}

/* ---- in ---- */

/* One more read; false at the end, or when nothing came in time. */
static bool fill(struct client *c, int wait_ms)
{
    struct pollfd ready = {.fd = c->fd, .events = POLLIN};
    ssize_t got = 0;

    if (c->ended || c->in_len == sizeof c->in - 1)
        return false;
    if (poll(&ready, 1, wait_ms) != 1)
        return false;
    got = recv(c->fd, c->in + c->in_len, sizeof c->in - 1 - c->in_len, 0);
    c->ended = got <= 0;
    if (got > 0)
        c->in_len += (size_t)got;
    c->in[c->in_len] = '\0';
    return got > 0;
}

static void use(struct client *c, size_t len)
{
    memmove(c->in, c->in + len, c->in_len - len);
    c->in_len -= len;
    c->in[c->in_len] = '\0';
}

static bool have(struct client *c, size_t len)
{
    while (c->in_len < len)
        if (!fill(c, CLIENT_WAIT_MS))
            return false;
    return true;
}

void client_read_head(struct client *c, struct answer *out)
{
    char *end = NULL;
    size_t len;

    *out = (struct answer){0};
    while ((end = strstr(c->in, "\r\n\r\n")) == NULL) {
        if (!fill(c, CLIENT_WAIT_MS)) {
            out->status = c->ended ? 0 : -1;
            return;
        }
    }
    len = (size_t)(end - c->in) + 4;
    ck_assert_uint_lt(len, sizeof out->head);
    memcpy(out->head, c->in, len);
    ck_assert_int_eq(sscanf(out->head, "HTTP/1.1 %d", &out->status), 1);
    use(c, len);
}

static void add_body(struct client *c, struct answer *out, size_t len)
{
    ck_assert(have(c, len));
    ck_assert_uint_lt(out->body_len + len, sizeof out->body);
    memcpy(out->body + out->body_len, c->in, len);
    out->body_len += len;
    use(c, len);
}

static void read_chunks(struct client *c, struct answer *out)
{
    unsigned long len = 1;

    while (len > 0) {
        char *line_end = NULL;

        while ((line_end = strstr(c->in, "\r\n")) == NULL)
            ck_assert(fill(c, CLIENT_WAIT_MS));
        len = strtoul(c->in, NULL, 16);
        use(c, (size_t)(line_end - c->in) + 2);
        add_body(c, out, len);
        ck_assert(have(c, 2));
        use(c, 2);
    }
}

const char *answer_header(const struct answer *a, const char *name)
{
    static char value[1024];
    const char *line = strstr(a->head, "\r\n");

    while (line != NULL && line[2] != '\r' && line[2] != '\0') {
        const size_t len = strlen(name);

        line += 2;
        if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            snprintf(value, sizeof value, "%.*s",
                     (int)strcspn(line + len + 2, "\r"), line + len + 2);
            return value;
        }
        line = strstr(line, "\r\n");
    }
    return "";
}

void client_read(struct client *c, struct answer *out)
{
    client_read_head(c, out);
    if (out->status <= 0)
        return;
    if (strcmp(answer_header(out, "Transfer-Encoding"), "chunked") == 0)
        read_chunks(c, out);
    else
        add_body(c, out,
                 strtoul(answer_header(out, "Content-Length"), NULL, 10));
    out->body[out->body_len] = '\0';
}

int client_status(struct client *c)
{
    struct answer a;

    client_read(c, &a);
    return a.status;
}

bool client_await(struct client *c, const char *text)
{
    char *found = NULL;

    while ((found = strstr(c->in, text)) == NULL)
        if (!fill(c, CLIENT_WAIT_MS))
            return false;
    use(c, (size_t)(found - c->in) + strlen(text));
    return true;
}

bool client_ends(struct client *c, int wait_ms)
{
    do {
        use(c, c->in_len);
    } while (fill(c, wait_ms));
    return c->ended;
}

bool client_ends_at_once(struct client *c)
{
    while (fill(c, CLIENT_WAIT_MS))
        ;
    return c->ended && c->in_len == 0;
}

int client_get(uint16_t port, const char *path)
{
    struct client *c = client_open(port);
    int status = 0;

    ck_assert(client_ask(c, "GET", path, NULL));
    status = client_status(c);
    client_close(c);
    return status;
}
