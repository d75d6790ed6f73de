/* SPDX-License-Identifier: MIT */
/* socket.h - WebSockets as the routes see them: a call that goes on as text
 * messages, both ways.
 *
 * A route answers its call with http_answer_socket.  From then on the steps
 * below run, until the connection ends, and then the handler's end:
 *
 *   opened    the first of them
 *   message   a text came whole
 *   released  the ticket that http_hold gave in a step was released
 *   tick      a few times a second
 *   news      somebody has called http_news: of one that listens
 *   closed    the last of them
 *
 * While a ticket is out neither a message comes nor news: the next one waits
 * for the answer to the one before.  Pings, pongs, closing and what is wrong
 * with frames are not the routes' business.
 *
 * Threads:   all steps of all sockets run on one thread; the functions below
 *            are for steps.
 * Blocking:  never.
 * Ownership: texts are lent for the step, without a NUL; what is sent is
 *            copied.
 */
#ifndef LLM_LISTEN_HTTP_SOCKET_H
#define LLM_LISTEN_HTTP_SOCKET_H

#include "plugins/llm_listen/http/http.h"

#define HTTP_MESSAGE_MAX 65536 /* bytes that may come in one */

struct http_socket {
    void (*opened)(struct http_call *c); /* NULL: nothing to do */
    void (*message)(struct http_call *c, const char *text, size_t len);
    void (*released)(struct http_call *c); /* NULL: nothing is held */
    void (*tick)(struct http_call *c);     /* NULL: nothing to do */
    void (*news)(struct http_call *c);     /* NULL: it never listens */
    void (*closed)(struct http_call *c);   /* NULL: nothing to do */
};

struct http_refusal {
    unsigned status; /* 400 or 426 */
    const char *why;
};

/* steps must live as long as the call.  LLMREG_EINVAL: it does not ask for a
 * WebSocket as RFC 6455 wants it, *refusal says what to answer.  LLMREG_EFULL:
 * too many streams, in all or of this address.  LLMREG_EEXIST,
 * LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int http_answer_socket(struct http_call *c,
                                        const struct http_socket *steps,
                                        struct http_refusal *refusal);

/* Closing, or without memory for it, the message is dropped; a peer that does
 * not take what was sent before is cut off. */
void http_socket_send(struct http_call *c, const char *text, size_t len);

/* ---- news, for many at once ---- */

#define HTTP_NEWS_MS 100 /* from one news step to the next, at least */

/* From now on it takes the step news: soon for the first time, and then after
 * each http_news, but never while something that was sent before has not gone
 * out yet. */
void http_socket_listen(struct http_call *c);
/* Of a step: news once more, within a second, if nobody has any. */
void http_socket_again(struct http_call *c);
/* From any thread, with no lock held: those that listen may look. */
void http_news(struct http_server *s);

/* A text that many are sent without a copy.  All of them are on the sockets'
 * thread, and so are these functions. */
struct http_text;
/* bytes: from malloc, given away.  NULL: no memory, and they are freed. */
struct http_text *http_text_new(char *bytes, size_t len);
struct http_text *http_text_hold(struct http_text *t);
void http_text_put(struct http_text *t); /* NULL is fine */
/* As http_socket_send. */
void http_socket_share(struct http_call *c, struct http_text *text);

enum http_close_code {
    HTTP_CLOSE_NORMAL = 1000,
    HTTP_CLOSE_GOING = 1001,
    HTTP_CLOSE_UNSUPPORTED = 1003,
    HTTP_CLOSE_POLICY = 1008,
    HTTP_CLOSE_TOO_BIG = 1009
};
/* After what was sent; no message comes any more.  The first one counts. */
void http_socket_close(struct http_call *c, enum http_close_code code,
                       const char *reason);
/* In end: what the peer closed it with; 0: it did not, or it was no socket. */
unsigned http_socket_left(const struct http_call *c);

#endif
