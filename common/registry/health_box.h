/* SPDX-License-Identifier: MIT */
/* health_box.h - the published health of an endpoint: two boxes that are
 * written in turn.
 *
 * Every probe makes a new health, and nobody keeps one: it is handed out by
 * value.  So it needs no memory of its own, which would have to outlive its
 * readers.  The new one is written into the box that is not in use, and the
 * mark then says that it is:
 *
 *     mark:   bit 63 ... 12  number   11 ... 5  room of the version
 *                  4 ... 2   state    1  large  0  which of the two boxes
 *
 * A reader copies the box that the mark names, and takes the copy if the mark
 * is still the same: until then nobody wrote there.  It never waits for a
 * writer, not even for one that was interrupted; it only begins again when an
 * observation was published meanwhile.
 *
 * The texts lie behind the numbers, as long as they are.  If they do not fit,
 * two larger boxes are made, which stay as long as the entry does.
 *
 * Threads:   reading from any thread that holds or was lent the entry; the
 *            rest is for one writer at a time.
 * Blocking:  never.
 * Ownership: part of an entry.  All zero is a health that is all zero.
 */
#ifndef LLMREG_REGISTRY_HEALTH_BOX_H
#define LLMREG_REGISTRY_HEALTH_BOX_H

#include <stdatomic.h>

#include <llmreg/health.h>

#define HEALTH_BOX_WORDS       16 /* two cache lines */
#define HEALTH_BOX_WORDS_LARGE (sizeof(struct llmreg_health) / 8)

struct health_large {
    _Atomic uint64_t words[2][HEALTH_BOX_WORDS_LARGE];
};

struct health_box {
    struct health_large *large; /* published; NULL: never needed */
    _Atomic uint64_t words[2][HEALTH_BOX_WORDS];
    _Atomic uint64_t mark;
};

/* LLMREG_ENOMEM, and then nothing changed. */
LLMREG_MUSTCHECK int health_box_set(struct health_box *b,
                                    const struct llmreg_health *health);
void health_box_get(const struct health_box *b, struct llmreg_health *out);
static inline enum llmreg_health_state
health_box_state(const struct health_box *b)
{
    uint64_t mark = atomic_load_explicit(&b->mark, memory_order_acquire);

    return (enum llmreg_health_state)(mark >> 2 & 7);
}
/* Nobody may look at it any more. */
void health_box_fini(struct health_box *b);

#endif
