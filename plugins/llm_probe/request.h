/* SPDX-License-Identifier: MIT */
/* request.h - one HTTP request at a time, on a handle that is used again.
 *
 * This is the only place that sets libcurl's options.  What they promise: no
 * redirect, no proxy, no compression, no cookie, no credentials but those of
 * the configuration, http and https only; headers, bodies and time have
 * bounds; an endpoint with a client certificate shares no connection.
 *
 * Threads:   the probe thread.
 * Blocking:  never.
 * Ownership: what an errand points to must live until the request is over.
 */
#ifndef LLM_PROBE_REQUEST_H
#define LLM_PROBE_REQUEST_H

#include <curl/curl.h>

#include "plugins/llm_probe/access.h"
#include "plugins/llm_probe/backend.h"
#include "plugins/llm_probe/secrets.h"

#define REQUEST_HEADER_BYTES 65536 /* of one answer */

/* What is done for all requests: sockets are the loop's. */
struct request_host {
    bool (*opened)(void *ctx);         /* a socket; false: there are enough */
    void (*closed)(void *ctx, int fd); /* before a socket is closed */
    void *ctx;
    int fd_limit; /* sockets from here on cannot be used */
};

/* The header lines of one endpoint, kept from probe to probe. */
struct request_headers {
    struct curl_slist *get, *post;
    uint64_t version; /* of the token in them */
};

struct errand {
    const char *base; /* URL of the endpoint */
    const struct ask *ask;
    const struct access *access; /* NULL: the URL is enough */
    const struct request_headers *headers;
    int64_t connect_ms, total_ms;
    /* The body of a 200; not LLMREG_OK: no more of it. */
    int (*feed)(void *ctx, const void *data, size_t len);
    /* A connection is being made or was there: no look-up any more. */
    void (*resolved)(void *ctx);
    void *ctx;
};

struct request {
    CURL *easy;
    CURLM *multi; /* the loop's: where it put the handle last */
    const struct request_host *host;
    struct errand errand;
    const struct access *access; /* whose options the handle carries, */
    bool dressed;                /* if it carries all of them */
    bool posts;                  /* the handle is set to POST */
    size_t header_bytes, body_bytes;
    bool status_line;      /* one came */
    enum wire_end stopped; /* why we stopped it, or WIRE_ANSWERED */
    int socket_errno;      /* no socket could be made */
    size_t text_len;
    struct request_times {
        uint32_t connect_us, ttfb_us;
    } times; /* of the last answer */
    char error[CURL_ERROR_SIZE];
    char problem[128];
    char text[WIRE_ERROR_BODY];
};

/* user is handed back by the loop.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int request_new(struct request **out,
                                 const struct request_host *host, void *user);
void request_free(struct request *r);

/* Makes the handle ready for the errand.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int request_prepare(struct request *r,
                                     const struct errand *errand);
/* Says how it ended; the answer lends from the request.  LLMREG_EIO: the
 * fault is ours (no socket, no memory), and nothing is known. */
LLMREG_MUSTCHECK int request_finish(struct request *r, int code,
                                    struct answer *out);

/* Brings the lists up to date; not while a request uses them. */
LLMREG_MUSTCHECK int request_headers_update(struct request_headers *h,
                                            const struct access *access,
                                            struct secrets *secrets);
void request_headers_fini(struct request_headers *h);

#endif
