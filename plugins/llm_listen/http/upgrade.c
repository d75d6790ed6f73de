/* SPDX-License-Identifier: MIT */
/* upgrade.c - from a call to a WebSocket.
 *
 * The call stays the call: its block, its storage and its place in the table
 * are those that it had, and it ends as every call ends.  Where there is TLS
 * the library passes bytes on, and its two descriptors for that are not ours to
 * move out of the way of select(): there is no WebSocket where they would be
 * among the last low ones. */
#include "plugins/llm_listen/http/fds.h"
#include "plugins/llm_listen/http/handshake.h"
#include "plugins/llm_listen/http/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#define UNSENT (1 << 17) /* bytes that wait in the kernel */

/* The library has its own mind about the first, for answers.  Of the second
 * the kernel would take megabytes for each peer that does not read; what is
 * left with us is newer when it goes out. */
static void prepare(const struct http_call *c)
{
    const int on = 1, unsent = UNSENT;

    if (c->peer.is_unix)
        return;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

/* From the library, with the answer sent, on the worker of the connection. */
static void on_upgrade(void *ctx, struct MHD_Connection *m, void *place,
                       const char *early, size_t early_len, MHD_socket fd,
                       struct MHD_UpgradeResponseHandle *urh)
{
    struct http_call *c = ctx;
    struct socket *s = NULL;

    (void)m;
    (void)place;
    if (socket_new(&s, c, early, early_len) == LLMREG_OK) {
        s->fd = fd;
        s->urh = urh;
        call_phase(c, PHASE_SOCKET, s->heard_ns);
        c->socket = s;
        prepare(c);
        if (sockets_take(&c->server->sockets, s))
            return;
        c->socket = NULL;
        socket_free(s);
    }
    MHD_upgrade_action(urh, MHD_UPGRADE_ACTION_CLOSE);
}

static bool put(struct MHD_Response *r, const char *name, const char *value)
{
    return MHD_add_response_header(r, name, value) == MHD_YES;
}

static struct MHD_Response *make(struct http_call *c, const char *accept)
{
    struct MHD_Response *r = MHD_create_response_for_upgrade(on_upgrade, c);

    if (r != NULL && put(r, "Upgrade", "websocket") &&
        put(r, "Sec-WebSocket-Accept", accept))
        return r;
    if (r != NULL)
        MHD_destroy_response(r);
    return NULL;
}

int http_answer_socket(struct http_call *c, const struct http_socket *steps,
                       struct http_refusal *refusal)
{
    struct gate_field fields[HTTP_HEADER_LINES_MAX];
    const struct handshake h = {
        .plain = c->plain_get && !c->odd,
        .fields = fields,
        .nfields = call_fields(c, fields, HTTP_HEADER_LINES_MAX)};
    char accept[HANDSHAKE_ACCEPT_SIZE];
    int rc;

    if (c->response != NULL || c->queued)
        return LLMREG_EEXIST;
    *refusal = handshake_check(&h, accept);
    if (refusal->status != 0)
        return LLMREG_EINVAL;
    rc = c->tls && fds_are_few(c->fd) ? LLMREG_EFULL
                                      : conns_stream(&c->server->conns, c);
    if (rc != LLMREG_OK)
        return rc;
    c->response = make(c, accept);
    if (c->response == NULL) {
        conns_unstream(&c->server->conns, c);
        return LLMREG_ENOMEM;
    }
    c->steps = steps;
    c->owned = true;
    c->status = MHD_HTTP_SWITCHING_PROTOCOLS;
    return LLMREG_OK;
}
