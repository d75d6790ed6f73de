/* SPDX-License-Identifier: MIT */
/* batch.h - what will be written by the next transaction.
 *
 * Threads:   the store's thread.
 * Blocking:  batch_sweep and batch_write on the disk, the others never.
 * Ownership: events are references, put when the batch is cleared.
 */
#ifndef LLMREG_STORE_BATCH_H
#define LLMREG_STORE_BATCH_H

#include <llmreg/bus.h>
#include <llmreg/registry.h>

#include "common/store/database.h"
#include "common/store/dirty.h"
#include "common/store/keep.h"
#include "common/store/kinds/kinds.h"

#define BATCH_EVENTS 256

struct batch {
    struct dirty *dirty[LLMREG_ENTITIES]; /* NULL: not remembered */
    const struct llmreg_event *events[BATCH_EVENTS];
    size_t nevents;
    bool durable;    /* something in it must not wait */
    bool unkept;     /* an event came that is not in events */
    bool everything; /* compare all of the file with all of the registry */
};

LLMREG_MUSTCHECK int batch_init(struct batch *b);
void batch_fini(struct batch *b);

bool batch_is_full(const struct batch *b);
/* Nothing would be written. */
bool batch_is_empty(const struct batch *b);
/* Takes over the reference.  Of an event that comes to a full batch only what
 * it changed is kept. */
void batch_add(struct batch *b, const struct llmreg_event *event);
/* The file must be made like the registry. */
void batch_add_everything(struct batch *b);
/* Adds what changed without an event; how to mark is added to the sweep. */
LLMREG_MUSTCHECK int batch_sweep(struct batch *b, const struct sweep *sweep,
                                 struct llmreg_error *err);

/* Writes present values.  Ids in keep are not deleted from the file though the
 * registry lacks them.  The batch stays as it is until the commit succeeded
 * and it is cleared. */
LLMREG_MUSTCHECK int batch_write(struct batch *b, const struct passage *p,
                                 const struct keep *keep,
                                 struct llmreg_error *err);
void batch_clear(struct batch *b);

#endif
