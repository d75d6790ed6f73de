/* SPDX-License-Identifier: MIT */
/* load.h - puts what the file remembers back into the registry.
 *
 * Threads:   the store's thread, before it writes.
 * Blocking:  on the disk.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_LOAD_H
#define LLMREG_STORE_LOAD_H

#include <llmreg/table.h>

#include "common/store/database.h"
#include "common/store/store.h"

struct load {
    const struct store_world *world;
    struct llmreg_table *keep; /* ids that stay in the file only */
    bool late;      /* others work with the registry already: tell them */
    size_t loaded;  /* out */
    size_t skipped; /* out */
};

/* An endpoint that cannot be put back is logged and added to keep. */
LLMREG_MUSTCHECK int load_run(struct load *l, struct database *db,
                              struct llmreg_error *err);

#endif
