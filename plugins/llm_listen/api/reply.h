/* SPDX-License-Identifier: MIT */
/* reply.h - an answer in the making: JSON that grows in memory.
 *
 *     struct reply r;
 *     reply_begin(&r);
 *     llmreg_json_open_object(&r.json, NULL);
 *     ...
 *     return reply_send(a, &r, 200);
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: reply_send takes what was written, whatever it returns; a reply
 *            that is not sent is dropped by reply_drop.
 */
#ifndef LLM_LISTEN_API_REPLY_H
#define LLM_LISTEN_API_REPLY_H

#include <llmreg/json.h>

#include "plugins/llm_listen/api/body.h"

#define REPLY_MAX (256 << 20) /* bytes: a snapshot of the largest fleet */

struct ask;

struct reply_bytes {
    char *data; /* from malloc */
    size_t len, room;
};

struct reply {
    struct reply_bytes bytes;
    struct llmreg_json_out json; /* must not be moved */
};

void reply_begin(struct reply *r);
void reply_drop(struct reply *r);

/* Ends the document.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int reply_send(struct ask *a, struct reply *r,
                                unsigned status);
/* The same, with an ETag of the bytes: 304 where the caller has them. */
LLMREG_MUSTCHECK int reply_send_tagged(struct ask *a, struct reply *r);
/* The same of a thing with a revision (tag.h). */
LLMREG_MUSTCHECK int reply_send_revised(struct ask *a, struct reply *r,
                                        const char *revision);
/* The same with a weak tag, of what stands from that text on: what is before
 * says only when it was made. */
LLMREG_MUSTCHECK int reply_send_weakly(struct ask *a, struct reply *r,
                                       const char *from);
/* The same after event number seq is on disk; 503 or 507 if that takes too
 * long or cannot be (fault.h). */
LLMREG_MUSTCHECK int reply_send_durable(struct ask *a, struct reply *r,
                                        unsigned status, uint64_t seq);
/* Ends the document and gives its bytes away.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int reply_take(struct reply *r, struct reply_bytes *out);

/* {"error": {"code": ..., "message": ..., "field": ...}}, or as the dialect of
 * the route says it; field may be NULL.  Always answers something.  retry:
 * seconds for Retry-After; 0: none. */
struct reply_error {
    unsigned status;
    const char *code; /* NULL: the status' */
    const char *message;
    const char *field;
    unsigned retry;
    const char *allow;         /* of 405 */
    enum body_fault fault;     /* of 422 from the form of a body */
    enum llmreg_json_type got; /* of BODY_WRONG_TYPE */
};
int reply_error(struct ask *a, const struct reply_error *e);
/* 503: too many streams, of all or of this address. */
int reply_full(struct ask *a);
/* What the engine answers by itself, in the same form. */
char *reply_error_text(unsigned status, const char *why);
const char *reply_code(unsigned status);

#endif
