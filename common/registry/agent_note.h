/* SPDX-License-Identifier: MIT */
/* agent_note.h - what was noted of an agent besides numbers, as one published
 * part: what it does, from where it speaks, how often it came and moved.
 *
 * Who speaks for an agent is its claimant: an address and a hub.  A change
 * of it is counted; the first address that gets known is none.
 *
 * Threads:   immutable; any.
 * Blocking:  never.
 * Ownership: as every part (part.h).
 */
#ifndef LLMREG_REGISTRY_AGENT_NOTE_H
#define LLMREG_REGISTRY_AGENT_NOTE_H

#include <llmreg/agent.h>

#include "common/domain/window.h"
#include "common/registry/part.h"

/* Strings are lent. */
struct agent_facts {
    struct window registrations, changes;
    const char *activity;
    const char *peer;  /* "": unknown */
    const char *other; /* the peer before */
    const char *hub;
};

struct agent_note {
    struct part part;
    struct agent_facts facts;
};

/* A copy with one reference, or NULL: no memory. */
struct agent_note *agent_note_new(const struct agent_facts *facts);

/* A message came through that hub from that address at mono_ns: false if
 * this is who speaks for it already, else *facts follows. */
bool agent_facts_claim(struct agent_facts *facts, const char *hub,
                       const char *peer, int64_t mono_ns);

#endif
