/* SPDX-License-Identifier: MIT */
/* health_part.c - version and detail come last in struct llmreg_health: all
 * before them is copied as it is, and the two texts follow packed.
 */
#include "common/registry/health_part.h"

#include <stdlib.h>
#include <string.h>

#define HEAD offsetof(struct llmreg_health, version)

_Static_assert(offsetof(struct llmreg_health, detail) ==
                   HEAD + LLMREG_VERSION_SIZE,
               "version and detail are the last two members");

struct health_part *health_part_new(const struct llmreg_health *health)
{
    size_t version = strnlen(health->version, LLMREG_VERSION_SIZE - 1) + 1;
    size_t detail = strnlen(health->detail, LLMREG_DETAIL_SIZE - 1) + 1;
    struct health_part *p = malloc(sizeof *p + HEAD + version + detail);

    if (p == NULL)
        return NULL;
    part_init(&p->part);
    p->version_room = (unsigned char)version;
    p->detail_room = (unsigned char)detail;
    memcpy(p->bytes, health, HEAD);
    memcpy(p->bytes + HEAD, health->version, version);
    memcpy(p->bytes + HEAD + version, health->detail, detail);
    p->bytes[HEAD + version - 1] = '\0';
    p->bytes[HEAD + version + detail - 1] = '\0';
    return p;
}

void health_part_get(const struct health_part *p, struct llmreg_health *out)
{
    memcpy(out, p->bytes, HEAD);
    memcpy(out->version, p->bytes + HEAD, p->version_room);
    memcpy(out->detail, p->bytes + HEAD + p->version_room, p->detail_room);
}
