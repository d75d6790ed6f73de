/* SPDX-License-Identifier: MIT */
/* dirty.h - which parts of which things differ from the file.
 *
 * Threads:   one at a time.
 * Blocking:  never.
 * Ownership: ids are copied.
 */
#ifndef LLMREG_STORE_DIRTY_H
#define LLMREG_STORE_DIRTY_H

#include <llmreg/status.h>

enum {
    DIRTY_HEALTH = 1,   /* of an endpoint */
    DIRTY_MODELS = 2,   /* of an endpoint */
    DIRTY_PRESENCE = 1, /* of an agent */
    DIRTY_AGENT = 2,    /* what it says of itself */
    DIRTY_REPORT = 1,   /* of a host: when it was heard of */
    DIRTY_ALL = 7       /* what is rarely changed too, or it is gone */
};

struct dirty;

LLMREG_MUSTCHECK int dirty_new(struct dirty **out);
void dirty_free(struct dirty *d);
/* Adds parts to those marked before.  LLMREG_ENOMEM: some may be lost. */
LLMREG_MUSTCHECK int dirty_mark(struct dirty *d, const char *id,
                                unsigned parts);
size_t dirty_count(const struct dirty *d);
/* Walks in no order: start with *cursor = 0, ends with false. */
bool dirty_next(const struct dirty *d, size_t *cursor, const char **id,
                unsigned *parts);
void dirty_clear(struct dirty *d);

#endif
