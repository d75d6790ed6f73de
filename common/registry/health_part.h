/* SPDX-License-Identifier: MIT */
/* health_part.h - a published health: its numbers, and its texts as long as
 * they are.
 *
 * struct llmreg_health has room for the longest version and detail; most are
 * a few bytes.  Each observation makes a new one, so it had better be small.
 *
 * Threads:   immutable; any.
 * Blocking:  never.
 * Ownership: as every part (part.h), but handed out by value only.
 */
#ifndef LLMREG_REGISTRY_HEALTH_PART_H
#define LLMREG_REGISTRY_HEALTH_PART_H

#include <llmreg/health.h>

#include "common/registry/part.h"

struct health_part {
    struct part part;
    unsigned char version_room, detail_room; /* with their NUL */
    char bytes[]; /* all before version, version, detail */
};

/* A copy with one reference, or NULL: no memory. */
struct health_part *health_part_new(const struct llmreg_health *health);
void health_part_get(const struct health_part *p, struct llmreg_health *out);

#endif
