/* SPDX-License-Identifier: MIT */
/* lines.h - waiting for a free slot, so that the hung never delay the healthy.
 *
 * A probe that is due waits in one of three lines:
 *   plain   its host is an address
 *   named   its host is a name: it may need a look-up, of which LINES_LOOKUPS
 *           are waited for at once (each is a thread of libcurl's)
 *   slow    its last probe timed out: it waits only behind its like, and its
 *           like hold at most a quarter of the slots and of the look-ups
 * Plain and named are served in the order in which they became due.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: items are the caller's, embedded in what waits.
 */
#ifndef LLM_PROBE_LINES_H
#define LLM_PROBE_LINES_H

#include <llmreg/status.h>

#define LINES_LOOKUPS 64

enum line_state { LINE_AWAY, LINE_WAITING, LINE_FLYING };

struct line_item {
    bool named, slow; /* the caller's, unchanged while not LINE_AWAY */
    enum line_state state;
    bool resolving; /* flying, and may still be looking up its host */
    uint64_t ticket;
    struct line_item *older, *newer;
};

enum line { LINE_PLAIN, LINE_NAMED, LINE_SLOW, LINES };

struct lines {
    struct line_item *oldest[LINES], *newest[LINES];
    size_t slots; /* fixed after init */
    size_t flying, slow_flying, resolving, slow_resolving;
    uint64_t tickets;
};

void lines_init(struct lines *l, size_t slots);
/* The item is due: it waits. */
void lines_wait(struct lines *l, struct line_item *item);
/* The one to start now, which holds a slot from here on; or NULL. */
struct line_item *lines_next(struct lines *l);
/* The item has an address: another look-up may begin. */
void lines_resolved(struct lines *l, struct line_item *item);
/* The item waits no more and holds no slot; fine in any state. */
void lines_leave(struct lines *l, struct line_item *item);

#endif
