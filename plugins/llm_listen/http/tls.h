/* SPDX-License-Identifier: MIT */
/* tls.h - the certificate of a door, and the certificates of its clients.
 *
 * When the files of the door change, they are loaded anew; connections that
 * are open keep what they began with.  Files that cannot be used are one
 * complaint, and the old certificate goes on.
 *
 * TLS 1.2 and 1.3 only; no resumption, no renegotiation.
 *
 * Threads:   tls_new and tls_tick from one thread at a time; the others from
 *            any.
 * Blocking:  tls_new and tls_tick read files.
 * Ownership: the door and the report are lent.
 */
#ifndef LLM_LISTEN_HTTP_TLS_H
#define LLM_LISTEN_HTTP_TLS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "plugins/llm_listen/http/door.h"
#include "plugins/llm_listen/http/report.h"

struct tls;
struct tls_identity; /* a certificate and its key, counted */

extern const char tls_priorities[];

/* LLMREG_EINVAL: err names the file and what is wrong with it. */
LLMREG_MUSTCHECK int tls_new(struct tls **out, const struct http_door *door,
                             struct report *report, struct llmreg_error *err);
void tls_free(struct tls *t); /* NULL is fine; with no connection open */
/* Looks at the files, and loads them if they changed. */
void tls_tick(struct tls *t, int64_t now_ns);
/* The certificates that clients' are signed by, as PEM; NULL: no matter. */
const char *tls_client_ca(const struct tls *t);

/* A reference to what the door has now. */
struct tls_identity *tls_identity_get(struct tls *t);
void tls_identity_put(struct tls_identity *identity); /* NULL is fine */
/* Lends its parts, as GnuTLS asks for them in a handshake. */
void tls_identity_lend(struct tls_identity *identity, gnutls_pcert_st **certs,
                       unsigned *ncerts, gnutls_privkey_t *key);

/* NULL: the client's certificate is good.  Else why not. */
const char *tls_client_fault(gnutls_session_t session);

#endif
