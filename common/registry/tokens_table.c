/* SPDX-License-Identifier: MIT */
/* tokens_table.c - the shelf of tokens, and how one value replaces another. */
#include "common/registry/tokens_table.h"

#include <stdlib.h>
#include <string.h>

#include "common/registry/count.h"
#include "common/registry/table.h"

/* Chains get longer above it, and nothing else. */
#define BUCKETS 16384

int tokens_start(struct llmreg_registry *r)
{
    struct tokens *t = &r->tokens;
    int rc = shelf_init(&t->shelf, BUCKETS);

    t->shelf.max = LLMREG_TOKENS_MAX;
    t->bus = r->bus;
    return rc;
}

void tokens_clear(struct llmreg_registry *r)
{
    llmreg_lock(&r->tokens.lock);
    shelf_clear(&r->tokens.shelf);
    llmreg_unlock(&r->tokens.lock);
}

void tokens_stop(struct llmreg_registry *r)
{
    shelf_fini(&r->tokens.shelf);
}

static struct token_item *item_of(struct shelf_item *item)
{
    return item == NULL ? NULL : rcu_holder(item, struct token_item, item);
}

static void release(struct shelf_item *shelf_item)
{
    struct token_item *item = item_of(shelf_item);

    part_put(&item->value->part);
    free(item);
}

static const struct shelf_kind kind = {
    .key = offsetof(struct token_item, id),
    .release = release,
};

/* ---- one change ---- */

struct token_item *tokens_find_locked(struct tokens *t, const char *id)
{
    return item_of(shelf_find(&t->shelf, id));
}

static int prepare_item_locked(struct tokens *t, struct token_item *item,
                               struct token_change *c) LLMREG_REQUIRES(t->lock)
{
    int rc = LLMREG_OK;

    c->item = item;
    if (item == NULL)
        rc = shelf_prepare(&t->shelf, c->token.id);
    if (item != NULL || rc != LLMREG_OK)
        return rc;
    c->item = calloc(1, sizeof *c->item);
    if (c->item == NULL)
        return LLMREG_ENOMEM;
    c->fresh = true;
    memcpy(c->item->id, c->token.id, sizeof c->item->id);
    shelf_item_init(&c->item->item, &kind);
    return LLMREG_OK;
}

int tokens_prepare_locked(struct tokens *t, struct token_item *item,
                          struct token_change *c)
{
    int rc = prepare_item_locked(t, item, c);

    if (rc != LLMREG_OK)
        return rc;
    c->value = token_part_new(&c->token);
    return c->value == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

/* n: one more, or (size_t)-1. */
static void count_locked(struct tokens *t, const struct llmreg_token *token,
                         size_t n) LLMREG_REQUIRES(t->lock)
{
    if (token->revoked_ms != 0) {
        count_add(&t->revoked, n);
        return;
    }
    count_add(&t->by_role[token->role], n);
    if (!token->approved)
        count_add(&t->pending, n);
}

static void tell_locked(struct tokens *t, struct token_change *c,
                        const struct llmreg_token *token)
    LLMREG_REQUIRES(t->lock)
{
    if (c->event.type == LLMREG_EVENT_TYPES)
        return;
    c->event.entity = LLMREG_ENTITY_TOKEN;
    c->event.subject = token->id;
    c->event.name = token->name;
    /* Without memory for it the subscribers see a gap and start over. */
    int rc = llmreg_bus_publish(t->bus, &c->event, &c->seq);
    (void)rc;
}

void tokens_publish_locked(struct tokens *t, struct token_change *c)
{
    struct token_item *item = c->item;
    struct token_part *old = item->value;

    if (old != NULL) {
        count_locked(t, &old->token, (size_t)-1);
        atomic_init(&c->value->used_ms, llmreg_token_used(&old->token));
    }
    count_locked(t, &c->value->token, 1);
    rcu_publish(&item->value, c->value);
    if (c->fresh)
        shelf_add(&t->shelf, &item->item);
    tell_locked(t, c, &c->value->token);
    c->old = old;
    c->value = NULL;
    c->fresh = false;
}

void tokens_remove_locked(struct tokens *t, struct token_item *item,
                          struct token_change *c)
{
    count_locked(t, &item->value->token, (size_t)-1);
    tell_locked(t, c, &item->value->token);
    shelf_remove(&t->shelf, &item->item);
}

void tokens_finish(struct tokens *t, struct token_change *c)
{
    if (c->old != NULL)
        part_retire(&c->old->part);
    if (c->value != NULL)
        part_put(&c->value->part);
    if (c->fresh)
        free(c->item);
    if (c->seq != 0)
        llmreg_bus_wake(t->bus);
}

/* ---- reading ---- */

const struct llmreg_token *llmreg_token_get(struct llmreg_registry *r,
                                            const char *id)
{
    const struct llmreg_token *t = NULL;

    rcu_begin();
    const struct token_item *item = item_of(shelf_find(&r->tokens.shelf, id));
    if (item != NULL)
        t = llmreg_token_hold(&rcu_load(&item->value)->token);
    rcu_end();
    return t;
}

void llmreg_each_token(struct llmreg_registry *r, llmreg_token_fn fn, void *ctx)
{
    struct shelf_item *item;

    rcu_begin();
    struct slots_walk w = shelf_walk(&r->tokens.shelf);
    while ((item = slots_next(&w)) != NULL)
        if (shelf_alive(item) &&
            !fn(ctx, &rcu_load(&item_of(item)->value)->token))
            break;
    rcu_end();
}

static size_t count_of(_Atomic size_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

void llmreg_token_count(struct llmreg_registry *r,
                        struct llmreg_token_counts *out)
{
    for (int i = 0; i < LLMREG_ROLES; i++)
        out->by_role[i] = count_of(&r->tokens.by_role[i]);
    out->pending = count_of(&r->tokens.pending);
    out->revoked = count_of(&r->tokens.revoked);
}
