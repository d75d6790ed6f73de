/* SPDX-License-Identifier: MIT */
/* token_part.c - tokens in one block: copied, compared, referred to, used. */
#include "common/registry/token_part.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/tokens.h>

struct token_part *token_part_new(const struct llmreg_token *token)
{
    struct token_part *p =
        malloc(sizeof *p + part_room(token->id) + part_room(token->name) +
               part_room(token->agent) + part_room(token->host) +
               part_room(token->origin));

    if (p == NULL)
        return NULL;
    part_init(&p->part);
    atomic_init(&p->used_ms, 0);
    char *at = p->text;
    p->token = *token;
    p->token.id = part_pack(&at, token->id);
    p->token.name = part_pack(&at, token->name);
    p->token.agent = part_pack(&at, token->agent);
    p->token.host = part_pack(&at, token->host);
    p->token.origin = part_pack(&at, token->origin);
    return p;
}

struct token_part *token_part_of(const struct llmreg_token *token)
{
    return rcu_holder(token, struct token_part, token);
}

bool token_part_alike(const struct llmreg_token *a,
                      const struct llmreg_token *b)
{
    return strcmp(a->id, b->id) == 0 && strcmp(a->name, b->name) == 0 &&
           strcmp(a->agent, b->agent) == 0 && strcmp(a->host, b->host) == 0 &&
           strcmp(a->origin, b->origin) == 0 &&
           memcmp(a->digest, b->digest, sizeof a->digest) == 0 &&
           a->role == b->role && a->created_ms == b->created_ms &&
           a->expires_ms == b->expires_ms && a->revoked_ms == b->revoked_ms &&
           a->approved == b->approved && a->uses == b->uses &&
           a->uses_left == b->uses_left;
}

const struct llmreg_token *llmreg_token_hold(const struct llmreg_token *t)
{
    part_hold(&token_part_of(t)->part);
    return t;
}

void llmreg_token_put(const struct llmreg_token *t)
{
    if (t != NULL)
        part_put(&token_part_of(t)->part);
}

int64_t llmreg_token_used(const struct llmreg_token *t)
{
    return atomic_load_explicit(&token_part_of(t)->used_ms,
                                memory_order_relaxed);
}

/* Many threads may use one token: they write to it once a second, and read
 * it otherwise. */
void llmreg_token_use(const struct llmreg_token *t, int64_t wall_ms)
{
    const int64_t used_ms = llmreg_token_used(t);

    if (used_ms == 0 || wall_ms < used_ms || wall_ms - used_ms >= 1000)
        atomic_store_explicit(&token_part_of(t)->used_ms, wall_ms,
                              memory_order_relaxed);
}
