/* SPDX-License-Identifier: MIT */
/* token.c - who may: tokens, with the digest of their secret. */
#include "common/store/rows/token.h"

#include "common/store/rows/binding.h"
#include "common/store/rows/cursor.h"

int rows_put_token(struct database *db, const struct llmreg_token *t,
                   struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_TOKEN_PUT, TABLE_TOKEN);

    binding_text(&b, t->id);
    binding_bytes(&b, t->digest, sizeof t->digest);
    binding_text(&b, t->name);
    binding_text(&b, llmreg_role_text(t->role));
    binding_text(&b, t->agent);
    binding_text(&b, t->host);
    binding_text(&b, t->origin);
    binding_number(&b, t->created_ms);
    binding_time(&b, t->expires_ms);
    binding_time(&b, t->revoked_ms);
    binding_time(&b, llmreg_token_used(t));
    binding_number(&b, t->approved);
    binding_number(&b, t->uses);
    binding_number(&b, t->uses_left);
    return binding_finish(&b, err);
}

static int64_t read_token(struct cursor *c, struct llmreg_token *t)
{
    int64_t used_ms;

    t->id = cursor_text(c);
    cursor_bytes(c, t->digest, sizeof t->digest);
    t->name = cursor_text(c);
    cursor_expect(c, llmreg_role_parse(cursor_text(c), &t->role), CURSOR_WORD);
    t->agent = cursor_text(c);
    t->host = cursor_text(c);
    t->origin = cursor_text(c);
    t->created_ms = cursor_any(c);
    t->expires_ms = cursor_time(c);
    t->revoked_ms = cursor_time(c);
    used_ms = cursor_time(c);
    t->approved = cursor_number(c, 0, 1) != 0;
    t->uses = (uint32_t)cursor_number(c, 0, UINT32_MAX);
    t->uses_left = (uint32_t)cursor_number(c, 0, UINT32_MAX);
    return used_ms;
}

struct reading {
    rows_token_fn fn;
    void *ctx;
};

static int hand_over(void *ctx, struct cursor *c)
{
    const struct reading *r = ctx;
    struct llmreg_token t = {.id = ""};
    int64_t used_ms = read_token(c, &t);

    if (c->nomem)
        return LLMREG_ENOMEM;
    return r->fn(r->ctx, t.id, c->problem[0] == '\0' ? &t : NULL, used_ms,
                 c->problem);
}

int rows_each_token(struct database *db, rows_token_fn fn, void *ctx,
                    struct llmreg_error *err)
{
    const struct query all = {db, DB_TOKEN_LIST, NULL};
    struct reading r = {fn, ctx};

    return cursor_each(&all, hand_over, &r, err);
}
