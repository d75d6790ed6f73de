/* SPDX-License-Identifier: MIT */
/* token.c - what a token must look like, and what it is good for.
 *
 *   VALID     -> PENDING   never: it is made so, and approved once
 *   PENDING   -> VALID     somebody approves it
 *   VALID     -> SPENT     the last use of an enrolment token is taken
 *   any       -> EXPIRED   its time has come
 *   any       -> REVOKED   for good
 * Nothing is written when a token expires: its state is asked for.
 */
#include <llmreg/agent.h>
#include <llmreg/token.h>

#include <string.h>

#include "common/domain/check.h"

bool llmreg_role_may(enum llmreg_role has, enum llmreg_role needed)
{
    if (needed == LLMREG_ROLE_AGENT)
        return has == LLMREG_ROLE_AGENT || has >= LLMREG_ROLE_OPERATOR;
    return has != LLMREG_ROLE_AGENT && has >= needed;
}

enum llmreg_token_state llmreg_token_state(const struct llmreg_token *t,
                                           int64_t wall_ms)
{
    if (t->revoked_ms != 0)
        return LLMREG_TOKEN_REVOKED;
    if (t->expires_ms != 0 && t->expires_ms <= wall_ms)
        return LLMREG_TOKEN_EXPIRED;
    if (t->uses != 0 && t->uses_left == 0)
        return LLMREG_TOKEN_SPENT;
    return t->approved ? LLMREG_TOKEN_VALID : LLMREG_TOKEN_PENDING;
}

/* ---- checking ---- */

static bool is_id(const char *id)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    const size_t len = strnlen(id, LLMREG_TOKEN_ID_SIZE);

    return len == LLMREG_TOKEN_ID_SIZE - 1 && strspn(id, allowed) == len;
}

static int check_id(const char *id, struct llmreg_error *err)
{
    char shown[CHECK_SHOWN];

    if (id != NULL && is_id(id))
        return LLMREG_OK;
    check_show(shown, id == NULL ? "" : id);
    llmreg_error_set(err, "id of the token \"%s\" must be %d of a-z 0-9", shown,
                     LLMREG_TOKEN_ID_SIZE - 1);
    return LLMREG_EINVAL;
}

static int check_digest(const struct llmreg_token *t, struct llmreg_error *err)
{
    static const uint8_t none[LLMREG_DIGEST_SIZE];

    if (memcmp(t->digest, none, sizeof none) != 0)
        return LLMREG_OK;
    llmreg_error_set(err, "token %s has no digest", t->id);
    return LLMREG_EINVAL;
}

static int check_origin(const char *origin, struct llmreg_error *err)
{
    int rc = check_text("origin", origin, 1, LLMREG_TOKEN_ORIGIN_SIZE - 1, err);

    if (rc == LLMREG_OK)
        rc = check_chars("origin", origin, "._:-", err);
    return rc;
}

static int check_agent(const char *agent, struct llmreg_error *err)
{
    int rc = check_text("agent", agent, 0, LLMREG_AGENT_ID_SIZE - 1, err);

    if (rc == LLMREG_OK)
        rc = check_chars("agent", agent, "._:@/+-", err);
    return rc;
}

static int check_host(const char *host, struct llmreg_error *err)
{
    if (host != NULL && host[0] == '\0')
        return LLMREG_OK;
    return check_host_key("host", host, err);
}

/* What does not go together. */
static int check_scope(const struct llmreg_token *t, struct llmreg_error *err)
{
    const bool bound = t->agent[0] != '\0' || t->host[0] != '\0';

    if (t->role != LLMREG_ROLE_AGENT && (bound || t->uses != 0)) {
        llmreg_error_set(err,
                         "role %s: only tokens of role agent are bound to an "
                         "agent or a host, or are for enrolment",
                         llmreg_role_text(t->role));
        return LLMREG_EINVAL;
    }
    if (t->uses == 0 || !bound)
        return LLMREG_OK;
    llmreg_error_set(err, "uses %u: a token for enrolment is bound to nobody",
                     (unsigned)t->uses);
    return LLMREG_EINVAL;
}

static int check_numbers(const struct llmreg_token *t, struct llmreg_error *err)
{
    int rc = check_range("created_ms", t->created_ms, 0, INT64_MAX, err);

    if (rc == LLMREG_OK)
        rc = check_range("expires_ms", t->expires_ms, 0, INT64_MAX, err);
    if (rc == LLMREG_OK)
        rc = check_range("revoked_ms", t->revoked_ms, 0, INT64_MAX, err);
    if (rc == LLMREG_OK)
        rc = check_range("uses", t->uses, 0, LLMREG_TOKEN_USES_MAX, err);
    if (rc == LLMREG_OK)
        rc = check_range("uses_left", t->uses_left, 0, t->uses, err);
    return rc;
}

int llmreg_token_check(const struct llmreg_token *t, struct llmreg_error *err)
{
    int rc = check_id(t->id, err);

    if (rc == LLMREG_OK)
        rc = check_text("name", t->name, 0, LLMREG_TOKEN_NAME_SIZE - 1, err);
    if (rc == LLMREG_OK)
        rc = check_word("role", t->role, LLMREG_ROLES, err);
    if (rc == LLMREG_OK)
        rc = check_agent(t->agent, err);
    if (rc == LLMREG_OK)
        rc = check_host(t->host, err);
    if (rc == LLMREG_OK)
        rc = check_origin(t->origin, err);
    if (rc == LLMREG_OK)
        rc = check_numbers(t, err);
    if (rc == LLMREG_OK)
        rc = check_scope(t, err);
    if (rc == LLMREG_OK)
        rc = check_digest(t, err);
    return rc;
}
