/* SPDX-License-Identifier: MIT */
/* token.h - a token: who may do what, as values and rules.
 *
 * A token is known by its public id; its secret is not known here at all,
 * only a digest that whoever checks it has made.  Roles are a ladder, but for
 * agent, which stands aside: it may report about itself, and read nothing of
 * others.
 *
 * Threads:   any; values and pure functions.
 * Blocking:  never.
 * Ownership: strings are lent; returned strings are static.
 */
#ifndef LLMREG_TOKEN_H
#define LLMREG_TOKEN_H

#include <llmreg/status.h>

enum llmreg_role {
    LLMREG_ROLE_AGENT,    /* its own agent and host only */
    LLMREG_ROLE_READER,   /* sees everything but tokens and audit */
    LLMREG_ROLE_OPERATOR, /* and changes what people may change */
    LLMREG_ROLE_ADMIN,    /* and who may */
    LLMREG_ROLES
};

const char *llmreg_role_text(enum llmreg_role role);
/* LLMREG_ENOENT: no such word; matched exactly. */
LLMREG_MUSTCHECK int llmreg_role_parse(const char *s, enum llmreg_role *out);
/* Who has the role may do what needs the other one.  Whether an agent's token
 * is about the agent in question is for who asks to look up. */
bool llmreg_role_may(enum llmreg_role has, enum llmreg_role needed);

#define LLMREG_TOKEN_ID_SIZE     9 /* 8 of [a-z0-9], and a NUL */
#define LLMREG_TOKEN_NAME_SIZE   128
#define LLMREG_TOKEN_ORIGIN_SIZE 33
#define LLMREG_DIGEST_SIZE       32 /* SHA-256 */
#define LLMREG_TOKEN_USES_MAX    1000000

struct llmreg_token {
    const char *id;                     /* public: 8 characters of [a-z0-9] */
    uint8_t digest[LLMREG_DIGEST_SIZE]; /* of the secret; never leaves us */
    const char *name; /* for people; 0 to 127 bytes, clean (text.h) */
    enum llmreg_role role;
    const char *agent;  /* id of the agent it is bound to; "": none yet */
    const char *host;   /* id of the host it is bound to; "": none yet */
    const char *origin; /* who made it: "file", "api", "enrolment"; 1 to 32
                           bytes of [A-Za-z0-9._:-] */
    int64_t created_ms;
    int64_t expires_ms; /* 0: never */
    int64_t revoked_ms; /* 0: it is not */
    bool approved;      /* false: pending until somebody approves it */
    uint32_t uses;      /* an enrolment token: registrations that it is good
                           for; 0: it is none */
    uint32_t uses_left; /* of them */
};

enum llmreg_token_state {
    LLMREG_TOKEN_VALID,
    LLMREG_TOKEN_PENDING, /* not approved yet */
    LLMREG_TOKEN_SPENT,   /* no use is left */
    LLMREG_TOKEN_EXPIRED,
    LLMREG_TOKEN_REVOKED,
    LLMREG_TOKEN_STATES
};
const char *llmreg_token_state_text(enum llmreg_token_state state);
/* The worst of what is true at that wall time: only VALID lets anybody in. */
enum llmreg_token_state llmreg_token_state(const struct llmreg_token *t,
                                           int64_t wall_ms);

/* LLMREG_OK, or LLMREG_EINVAL and err names the field, its value and what is
 * allowed.  Only AGENT may be bound, and only an AGENT's may be for enrolment;
 * a digest of zeros is none. */
LLMREG_MUSTCHECK int llmreg_token_check(const struct llmreg_token *t,
                                        struct llmreg_error *err);

#endif
