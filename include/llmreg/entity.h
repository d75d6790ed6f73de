/* SPDX-License-Identifier: MIT */
/* entity.h - the kinds of things that the registry knows.
 *
 * Threads:   values have no thread.
 * Blocking:  never.
 * Ownership: returned strings are static.
 */
#ifndef LLMREG_ENTITY_H
#define LLMREG_ENTITY_H

#include <llmreg/status.h>

enum llmreg_entity {
    LLMREG_ENTITY_ENDPOINT,
    LLMREG_ENTITY_AGENT,
    LLMREG_ENTITY_HOST,
    LLMREG_ENTITY_SESSION,
    LLMREG_ENTITY_ALERT,
    LLMREG_ENTITY_STORE,
    LLMREG_ENTITY_CLOCK,
    LLMREG_ENTITY_TOKEN,
    LLMREG_ENTITY_AUDIT,
    LLMREG_ENTITIES
};

const char *llmreg_entity_text(enum llmreg_entity entity);
/* LLMREG_ENOENT: no such word; matched exactly. */
LLMREG_MUSTCHECK int llmreg_entity_parse(const char *s,
                                         enum llmreg_entity *out);

#endif
