/* SPDX-License-Identifier: MIT */
/* frames.c - wslay, with what it does not do: a limit on pieces, and on what
 * waits to go out; a code where it closes without one.
 *
 * A piece without bytes costs memory and no length, so pieces are counted.
 * Some breaches the library finds before it has a frame to speak of (a control
 * frame that is long or in pieces, a length that is none): it would close
 * without saying why.  If nothing is half sent, the close is written here. */
#include "plugins/llm_listen/http/frames.h"

#include "plugins/llm_listen/http/shared_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <wslay/wslay.h>

#define TURN 65536 /* bytes read before the next one's turn */

/* A shared text that is going out, or waits for that. */
struct sharing {
    struct sharing *next;
    struct http_text *text;
    size_t at;
};

struct frames {
    struct frames_io io;
    wslay_event_context_ptr ws;
    struct sharing *shared, **last; /* in the order in which they go out */
    size_t turn;                    /* bytes that may still be read now */
    unsigned pieces;                /* of the message that comes */
    bool broken;                    /* the connection failed */
    bool ended;                     /* all was said, outside of the library */
};

/* ---- what the library calls ---- */

static ssize_t fail(wslay_event_context_ptr ws, struct frames *f, ssize_t got)
{
    const bool later = got < 0 && (errno == EAGAIN || errno == EINTR);

    f->broken = f->broken || !later;
    wslay_event_set_error(ws, later ? WSLAY_ERR_WOULDBLOCK
                                    : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static ssize_t on_read(wslay_event_context_ptr ws, uint8_t *out, size_t size,
                       int flags, void *ctx)
{
    struct frames *f = ctx;
    ssize_t got;

    (void)flags;
    if (f->turn == 0 || !frames_may_read(f)) {
        wslay_event_set_error(ws, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    got = f->io.read(f->io.ctx, out, size < f->turn ? size : f->turn);
    if (got <= 0)
        return fail(ws, f, got);
    f->turn -= (size_t)got;
    return got;
}

static ssize_t on_write(wslay_event_context_ptr ws, const uint8_t *bytes,
                        size_t len, int flags, void *ctx)
{
    struct frames *f = ctx;
    const ssize_t got =
        f->io.write(f->io.ctx, bytes, len, (flags & WSLAY_MSG_MORE) != 0);

    return got <= 0 ? fail(ws, f, got) : got;
}

static void on_frame(wslay_event_context_ptr ws,
                     const struct wslay_event_on_frame_recv_start_arg *frame,
                     void *ctx)
{
    struct frames *f = ctx;

    (void)ws;
    if (wslay_is_ctrl_frame(frame->opcode))
        return;
    if (++f->pieces > FRAMES_PIECES)
        frames_close(f, WSLAY_CODE_MESSAGE_TOO_BIG, "too many fragments");
    if (frame->fin)
        f->pieces = 0;
}

static void on_message(wslay_event_context_ptr ws,
                       const struct wslay_event_on_msg_recv_arg *m, void *ctx)
{
    struct frames *f = ctx;

    if (!wslay_event_get_read_enabled(ws))
        return;
    if (m->opcode == WSLAY_BINARY_FRAME)
        frames_close(f, WSLAY_CODE_UNSUPPORTED_DATA, "text is needed");
    else if (m->opcode == WSLAY_TEXT_FRAME)
        f->io.message(f->io.ctx, m->msg == NULL ? "" : (const char *)m->msg,
                      m->msg_length);
}

/* ---- life ---- */

int frames_new(struct frames **out, const struct frames_io *io)
{
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = on_read,
        .send_callback = on_write,
        .on_frame_recv_start_callback = on_frame,
        .on_msg_recv_callback = on_message,
    };
    struct frames *f = calloc(1, sizeof *f);

    if (f == NULL)
        return LLMREG_ENOMEM;
    f->io = *io;
    if (wslay_event_context_server_init(&f->ws, &callbacks, f) != 0) {
        free(f);
        return LLMREG_ENOMEM;
    }
    wslay_event_config_set_max_recv_msg_length(f->ws, HTTP_MESSAGE_MAX);
    f->last = &f->shared;
    *out = f;
    return LLMREG_OK;
}

static void drop_shared(struct frames *f)
{
    struct sharing *s = f->shared;

    f->shared = s->next;
    if (f->shared == NULL)
        f->last = &f->shared;
    http_text_put(s->text);
    free(s);
}

void frames_free(struct frames *f)
{
    if (f == NULL)
        return;
    while (f->shared != NULL)
        drop_shared(f);
    wslay_event_context_free(f->ws);
    free(f);
}

/* ---- in and out ---- */

bool frames_may_read(struct frames *f)
{
    return wslay_event_get_read_enabled(f->ws) && !f->broken &&
           wslay_event_get_queued_msg_count(f->ws) < FRAMES_QUEUED &&
           wslay_event_get_queued_msg_length(f->ws) < FRAMES_UNSENT;
}

bool frames_want_write(struct frames *f)
{
    return !f->broken && !f->ended && wslay_event_want_write(f->ws);
}

/* Four bytes into an empty socket: they go whole, or it does not matter. */
static void close_by_hand(struct frames *f)
{
    static const unsigned char frame[] = {0x88, 2,
                                          WSLAY_CODE_PROTOCOL_ERROR >> 8,
                                          WSLAY_CODE_PROTOCOL_ERROR & 0xff};
    const ssize_t sent = f->io.write(f->io.ctx, frame, sizeof frame, false);

    f->broken = sent != (ssize_t)sizeof frame;
    f->ended = true;
}

bool frames_read(struct frames *f)
{
    const bool idle = wslay_event_get_queued_msg_count(f->ws) == 0;
    int rc;

    f->turn = TURN;
    rc = wslay_event_recv(f->ws);
    if (rc == WSLAY_ERR_CALLBACK_FAILURE && !f->broken) {
        if (idle)
            close_by_hand(f);
        return !f->broken;
    }
    return rc == 0 && !f->broken;
}

bool frames_write(struct frames *f)
{
    return f->ended || (wslay_event_send(f->ws) == 0 && !f->broken);
}

/* ---- saying ---- */

int frames_send(struct frames *f, const char *text, size_t len)
{
    const struct wslay_event_msg m = {WSLAY_TEXT_FRAME, (const uint8_t *)text,
                                      len};

    if (wslay_event_get_queued_msg_length(f->ws) >= FRAMES_UNSENT)
        return LLMREG_EFULL;
    switch (wslay_event_queue_msg(f->ws, &m)) {
    case 0:
        return LLMREG_OK;
    case WSLAY_ERR_NOMEM:
        return LLMREG_ENOMEM;
    default:
        return LLMREG_ESTALE;
    }
}

/* The library sends one message after the other: it is the first one. */
static ssize_t on_shared(wslay_event_context_ptr ws, uint8_t *out, size_t size,
                         const union wslay_event_msg_source *source, int *eof,
                         void *ctx)
{
    struct frames *f = ctx;
    struct sharing *s = f->shared;
    const size_t left = s->text->len - s->at;
    const size_t n = left < size ? left : size;

    (void)ws;
    (void)source;
    memcpy(out, s->text->bytes + s->at, n);
    s->at += n;
    *eof = n == left;
    if (n == left)
        drop_shared(f);
    return (ssize_t)n;
}

static int queue_shared(struct frames *f)
{
    const struct wslay_event_fragmented_msg m = {.opcode = WSLAY_TEXT_FRAME,
                                                 .read_callback = on_shared};

    switch (wslay_event_queue_fragmented_msg(f->ws, &m)) {
    case 0:
        return LLMREG_OK;
    case WSLAY_ERR_NOMEM:
        return LLMREG_ENOMEM;
    default:
        return LLMREG_ESTALE;
    }
}

int frames_share(struct frames *f, struct http_text *text)
{
    struct sharing *s = calloc(1, sizeof *s);
    int rc;

    if (s == NULL)
        return LLMREG_ENOMEM;
    rc = queue_shared(f);
    if (rc != LLMREG_OK) {
        free(s);
        return rc;
    }
    s->text = http_text_hold(text);
    *f->last = s;
    f->last = &s->next;
    return LLMREG_OK;
}

/* Without memory for it the peer is silent a little longer, and that is all. */
void frames_ping(struct frames *f)
{
    const struct wslay_event_msg m = {WSLAY_PING, NULL, 0};

    (void)wslay_event_queue_msg(f->ws, &m);
}

static size_t reason_length(const char *reason)
{
    size_t len = strlen(reason);

    if (len <= FRAMES_REASON)
        return len;
    len = FRAMES_REASON;
    while (len > 0 && ((unsigned char)reason[len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* A close goes before what waits, so that is written first, as far as the peer
 * takes it. */
void frames_close(struct frames *f, unsigned code, const char *reason)
{
    const bool written = frames_write(f);
    const int rc = wslay_event_queue_close(
        f->ws, (uint16_t)code, (const uint8_t *)reason, reason_length(reason));

    wslay_event_shutdown_read(f->ws);
    f->broken = f->broken || !written || rc == WSLAY_ERR_NOMEM;
}

bool frames_closing(struct frames *f)
{
    return f->ended || !wslay_event_get_read_enabled(f->ws);
}

bool frames_over(struct frames *f)
{
    return f->broken || f->ended || wslay_event_get_close_sent(f->ws);
}

unsigned frames_left(struct frames *f)
{
    return wslay_event_get_close_received(f->ws)
               ? wslay_event_get_status_code_received(f->ws)
               : 0;
}
