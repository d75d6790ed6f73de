/* SPDX-License-Identifier: MIT */
/* fake_http.h - the engine of http.h without sockets, for tests of routes.
 *
 * A test makes a call, whose steps run on the test's own thread, and reads
 * what was answered.  A call that is held goes on when somebody has released
 * it, from whatever thread, and the test lets it; a stream is pulled by hand.
 * What an engine would never see from a route (two answers, an answer and a
 * hold) fails the test.
 */
#ifndef LLMREG_TEST_FAKE_HTTP_H
#define LLMREG_TEST_FAKE_HTTP_H

#include "plugins/llm_listen/http/door.h"
#include "plugins/llm_listen/http/serve.h"

/* now is lent: it is the time of every step. */
struct http_server *fake_http_new(const struct http_handler *handler,
                                  const struct llmreg_now *now);
/* Every call must have ended. */
void fake_http_free(struct http_server *s);

/* How many calls may be held, and how many streams there may be; both are
 * plenty at first. */
void fake_http_limit(struct http_server *s, size_t held, size_t streams);
/* The next n answers fail for want of memory. */
void fake_http_starve(struct http_server *s, unsigned n);
/* About to stop: every held call is released. */
void fake_http_stop(struct http_server *s);

struct fake_ask {
    enum http_method method;
    const char *target; /* "/path?query" */
    const struct http_field *headers;
    size_t nheaders;
    const char *body; /* NULL: none */
    size_t body_len;  /* 0: up to its NUL */
    const char *peer;
    bool local;
    bool on_unix; /* of uid 1000 */
    const struct http_door *door;
};

/* head, and run if that did not answer. */
struct http_call *fake_http_call(struct http_server *s,
                                 const struct fake_ask *ask);
/* Waits until the call is released, up to 10 s, and runs it again; until it is
 * answered or streams. */
void fake_http_finish(struct http_call *c);
/* It was released: it would go on. */
bool fake_http_is_released(struct http_call *c);
bool fake_http_is_stream(const struct http_call *c);
/* As the engine does; only of a stream. */
int64_t fake_http_pull(struct http_call *c, char *out, size_t size);
/* Waits for the release of a stream that had nothing; false: none came within
 * ms milliseconds. */
bool fake_http_wait(struct http_call *c, int64_t ms);
/* ---- WebSockets: a call that was answered 101 ---- */

/* The step, and what it was held for, up to 10 s. */
void fake_socket_say(struct http_call *c, const char *text);
void fake_socket_tick(struct http_call *c);
/* The step news; it must listen. */
void fake_socket_news(struct http_call *c);
bool fake_socket_listens(const struct http_call *c);
/* The number of the text that it shared last; 0: none yet. */
unsigned fake_socket_shared(const struct http_call *c);
/* It wants that step once more, by itself; and not for a second time. */
bool fake_socket_again(struct http_call *c);
/* How often somebody had news. */
unsigned fake_http_news(struct http_server *s);
/* What was sent next, or NULL; lent until the next one is asked for. */
const char *fake_socket_next(struct http_call *c);
/* How it was closed; 0: it is open. */
unsigned fake_socket_code(const struct http_call *c);
const char *fake_socket_reason(const struct http_call *c);
/* The peer closes it: before fake_http_end. */
void fake_socket_leave(struct http_call *c, unsigned code);

/* end, and it is gone. */
void fake_http_end(struct http_call *c);

/* 0: not answered. */
unsigned fake_http_status(const struct http_call *c);
/* With a NUL behind it; "" if there is none. */
const char *fake_http_body(const struct http_call *c);
size_t fake_http_body_len(const struct http_call *c);
/* A header of the answer, or NULL.  Content-Type is always there. */
const char *fake_http_field(const struct http_call *c, const char *name);

#endif
