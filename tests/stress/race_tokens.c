/* SPDX-License-Identifier: MIT */
/* race_tokens.c - a mistake with the published value of a token, and with an
 * entry of the audit that falls out of its ring. */
#include <llmreg/audit.h>
#include <llmreg/tokens.h>

#include <stdlib.h>

#include "common/registry/table.h"
#include "tests/stress/race.h"

#define ID "ab12cd34"

static struct llmreg_registry *r;

static void close_registry(void)
{
    race_registry_free(r);
}

/* ---- a token is replaced ---- */

static void open_token(void)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    const struct llmreg_token token = {.id = ID,
                                       .digest = {1},
                                       .name = "rack 7",
                                       .role = LLMREG_ROLE_AGENT,
                                       .agent = "",
                                       .host = "",
                                       .origin = "file",
                                       .approved = true};

    r = race_registry();
    race_must(llmreg_token_add(r, &token, &now, NULL, NULL) == LLMREG_OK);
}

static void read_token(void)
{
    const struct llmreg_token *t = llmreg_token_get(r, ID);

    race_sink += t->role;
    llmreg_token_put(t);
}

static void write_token(bool wrong)
{
    llmreg_lock(&r->tokens.lock);
    struct token_item *item = tokens_find_locked(&r->tokens, ID);
    struct token_part *old = item->value;
    struct token_part *new = token_part_new(&old->token);
    race_must(new != NULL);
    rcu_publish(&item->value, new);
    llmreg_unlock(&r->tokens.lock);
    if (wrong)
        part_put(&old->part);
    else
        part_retire(&old->part);
}

/* ---- an entry of the audit falls out of the ring ---- */

static const struct llmreg_audit entry = {.who = "anonymous",
                                          .from = "",
                                          .what = "POST /",
                                          .subject = "",
                                          .detail = "",
                                          .status = 200};

static void open_audit(void)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);

    r = race_registry();
    race_must(llmreg_audit_add(r, &entry, &now, NULL, NULL) == LLMREG_OK);
}

static bool add_status(void *ctx, const struct llmreg_audit *a)
{
    size_t *sum = ctx;

    *sum += (size_t)a->status;
    return true;
}

static void read_audit(void)
{
    size_t sum = 0;

    llmreg_each_audit(r, UINT64_MAX, add_status, &sum);
    race_sink += sum;
}

static void write_audit(bool wrong)
{
    struct audit_part *new = malloc(sizeof *new);

    race_must(new != NULL);
    part_init(&new->part);
    new->entry = entry;
    llmreg_lock(&r->audit.lock);
    struct audit_part *old = r->audit.ring[0];
    new->entry.seq = old->entry.seq;
    rcu_publish(&r->audit.ring[0], new);
    llmreg_unlock(&r->audit.lock);
    if (wrong)
        part_put(&old->part);
    else
        part_retire(&old->part);
}

const struct race races_of_tokens[] = {
    {"token", open_token, read_token, write_token, close_registry},
    {"audit", open_audit, read_audit, write_audit, close_registry},
    {NULL, NULL, NULL, NULL, NULL},
};
