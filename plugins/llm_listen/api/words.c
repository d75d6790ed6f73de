/* SPDX-License-Identifier: MIT */
/* words.c - the table.  That it is late, stale, offline or unreachable is for
 * us to see and not for an agent to say. */
#include "plugins/llm_listen/api/words.h"

#include <string.h>

#include <llmreg/text.h>

#define ONLINE   LLMREG_PRESENCE_ONLINE
#define HEALTHY  LLMREG_HEALTH_HEALTHY
#define DEGRADED LLMREG_HEALTH_DEGRADED

static const struct word words[] = {
    {"online", ONLINE, HEALTHY, ""},
    {"healthy", ONLINE, HEALTHY, ""},
    {"active", ONLINE, HEALTHY, ""},
    {"degraded", ONLINE, DEGRADED, ""},
    {"unhealthy", ONLINE, LLMREG_HEALTH_UNHEALTHY, ""},
    {"loading", ONLINE, DEGRADED, "loading"},
    {"idle", ONLINE, HEALTHY, "idle"},
    {"busy", ONLINE, HEALTHY, "busy"},
    {"assigned", ONLINE, HEALTHY, "assigned"},
    {"working", ONLINE, HEALTHY, "working"},
    {"blocked", ONLINE, HEALTHY, "blocked"},
    {"restarting", LLMREG_PRESENCE_STARTING, LLMREG_HEALTH_UNKNOWN,
     "restarting"},
    {"starting", LLMREG_PRESENCE_STARTING, LLMREG_HEALTH_UNKNOWN, ""},
    {"stopped", LLMREG_PRESENCE_STOPPED, LLMREG_HEALTH_UNKNOWN, ""},
};

const struct word *word_find(const char *text)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].text, text) == 0)
            return &words[i];
    return NULL;
}

void word_list(char *out, size_t size)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, size);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        llmreg_text_addf(&t, "%s%s", i == 0 ? "" : ", ", words[i].text);
}
