/* SPDX-License-Identifier: MIT */
/* tokens_table.h - the tokens inside the registry.
 *
 *   tokens.c         what is done to a token
 *   tokens_table.c   the shelf, one change, finding, walking, counting
 *   token_part.c     one token as an immutable value
 *   token_json.c     as people and programs get it
 *
 * Threads:   as said at the fields.
 * Blocking:  the lock is held for memory work only.
 * Ownership: the shelf owns one reference of each item on it.
 */
#ifndef LLMREG_REGISTRY_TOKENS_TABLE_H
#define LLMREG_REGISTRY_TOKENS_TABLE_H

#include <llmreg/thread.h>
#include <llmreg/tokens.h>

#include "common/registry/shelf.h"
#include "common/registry/token_part.h"

struct token_item {
    struct shelf_item item; /* its key is id */
    /* written under the tokens' lock, read by everybody */
    struct token_part *value; /* published, never NULL once it is */
    /* fixed after new */
    char id[LLMREG_TOKEN_ID_SIZE];
};

struct tokens {
    struct llmreg_lock lock;
    /* fixed after start */
    struct llmreg_bus *bus;
    /* guarded by lock; read and walked without it */
    struct shelf shelf;
    /* written under lock, read by everybody */
    _Atomic size_t by_role[LLMREG_ROLES], pending, revoked;
};

/* One change, in three steps: what can fail, what cannot, and what is done
 * after the lock is gone.  All zero but for token and event at the start. */
struct token_change {
    struct llmreg_token token; /* as it will be; strings are lent */
    /* Without entity, subject, name and after; type LLMREG_EVENT_TYPES: there
     * is none. */
    struct llmreg_event event;
    uint64_t seq;
    struct token_item *item;
    struct token_part *value; /* ours until it is published */
    struct token_part *old;   /* to be retired */
    bool fresh;               /* item is new, and ours until then */
};

/* The item, or NULL. */
struct token_item *tokens_find_locked(struct tokens *t, const char *id)
    LLMREG_REQUIRES(t->lock);
/* item: whose value is replaced; NULL: a new one.  LLMREG_ENOMEM; new
 * LLMREG_EEXIST, LLMREG_EFULL. */
LLMREG_MUSTCHECK int tokens_prepare_locked(struct tokens *t,
                                           struct token_item *item,
                                           struct token_change *c)
    LLMREG_REQUIRES(t->lock);
void tokens_publish_locked(struct tokens *t, struct token_change *c)
    LLMREG_REQUIRES(t->lock);
/* Takes the item off the shelf, and tells c->event of the token that it was. */
void tokens_remove_locked(struct tokens *t, struct token_item *item,
                          struct token_change *c) LLMREG_REQUIRES(t->lock);
/* After the lock is gone, whatever became of it. */
void tokens_finish(struct tokens *t, struct token_change *c);

/* As every table (registry.c). */
struct llmreg_registry;
LLMREG_MUSTCHECK int tokens_start(struct llmreg_registry *r);
void tokens_clear(struct llmreg_registry *r);
void tokens_stop(struct llmreg_registry *r);

#endif
