/* SPDX-License-Identifier: MIT */
/* token_part.h - a published token: one block with all its strings.
 *
 * The time of its last use is the only thing in it that changes; the part
 * that replaces it begins with that of the old one.  A use that is noted in
 * the old one a moment later is lost, and the next one is not.
 *
 * Threads:   immutable but for used_ms, which is atomic; any.
 * Blocking:  never.
 * Ownership: as every part (part.h); llmreg_token_put drops a reference.
 */
#ifndef LLMREG_REGISTRY_TOKEN_PART_H
#define LLMREG_REGISTRY_TOKEN_PART_H

#include <llmreg/token.h>

#include "common/registry/part.h"

struct token_part {
    struct part part;
    _Atomic int64_t used_ms;
    struct llmreg_token token;
    char text[];
};

/* A copy with one reference, or NULL: no memory. */
struct token_part *token_part_new(const struct llmreg_token *token);
/* The part that a token handed out lies in. */
struct token_part *token_part_of(const struct llmreg_token *token);
bool token_part_alike(const struct llmreg_token *a,
                      const struct llmreg_token *b);

#endif
