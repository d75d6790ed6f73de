/* SPDX-License-Identifier: MIT */
/* agent_change.h - the one door through which an agent changes.
 *
 * Who wants to change an agent looks at it, prepares what is new, and hands
 * both in.  If the agent is not any more what it was looked at as, nothing
 * happens (LLMREG_EBUSY), and it is done again from the look.
 *
 * Threads:   one change belongs to one thread; with no lock held.
 * Blocking:  committing takes the agents' lock.
 * Ownership: a change holds references until agent_change_end, and owns the
 *            new parts until they are published.
 */
#ifndef LLMREG_REGISTRY_AGENT_CHANGE_H
#define LLMREG_REGISTRY_AGENT_CHANGE_H

#include "common/registry/table.h"

#define AGENT_FIELDS_SIZE 160

struct agent_change {
    const struct llmreg_now *now;
    struct llmreg_agent *agent;
    /* what was looked at; references */
    struct agent_part *old_spec;
    struct agent_note *old_note;
    uint64_t old_word;
    /* what shall be; NULL: as it is */
    struct agent_part *spec;
    struct agent_note *note;
    struct agent_word word;
    bool seen;                      /* it was heard of */
    bool patient;                   /* its silence counts from now */
    const char *reason;             /* of another presence */
    char fields[AGENT_FIELDS_SIZE]; /* that are updated */
    struct llmreg_text updated;     /* of fields */
    const char *before, *after;     /* of the one that has words */
    /* set by agent_change_commit */
    uint64_t seq; /* of the last event; 0: there was none */
};

/* Looks at a, of which it takes over the reference. */
void agent_change_begin(struct agent_change *c, struct llmreg_agent *a,
                        const struct llmreg_now *now);
/* The agent shall have these facts. LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int agent_change_note(struct agent_change *c,
                                       const struct agent_facts *facts);
/* The agent shall have this specification, if it differs.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int agent_change_spec(struct agent_change *c,
                                       const struct llmreg_agent_spec *spec);
/* LLMREG_EBUSY: do it again.  LLMREG_ENOENT: it was removed.  LLMREG_ENOMEM.
 * LLMREG_EEXIST: another one has the new name. */
LLMREG_MUSTCHECK int agent_change_commit(struct llmreg_registry *r,
                                         struct agent_change *c);
void agent_change_end(struct agent_change *c);

#endif
