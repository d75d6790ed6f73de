/* SPDX-License-Identifier: MIT */
/* agent_note.c - notes in one block, and who speaks for an agent. */
#include "common/registry/agent_note.h"

#include <stdlib.h>
#include <string.h>

struct agent_note *agent_note_new(const struct agent_facts *facts)
{
    struct agent_note *n =
        malloc(sizeof *n + part_room(facts->activity) + part_room(facts->peer) +
               part_room(facts->other) + part_room(facts->hub));

    if (n == NULL)
        return NULL;
    char *at = (char *)(n + 1);
    part_init(&n->part);
    n->facts = *facts;
    n->facts.activity = part_pack(&at, facts->activity);
    n->facts.peer = part_pack(&at, facts->peer);
    n->facts.other = part_pack(&at, facts->other);
    n->facts.hub = part_pack(&at, facts->hub);
    return n;
}

bool agent_facts_claim(struct agent_facts *facts, const char *hub,
                       const char *peer, int64_t mono_ns)
{
    bool new_hub = strcmp(facts->hub, hub) != 0;
    bool new_peer = peer[0] != '\0' && strcmp(facts->peer, peer) != 0;

    if (!new_hub && !new_peer)
        return false;
    if (new_hub || facts->peer[0] != '\0')
        window_add(&facts->changes, mono_ns);
    facts->hub = hub;
    if (new_peer) {
        facts->other = facts->peer;
        facts->peer = peer;
    }
    return true;
}
