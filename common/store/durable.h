/* SPDX-License-Identifier: MIT */
/* durable.h - up to which event everything is on disk, and who watches that.
 *
 * The store's thread says what is so; it never waits and wakes only those who
 * look away.  A watch is idle or pending, like a subscription of the bus:
 *
 *   idle    -> pending  durable_tell, which then makes it readable
 *   pending -> idle     durable_read, before it looks at what is so
 *
 * A watch is a place in a table of fixed size, and a place keeps its
 * descriptor for the next one who takes it: so it can be made readable without
 * a lock, whatever becomes of the watch meanwhile.
 *
 * Threads:   durable_tell belongs to one thread; one place to one at a time;
 *            the rest may be called by any.
 * Blocking:  never.
 * Ownership: a struct durable is the caller's, and outlives its watches.
 */
#ifndef LLMREG_STORE_DURABLE_H
#define LLMREG_STORE_DURABLE_H

#include <stdatomic.h>

#include <llmreg/status.h>
#include <llmreg/thread.h>

#define DURABLE_WATCHES 64

/* One place; service.h hands it out. */
struct llmreg_durable_watch {
    /* fixed once places counts it */
    struct durable *durable;
    int fd;
    /* written by everybody */
    _Atomic bool idle;
    bool taken; /* guarded by lock */
};

struct durable {
    struct llmreg_lock lock;
    /* written under lock */
    struct llmreg_durable_watch place[DURABLE_WATCHES];
    _Atomic unsigned places; /* that have a descriptor */
    /* written by durable_tell, read by everybody */
    _Atomic uint64_t on_disk;
    _Atomic bool works;
};

/* Nothing is on disk, and nothing works.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int durable_init(struct durable *d);
void durable_fini(struct durable *d);

/* Everything up to on_disk is on disk; works: more will be. */
void durable_tell(struct durable *d, uint64_t on_disk, bool works);
static inline uint64_t durable_on_disk(const struct durable *d)
{
    return atomic_load(&d->on_disk);
}
static inline bool durable_works(const struct durable *d)
{
    return atomic_load(&d->works);
}

/* A place that is readable at once.  LLMREG_EFULL: all are taken; LLMREG_EIO:
 * no descriptor. */
LLMREG_MUSTCHECK int durable_watch(struct durable *d,
                                   struct llmreg_durable_watch **out);
void durable_unwatch(struct llmreg_durable_watch *p);
/* From here on it is readable once anything changed. */
uint64_t durable_read(struct llmreg_durable_watch *p, bool *works);

#endif
