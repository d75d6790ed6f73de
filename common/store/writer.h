/* SPDX-License-Identifier: MIT */
/* writer.h - the store without its thread: one step at a time.
 *
 *   broken  -> working  the file opened, was loaded (the first time) and made
 *                       like the registry; tried every retry_ns
 *   working -> broken   any error of SQLite or the file system, or the file
 *                       is not the one under its name any more
 * Only heal() and fail() in writer.c write the state.  While broken, events
 * stay in the bus's ring; what falls out of it is looked up afterwards.
 *
 * Threads:   one at a time.
 * Blocking:  writer_step on the disk, the others never.
 * Ownership: what is in struct store_world is lent.
 */
#ifndef LLMREG_STORE_WRITER_H
#define LLMREG_STORE_WRITER_H

#include "common/store/care/care.h"
#include "common/store/standing.h"
#include "common/store/store.h"

struct desk;
struct writer;

/* Opens and loads; a fault is told and leaves it broken.  LLMREG_ELOCKED,
 * LLMREG_ENOMEM, LLMREG_EIO (no descriptor), with err. */
LLMREG_MUSTCHECK int writer_new(struct writer **out,
                                const struct store_config *config,
                                const struct store_world *world,
                                struct llmreg_error *err);
/* Closes the file in good order.  NULL is fine. */
void writer_free(struct writer *w);

/* Does what is due at now; all that waits, and with fsync, if force. */
void writer_step(struct writer *w, const struct llmreg_now *now, bool force);

/* From now on a step takes all events at once, and those that do not fit into
 * one batch are not kept as history: what they changed is. */
void writer_hurry(struct writer *w);

/* From now on nothing up to that event number waits for fsync, lazy or not, but
 * for what is no event. */
void writer_want(struct writer *w, uint64_t seq);

/* Nanoseconds from now until the next step has something to do even though
 * no event comes. */
int64_t writer_pause(const struct writer *w, const struct llmreg_now *now);
/* To poll for events; -1 while none will be taken. */
int writer_fd(const struct writer *w);
bool writer_works(const struct writer *w);
/* The same for everybody; lent. */
struct standing *writer_standing(const struct writer *w);
/* Where a restore is wanted (restore/desk.h); lent. */
struct desk *writer_desk(const struct writer *w);
struct care *writer_care(const struct writer *w);
/* Every change up to this event number is on disk, with fsync. */
uint64_t writer_on_disk(const struct writer *w);

#endif
