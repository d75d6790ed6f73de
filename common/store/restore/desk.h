/* SPDX-License-Identifier: MIT */
/* desk.h - where a restore lies while it goes from hand to hand.
 *
 *   anybody      desk_request    -> wanted
 *   caretaker    desk_begin      -> running; prepares a file (prepare.h)
 *   caretaker    desk_hand_over  -> running; the file is ready to be used
 *   store        desk_take       -> running; applies it (apply.h)
 *   either       desk_end        -> done or failed, and an event of the store
 *                                   called "restore"
 * Only these functions write the step.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: the desk is the writer's; a difference is a counted value.
 */
#ifndef LLMREG_STORE_RESTORE_DESK_H
#define LLMREG_STORE_RESTORE_DESK_H

#include <llmreg/restore.h>

#include "common/store/store.h"

struct desk;

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int desk_new(struct desk **out,
                              const struct store_world *world);
void desk_free(struct desk *d); /* NULL is fine */

/* LLMREG_EBUSY: one is wanted or running. */
LLMREG_MUSTCHECK int desk_request(struct desk *d,
                                  const struct llmreg_restore_wish *wish);
/* *difference (may be NULL): a reference, or NULL. */
void desk_look(struct desk *d, struct llmreg_restore *out,
               struct llmreg_difference **difference);
bool desk_is_wanted(struct desk *d);

/* False: nobody wants one. */
bool desk_begin(struct desk *d, struct llmreg_restore *out);
/* Takes over the reference. */
void desk_compared(struct desk *d, struct llmreg_difference *difference);
/* work: as it is by now.  Wakes the store's thread. */
void desk_hand_over(struct desk *d, const struct llmreg_restore *work);
/* False: nothing is ready. */
bool desk_take(struct desk *d, struct llmreg_restore *out);
/* rc LLMREG_OK: done; else failed, and err tells why. */
void desk_end(struct desk *d, const struct llmreg_restore *work, int rc,
              const struct llmreg_error *err);

#endif
