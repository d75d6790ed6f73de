/* SPDX-License-Identifier: MIT */
/* http.h - HTTP as the routes see it: a call that is whole comes in, an answer
 * goes out.  No route knows which engine is below; serve.h starts it.
 *
 * A call lives through these steps, each on a worker thread of the server:
 *
 *   head    the header is whole and passed the gate: say how much body may
 *           come, or answer (a wrong token need not send its body)
 *   run     the body is whole: answer, begin a stream, or hold the call
 *   run     again, after a held call was released: http_held() is true
 *   end     the answer is sent, or the connection broke: give back what the
 *           route put into http_user()
 *
 * A step never waits.  What needs time (a commit, a query) is begun elsewhere,
 * the call is held, and whoever has the result releases it by its ticket; a
 * ticket whose call is over by then releases nothing.
 *
 * Threads:   a call belongs to the worker that runs its step.  http_release
 *            may be called from any thread, with no lock held.
 * Blocking:  never.
 * Ownership: what a call lends (strings, body) is lent until end has returned.
 */
#ifndef LLM_LISTEN_HTTP_HTTP_H
#define LLM_LISTEN_HTTP_HTTP_H

#include <llmreg/agent.h>
#include <llmreg/clock.h>
#include <llmreg/log.h>
#include <llmreg/status.h>

struct http_server;
struct http_call;
struct http_door; /* door.h: one <Listen> block */

enum http_method {
    HTTP_GET, /* HEAD comes as GET; its body is left out by the engine */
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER,
    HTTP_METHODS
};

const char *http_method_text(enum http_method method);
/* Of the engine: "0.9.75". */
const char *http_version(void);

/* ---- what is asked ---- */

struct http_request {
    enum http_method method;
    const char *path;  /* as it came, still percent-encoded: "/a/b%2Fc" */
    const char *query; /* behind the '?', as it came; "" is none */
    const char *body;  /* in run; terminated by a NUL that does not count */
    size_t body_len;   /* in head: as declared, or 0 */
    const char *peer;  /* IP address, or "unix" */
    bool local;        /* the peer is on this machine: loopback or unix */
    bool tls;          /* and verified where the door asks for certificates */
    int64_t unix_uid;  /* of the peer on a unix socket; -1: not one */
    const struct http_door *door;
    struct llmreg_now now; /* of this step */
};
const struct http_request *http_request(const struct http_call *c);
/* The value of a header, or NULL; name without regard to case.  A header that
 * came twice gives the first. */
const char *http_header(const struct http_call *c, const char *name);
/* Storage of the route for this call, handler.user_size bytes, zero at head. */
void *http_user(struct http_call *c);

/* ---- what is answered: once a call ---- */

struct http_field {
    const char *name, *value;
};

struct http_answer {
    unsigned status;
    const char *type; /* NULL: application/json; charset=utf-8 */
    char *body;       /* from malloc, given away; NULL: none */
    size_t body_len;
    const struct http_field *fields; /* beside those that all answers have */
    size_t nfields;
    bool close; /* the connection, after it */
};
/* LLMREG_ENOMEM, LLMREG_EEXIST (there is one already): nothing was taken; the
 * caller still owns the body, and the engine answers 503 if nothing better
 * comes. */
LLMREG_MUSTCHECK int http_answer(struct http_call *c,
                                 const struct http_answer *answer);

/* An answer that is the same for many: made once, sent often. */
struct http_fixed;
LLMREG_MUSTCHECK int http_fixed_new(struct http_fixed **out, unsigned status,
                                    const char *type, const char *body);
void http_fixed_free(struct http_fixed *f); /* NULL is fine */
LLMREG_MUSTCHECK int http_answer_fixed(struct http_call *c,
                                       const struct http_fixed *f);

/* ---- later ---- */

struct http_ticket {
    uint64_t n; /* 0 is no ticket */
};
/* To be called in run or in pull, which then return without an answer or with
 * 0.  May be released before they return.  No ticket: too many calls are held;
 * a call that is then not answered is answered 503. */
struct http_ticket http_hold(struct http_call *c);
/* The step goes on as soon as a worker is free; nothing if it is over. */
void http_release(struct http_server *s, struct http_ticket ticket);
/* In run: it was held before.  The second is true where the server is about to
 * stop, and what it waited for may not have come. */
bool http_held(const struct http_call *c);
bool http_stopping(const struct http_call *c);

/* ---- streams ---- */

/* Puts up to size bytes into out, and returns how many; 0: none for now, and
 * it has called http_hold; -1: that was all. */
typedef int64_t (*http_pull)(struct http_call *c, char *out, size_t size);
/* Answers 200 with what pull gives, without a length.  LLMREG_EFULL: too many
 * streams, in all or of this address. */
LLMREG_MUSTCHECK int http_answer_stream(struct http_call *c, const char *type,
                                        http_pull pull);

#endif
