/* SPDX-License-Identifier: MIT */
/* part.h - an immutable value that is published, read and replaced whole.
 *
 * A part is one block of memory with a count of references in front.  The
 * entry that publishes it owns one reference, which is dropped only after a
 * grace period (part_retire).  So a reader inside a section may always add a
 * reference to what it sees published: the count is not 0 before the section
 * is over.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: references are counted; the last one frees the block.
 */
#ifndef LLMREG_REGISTRY_PART_H
#define LLMREG_REGISTRY_PART_H

#include <stdatomic.h>
#include <string.h>

#include "common/registry/rcu.h"

/* The first member of every part. */
struct part {
    struct rcu_head rcu;
    _Atomic uint32_t refs;
};

/* One reference. */
static inline void part_init(struct part *p)
{
    atomic_init(&p->refs, 1);
}

static inline void part_hold(struct part *p)
{
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
}

void part_put(struct part *p); /* NULL is fine */
/* Drops the entry's reference once no reader can find it any more. */
void part_retire(struct part *p);

/* Copies s with its NUL to *at and moves *at behind it; "" takes no room. */
const char *part_pack(char **at, const char *s);
/* The room that part_pack takes for s; NULL is "". */
static inline size_t part_room(const char *s)
{
    return s == NULL || s[0] == '\0' ? 0 : strlen(s) + 1;
}

#endif
