/* SPDX-License-Identifier: MIT */
/* requests.h - how many requests began at an endpoint and how many ended.
 *
 * Two counters that only grow, instead of one that goes up and down: pending
 * is their difference, total the first of them, and that ended never passes
 * begun is all there is to keep.  The removal of the entry is a bit in begun:
 * one step closes it if nothing is pending, and no request that began before
 * is overlooked.
 *
 * Threads:   any; every step is one atomic operation, repeated at most while
 *            others make theirs.
 * Blocking:  never.
 * Ownership: part of an entry.
 */
#ifndef LLMREG_REGISTRY_REQUESTS_H
#define LLMREG_REGISTRY_REQUESTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define REQUESTS_LINE 64 /* bytes of a cache line */

/* A line of its own: routers write it all the time, while others read the
 * rest of the entry. */
struct requests {
    _Alignas(REQUESTS_LINE) _Atomic uint64_t begun; /* and REQUESTS_CLOSED */
    _Atomic uint64_t ended;                         /* never above begun */
    _Atomic uint64_t latency;     /* bits of a double; NAN: no sample */
    _Atomic uint64_t *everywhere; /* unmatched ends of all; may be NULL */
    _Atomic uint32_t unmatched;
};

#define REQUESTS_CLOSED (UINT64_C(1) << 63)

void requests_init(struct requests *q);
/* Closes it, and says so; false: requests are pending.  force: in any case. */
bool requests_close(struct requests *q, bool force);

#endif
