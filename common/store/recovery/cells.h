/* SPDX-License-Identifier: MIT */
/* cells.h - the records on one page of a table.
 *
 * All our tables are WITHOUT ROWID, so that every row is a record on a page
 * of one of two kinds.  Nothing here is believed to be in order: what lies
 * outside of its page is passed over, and whether a record is what was written
 * is for who takes it (record.h).
 *
 * Threads:   one at a time.
 * Blocking:  on the disk.
 * Ownership: a record is lent to the function that is called with it.
 */
#ifndef LLMREG_STORE_CELLS_H
#define LLMREG_STORE_CELLS_H

#include "common/store/recovery/pages.h"

/* No row of ours is longer. */
#define CELLS_LONGEST (1024 * 1024)

struct cells {
    const struct pages *pages;
    unsigned char page[PAGES_SIZE];
    unsigned char *record; /* CELLS_LONGEST bytes */
};

LLMREG_MUSTCHECK int cells_init(struct cells *c, const struct pages *pages);
void cells_fini(struct cells *c);

/* Return LLMREG_OK to go on. */
typedef int (*cells_fn)(void *ctx, const unsigned char *record, size_t len);

/* The page can be read, and is what its first bytes say: sound.  One that is
 * not may still have cells. */
bool cells_load(struct cells *c, uint32_t number, bool *sound);
LLMREG_MUSTCHECK int cells_each(struct cells *c, cells_fn fn, void *ctx);

#endif
