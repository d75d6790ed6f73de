/* SPDX-License-Identifier: MIT */
/* who.h - who asks, and whether it may.
 *
 * A caller is one of these:
 *
 *   token      it showed one that is valid: the token's role
 *   tokenless  an existing client that knows no tokens, from an address that
 *              the door lets in (AllowAgentsFrom) and somebody has approved
 *              (admit.h): an agent, on the routes of dialects only
 *   local      nothing shown, but on this machine: may read, and may change
 *              things where the door says AllowAnonymousWrite
 *   nobody     nothing shown, from elsewhere
 *
 * A token that is shown and not valid is refused even where nothing need be
 * shown: its owner would not notice otherwise.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: a who holds a reference to its token until who_fini.
 */
#ifndef LLM_LISTEN_API_WHO_H
#define LLM_LISTEN_API_WHO_H

#include <llmreg/tokens.h>

#include "plugins/llm_listen/api/route.h"

#define WHO_SECRET_SIZE 43 /* base64url of 32 bytes */
#define WHO_TOKEN_SIZE  57 /* "lr1_" id "_" secret NUL */

enum who_kind { WHO_NOBODY, WHO_LOCAL, WHO_TOKENLESS, WHO_TOKEN };

struct who {
    enum who_kind kind;
    const struct llmreg_token *token; /* WHO_TOKEN: held */
    bool may_write;                   /* WHO_LOCAL */
    bool let_in; /* no token; from an address of AllowAgentsFrom */
};

enum who_verdict {
    WHO_FINE,
    WHO_WRONG,    /* 401: a token that is not valid, or no token at all */
    WHO_FORBIDDEN /* 403: its role does not suffice */
};

/* Reads the Authorization header (NULL: none).  WHO_FINE or WHO_WRONG. */
enum who_verdict who_find(struct llmreg_registry *r, const char *authorization,
                          const struct http_request *req, struct who *out);
void who_fini(struct who *w);
/* Long after who_find: looks at the token as it is now.  False: it is not valid
 * any more, or has become another role's. */
bool who_renew(struct llmreg_registry *r, struct who *w, int64_t wall_ms);

/* Whether it may ask for the route. */
enum who_verdict who_may(const struct who *w, const struct route *route);

/* A token's text from its parts; secret is base64url. */
void who_write(char out[static WHO_TOKEN_SIZE], const char *id,
               const char *secret);
/* Takes a token's text apart, and makes the digest of its secret.  False: it is
 * not one. */
bool who_parse(const char *text, size_t len,
               char id[static LLMREG_TOKEN_ID_SIZE],
               uint8_t digest[static LLMREG_DIGEST_SIZE]);
/* The n-th id of the token that an address has (admit.h). */
bool who_mark(const char *address, unsigned n,
              char id[static LLMREG_TOKEN_ID_SIZE]);
/* "token:ab12cd34 name", "anonymous", "unix:uid=0": for the audit. */
void who_text(const struct who *w, const struct http_request *req, char *out,
              size_t size);

#endif
