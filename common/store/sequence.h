/* SPDX-License-Identifier: MIT */
/* sequence.h - event numbers are never used again, not even after kill -9.
 *
 * Before a number is used it is reserved in the file, in blocks.  A later run
 * starts above the end of the block.  Without a file the numbers go on at the
 * seconds since 1970 times 2^20: above all that were used, unless somebody
 * made more than a million events a second.
 *
 * Threads:   the store's thread.
 * Blocking:  sequence_reserve on the disk, the others never.
 * Ownership: a struct sequence is the caller's; all zero has nothing reserved.
 */
#ifndef LLMREG_STORE_SEQUENCE_H
#define LLMREG_STORE_SEQUENCE_H

#include <llmreg/bus.h>

#include "common/store/database.h"

/* So large that the quarter that is left when the next block is due outlasts
 * any stall of the disk: 1,000,000 endpoints cannot make more of them in a
 * second. */
#define SEQUENCE_BLOCK (1 << 20)

struct sequence {
    uint64_t reserved; /* in the file, for us */
    uint64_t pending;  /* in the transaction that is not committed yet */
};

/* Less than a quarter of a block is left. */
bool sequence_is_due(const struct sequence *s, struct llmreg_bus *bus);
/* Raises the bus above what another run reserved in the file that was just
 * opened.  A block is due then. */
LLMREG_MUSTCHECK int sequence_take_over(struct sequence *s, struct database *db,
                                        struct llmreg_bus *bus,
                                        const struct llmreg_now *now,
                                        struct llmreg_error *err);
/* The next block; inside a durable transaction, then sequence_committed. */
LLMREG_MUSTCHECK int sequence_reserve(struct sequence *s, struct database *db,
                                      struct llmreg_bus *bus,
                                      struct llmreg_error *err);
/* Every change up to that number is in the file. */
LLMREG_MUSTCHECK int sequence_synced(struct database *db, uint64_t seq,
                                     struct llmreg_error *err);
void sequence_committed(struct sequence *s);
/* There is no file to reserve in: goes on from the clock, unless enough of a
 * block is left. */
void sequence_jump(struct sequence *s, struct llmreg_bus *bus,
                   const struct llmreg_now *now);
/* The number from which that is. */
uint64_t sequence_from_clock(const struct llmreg_now *now);

#endif
