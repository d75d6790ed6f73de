/* SPDX-License-Identifier: MIT */
/* keyring.c - tokens for tests. */
#include "tests/unit/keyring.h"

#include <check.h>
#include <stdio.h>

#define TEXT_SIZE 512

struct llmreg_token keyring_token(const char *id)
{
    const struct llmreg_token token = {
        .id = id,
        .digest = {1, 2, 3},
        .name = "rack 7",
        .role = LLMREG_ROLE_AGENT,
        .agent = "",
        .host = "",
        .origin = "file",
        .approved = true,
    };

    return token;
}

struct llmreg_token keyring_enrolment(const char *id, uint32_t uses)
{
    struct llmreg_token token = keyring_token(id);

    token.uses = token.uses_left = uses;
    return token;
}

void keyring_add(const struct llmreg_token *token)
{
    struct llmreg_error err = {""};
    int rc = llmreg_token_add(fleet, token, &fleet_now, NULL, &err);

    ck_assert_msg(rc == LLMREG_OK, "add %s: %d %s", token->id, rc, err.text);
}

const char *keyring_line(const char *id)
{
    static char line[TEXT_SIZE];
    const struct llmreg_token *t = llmreg_token_get(fleet, id);

    if (t == NULL)
        return "none";
    int n = snprintf(
        line, sizeof line, "%s %s %s@%s", llmreg_role_text(t->role),
        llmreg_token_state_text(llmreg_token_state(t, fleet_now.wall_ms)),
        t->agent, t->host);
    if (t->uses != 0)
        (void)snprintf(line + n, sizeof line - (size_t)n, " %u of %u",
                       (unsigned)t->uses_left, (unsigned)t->uses);
    llmreg_token_put(t);
    return line;
}

const char *keyring_event(void)
{
    static char line[TEXT_SIZE];
    const struct llmreg_event *e = fleet_event();

    if (e == NULL)
        return "";
    (void)snprintf(line, sizeof line, "%s %s %s>%s %s",
                   llmreg_event_type_text(e->type), e->subject, e->before,
                   e->after, e->reason);
    return line;
}
