/* SPDX-License-Identifier: MIT */
/* dialects.c - what the configuration calls them. */
#include "plugins/llm_listen/dialects/dialects.h"

#include <string.h>

static const char *const names[DIALECTS] = {
    [DIALECT_OPTIINFRA] = "optiinfra",
    [DIALECT_NEXUS] = "nexus",
    [DIALECT_THUNDERLINE] = "thunderline",
    [DIALECT_AGENTCOM] = "agentcom",
};

const char *dialect_text(enum dialect d)
{
    return names[d];
}

int dialect_parse(const char *s, enum dialect *out)
{
    for (unsigned d = 0; d < DIALECTS; d++) {
        if (strcmp(names[d], s) != 0)
            continue;
        *out = (enum dialect)d;
        return LLMREG_OK;
    }
    return LLMREG_ENOENT;
}
