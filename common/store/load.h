/* SPDX-License-Identifier: MIT */
/* load.h - puts what the file remembers back into the registry.
 *
 * Threads:   the store's thread, before it writes.
 * Blocking:  load_run on the disk, the others never.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_LOAD_H
#define LLMREG_STORE_LOAD_H

#include <llmreg/bus.h>

#include "common/store/database.h"
#include "common/store/keep.h"
#include "common/store/store.h"

struct load {
    const struct store_world *world;
    struct keep *keep; /* ids that stay in the file only */
    bool late;         /* others work with the registry already: tell them */
    const char *again; /* late, and what is there is made as the file has it,
                          for this reason; NULL: it stays */
    size_t loaded;     /* out */
    size_t skipped;    /* out */
};

/* What cannot be put back is logged and added to keep. */
LLMREG_MUSTCHECK int load_run(struct load *l, struct database *db,
                              struct llmreg_error *err);

struct kind;
/* The same of one kind alone. */
LLMREG_MUSTCHECK int load_kind(struct load *l, const struct kind *kind,
                               struct database *db, struct llmreg_error *err);

/* ---- for the kinds ---- */

/* rc is what the registry said of putting it back, why in its words.
 * LLMREG_ENOMEM ends the load; everything else but LLMREG_OK and LLMREG_EEXIST
 * is a row that is skipped. */
LLMREG_MUSTCHECK int load_settle(struct load *l, enum llmreg_entity entity,
                                 const char *id, int rc, const char *why);
/* The event that tells what a late load added. */
void load_announce(const struct load *l, struct llmreg_event *event);

#endif
