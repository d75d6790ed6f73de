/* SPDX-License-Identifier: MIT */
/* session_part.h - one session as an immutable value, in one block.
 *
 * Threads:   immutable; any.
 * Blocking:  never.
 * Ownership: as every part (part.h); llmreg_session_put drops a reference.
 */
#ifndef LLMREG_REGISTRY_SESSION_PART_H
#define LLMREG_REGISTRY_SESSION_PART_H

#include <llmreg/sessions.h>

#include "common/registry/part.h"

struct session_part {
    struct part part;
    struct llmreg_session session;
    const char *name; /* for people: "FROM - TO" */
    char text[];
};

/* A copy with one reference, or NULL: no memory. */
struct session_part *session_part_new(const struct llmreg_session *session);
/* The part that a session handed out lies in. */
struct session_part *session_part_of(const struct llmreg_session *session);

#endif
