/* SPDX-License-Identifier: MIT */
/* tally.h - what the entries of a node of the index are, added up.
 *
 * An entry counts in several ways at once, and a reader that sees it in one
 * but not yet in another would take a change for an outage.  So the counts
 * that are compared with each other share a word, which changes, and is read,
 * at once.  What an entry adds is a tally itself; less is what was before.
 *
 *     serving   bits 0 active, 21 unknown and active, 42 serving
 *     having    bits 0 all, 21 healthy, 42 has it loaded
 *     routing   bits 0 routable
 *
 * Threads:   values; any.
 * Blocking:  never.
 * Ownership: the caller's.
 */
#ifndef LLMREG_REGISTRY_TALLY_H
#define LLMREG_REGISTRY_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include <llmreg/agent.h>
#include <llmreg/fleet.h>

#define TALLY_BITS 21

_Static_assert(LLMREG_LIMIT < 1 << (TALLY_BITS - 1),
               "a count of all, once more while a list is replaced, fits");

struct tally {
    uint64_t serving, having, routing;
};

/* One that is in place (0 to 2) of its word, if it is so. */
static inline uint64_t tally_one(bool so, int place)
{
    return (uint64_t)so << (place * TALLY_BITS);
}

/* The count in place of word. */
static inline size_t tally_count(uint64_t word, int place)
{
    return word >> (place * TALLY_BITS) & ((1U << TALLY_BITS) - 1);
}

/* What an entry adds to the nodes of its models. */
static inline struct tally tally_of(enum llmreg_health_state state,
                                    enum llmreg_admin admin,
                                    enum llmreg_presence presence)
{
    bool active = admin == LLMREG_ADMIN_ACTIVE;
    const struct tally t = {
        tally_one(active, 0) |
            tally_one(active && state == LLMREG_HEALTH_UNKNOWN, 1) |
            tally_one(llmreg_is_serving(state, admin, false), 2),
        tally_one(true, 0) | tally_one(state == LLMREG_HEALTH_HEALTHY, 1),
        tally_one(llmreg_is_routable(state, admin, presence, false), 0),
    };

    return t;
}

/* What it adds where it has the model loaded, on top. */
static inline struct tally tally_loaded(void)
{
    return (struct tally){.having = tally_one(true, 2)};
}

/* What has to be added to b to make it a. */
static inline struct tally tally_less(struct tally a, struct tally b)
{
    return (struct tally){a.serving - b.serving, a.having - b.having,
                          a.routing - b.routing};
}

/* The counts, all but the name.  The words are not read at once, so what
 * one of them has seen is made good in the others. */
static inline struct llmreg_fleet_model tally_read(struct tally t)
{
    struct llmreg_fleet_model m = {
        .endpoints = tally_count(t.having, 0),
        .healthy = tally_count(t.having, 1),
        .loaded = tally_count(t.having, 2),
        .active = tally_count(t.serving, 0),
        .unknown = tally_count(t.serving, 1),
        .serving = tally_count(t.serving, 2),
        .routable = tally_count(t.routing, 0),
    };

    if (m.endpoints < m.active)
        m.endpoints = m.active;
    if (m.healthy < m.serving)
        m.healthy = m.serving;
    if (m.routable > m.serving)
        m.routable = m.serving;
    if (m.loaded > m.endpoints)
        m.loaded = m.endpoints;
    return m;
}

#endif
