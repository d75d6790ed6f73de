/* SPDX-License-Identifier: MIT */
/* ws_client.c - see ws_client.h. */
#include "tests/support/ws_client.h"

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const unsigned char mask[4] = {0x11, 0x22, 0x33, 0x44};

size_t ws_frame(unsigned char *out, size_t size, unsigned first,
                const void *payload, size_t len)
{
    const unsigned char *bytes = payload;
    size_t n = 0;

    ck_assert_uint_ge(size, len + 14);
    out[n++] = (unsigned char)first;
    if (len < 126) {
        out[n++] = (unsigned char)(0x80 | len);
    } else if (len < 65536) {
        out[n++] = 0x80 | 126;
        out[n++] = (unsigned char)(len >> 8);
        out[n++] = (unsigned char)len;
    } else {
        out[n++] = 0x80 | 127;
        for (int shift = 56; shift >= 0; shift -= 8)
            out[n++] = (unsigned char)((uint64_t)len >> shift);
    }
    memcpy(out + n, mask, sizeof mask);
    n += sizeof mask;
    for (size_t i = 0; i < len; i++)
        out[n + i] = bytes[i] ^ mask[i % 4];
    return n + len;
}

void ws_ask(struct client *c, const char *path)
{
    char text[512];

    snprintf(text, sizeof text,
             "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
             "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Extensions: permessage-deflate\r\n"
             "Sec-WebSocket-Key: " WS_KEY "\r\n\r\n",
             path);
    ck_assert(client_say(c, text));
}

struct client *ws_open(uint16_t port, const char *path)
{
    struct client *c = client_open(port);
    struct answer a;

    ws_ask(c, path);
    client_read_head(c, &a);
    ck_assert_int_eq(a.status, 101);
    ck_assert_str_eq(answer_header(&a, "Sec-WebSocket-Accept"), WS_ACCEPT);
    ck_assert_str_eq(answer_header(&a, "Sec-WebSocket-Extensions"), "");
    return c;
}

bool ws_send(struct client *c, unsigned first, const void *payload, size_t len)
{
    unsigned char *bytes = malloc(len + 14);
    size_t n;
    bool sent;

    ck_assert_ptr_nonnull(bytes);
    n = ws_frame(bytes, len + 14, first, payload, len);
    sent = client_send(c, bytes, n);
    free(bytes);
    return sent;
}

bool ws_say(struct client *c, const char *text)
{
    return ws_send(c, WS_TEXT, text, strlen(text));
}

/* ---- reading ---- */

/* n bytes are in; false: they do not come. */
static bool fill(struct client *c, size_t n)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};

    ck_assert_uint_le(n, sizeof c->in);
    while (c->in_len < n) {
        ssize_t got;

        ck_assert_msg(poll(&p, 1, CLIENT_WAIT_MS) == 1, "nothing comes");
        got = recv(c->fd, c->in + c->in_len, sizeof c->in - c->in_len, 0);
        if (got <= 0)
            return false;
        c->in_len += (size_t)got;
    }
    return true;
}

static void drop(struct client *c, size_t n)
{
    memmove(c->in, c->in + n, c->in_len - n);
    c->in_len -= n;
}

static size_t long_length(const unsigned char *p, size_t n)
{
    size_t len = 0;

    for (size_t i = 0; i < n; i++)
        len = len << 8 | p[i];
    return len;
}

void ws_read(struct client *c, struct ws_got *out)
{
    const unsigned char *in = (const unsigned char *)c->in;
    size_t extra;

    *out = (struct ws_got){.first = -1};
    if (!fill(c, 2))
        return;
    ck_assert_msg((in[1] & 0x80) == 0, "the server masks");
    extra = in[1] == 126 ? 2 : in[1] == 127 ? 8 : 0;
    ck_assert(fill(c, 2 + extra));
    out->first = in[0];
    out->len = extra == 0 ? in[1] : long_length(in + 2, extra);
    ck_assert_uint_lt(out->len, sizeof out->text);
    ck_assert(fill(c, 2 + extra + out->len));
    memcpy(out->text, c->in + 2 + extra, out->len);
    if (out->first == WS_CLOSE && out->len >= 2)
        out->code = (unsigned)long_length(in + 2, 2);
    drop(c, 2 + extra + out->len);
}

void ws_expect(struct client *c, const char *text)
{
    struct ws_got got;

    ws_read(c, &got);
    ck_assert_int_eq(got.first, WS_TEXT);
    ck_assert_str_eq(got.text, text);
}

void ws_expect_close(struct client *c, unsigned code)
{
    struct ws_got got;

    ws_read(c, &got);
    ck_assert_int_eq(got.first, WS_CLOSE);
    ck_assert_uint_eq(got.code, code);
    ck_assert(client_ends(c, CLIENT_WAIT_MS));
}
