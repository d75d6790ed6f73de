/* SPDX-License-Identifier: MIT */
/* frames.h - the messages of one WebSocket, over whatever carries its bytes.
 *
 * It answers pings and closes, puts fragments together, and closes by itself
 * what breaks the rules of RFC 6455: frames without a mask, reserved bits,
 * control frames that are long or in pieces, text that is no UTF-8 (1002,
 * 1007), a message that is too long or in too many pieces (1009), one that is
 * not text (1003).
 *
 * Bounded: what comes by HTTP_MESSAGE_MAX and FRAMES_PIECES, what goes out by
 * FRAMES_UNSENT and FRAMES_QUEUED: a peer that pings and does not read is not
 * read either.
 *
 * Threads:   one thread at a time.
 * Blocking:  as io does.
 * Ownership: io is copied, its ctx lent.
 */
#ifndef LLM_LISTEN_HTTP_FRAMES_H
#define LLM_LISTEN_HTTP_FRAMES_H

#include <sys/types.h>

#include "plugins/llm_listen/http/socket.h"

#define FRAMES_PIECES 256       /* frames of one message */
#define FRAMES_QUEUED 64        /* frames that wait to go out */
#define FRAMES_UNSENT (1 << 18) /* bytes of them, before the newest */
#define FRAMES_REASON 123       /* bytes of a reason */

struct http_text;

struct frames;

struct frames_io {
    /* As recv and send do: 0 is the end, -1 with errno. */
    ssize_t (*read)(void *ctx, void *out, size_t size);
    /* more: others follow at once, so that these may be kept until then */
    ssize_t (*write)(void *ctx, const void *bytes, size_t len, bool more);
    /* The text is lent. */
    void (*message)(void *ctx, const char *text, size_t len);
    void *ctx;
};

LLMREG_MUSTCHECK int frames_new(struct frames **out,
                                const struct frames_io *io);
void frames_free(struct frames *f); /* NULL is fine */

/* As much as there is.  False: the connection is of no use any more. */
LLMREG_MUSTCHECK bool frames_read(struct frames *f);
LLMREG_MUSTCHECK bool frames_write(struct frames *f);
/* There is room for what a frame that comes may make us say. */
bool frames_may_read(struct frames *f);
bool frames_want_write(struct frames *f);

/* LLMREG_EFULL: the peer does not take them.  LLMREG_ENOMEM.  LLMREG_ESTALE:
 * it is closing. */
LLMREG_MUSTCHECK int frames_send(struct frames *f, const char *text,
                                 size_t len);
/* The same of a text that is held until it has gone out, in fragments.  There
 * is no bound: whoever calls it waits for what was sent before. */
LLMREG_MUSTCHECK int frames_share(struct frames *f, struct http_text *text);
void frames_ping(struct frames *f);
/* After what was sent; a reason that is too long is cut, at a character. */
void frames_close(struct frames *f, unsigned code, const char *reason);
/* Either side has closed it: no message comes any more. */
bool frames_closing(struct frames *f);
/* Both have, or need not: nothing more is to be said. */
bool frames_over(struct frames *f);
/* What the peer closed it with; 0: it did not. */
unsigned frames_left(struct frames *f);

#endif
