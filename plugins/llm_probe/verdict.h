/* SPDX-License-Identifier: MIT */
/* verdict.h - what the end of one request says about the endpoint.
 *
 * The rules are the same for every backend: how the exchange ended and the
 * HTTP status decide, before anybody looks at a body that is as it should be.
 *
 * Threads:   pure functions.
 * Blocking:  never.
 * Ownership: values only; strings are lent.
 */
#ifndef LLM_PROBE_VERDICT_H
#define LLM_PROBE_VERDICT_H

#include <llmreg/health.h>

/* How an exchange ended. */
enum wire_end {
    WIRE_ANSWERED, /* a whole answer: look at the status */
    WIRE_TIMEOUT,
    WIRE_REFUSED, /* no connection, or closed before a status line */
    WIRE_DNS,
    WIRE_TLS,
    WIRE_NOT_HTTP, /* bytes came that are not HTTP */
    WIRE_BROKEN,   /* a status line came, then the answer broke off */
    WIRE_TOO_BIG,  /* more bytes than the request allows */
    WIRE_REJECTED, /* the reader of the body did not want more of it */
    WIRE_ENDS
};

/* The end of one request. */
struct answer {
    enum wire_end end;
    uint16_t status;  /* HTTP status, 0: none */
    const char *text; /* the first bytes of a body that is no 200 */
    size_t len;
    const char *problem; /* for people, why the exchange failed; "" */
};

#define WIRE_ERROR_BODY 4096 /* bytes of a body that is no 200 are kept */

/* The reason, LLMREG_REASON_OK for a whole answer with status 200. */
enum llmreg_reason verdict_reason(const struct answer *a);

/* The same for people, clean; "" for LLMREG_REASON_OK.  what names the
 * request, e.g. "tags". */
void verdict_detail(const struct answer *a, const char *what,
                    char out[static LLMREG_DETAIL_SIZE]);

#endif
