/* SPDX-License-Identifier: MIT */
/* cooling.c - a few names and when they were shown out, looked at one by one:
 * it is asked once for each socket that says who it is. */
#include "plugins/llm_listen/api/cooling.h"

#include <stdio.h>
#include <string.h>

static int64_t time_of(unsigned times)
{
    static const int64_t seconds[] = {0, 30, 60, 300};
    const unsigned last = sizeof seconds / sizeof seconds[0] - 1;

    return seconds[times < last ? times : last] * LLMREG_NS_PER_S;
}

static bool is_known(const struct cooling_one *one, const char *id,
                     int64_t now_ns)
{
    return strcmp(one->id, id) == 0 &&
           now_ns - one->since_ns < COOLING_MEMORY_NS;
}

/* Its own place, or else the one that nobody needs as much. */
static struct cooling_one *place_of(struct cooling *c, const char *id)
{
    struct cooling_one *least = &c->items[0];

    for (size_t i = 0; i < COOLING_MAX; i++) {
        struct cooling_one *one = &c->items[i];

        if (strcmp(one->id, id) == 0)
            return one;
        if (least->id[0] != '\0' &&
            (one->id[0] == '\0' || one->since_ns < least->since_ns))
            least = one;
    }
    return least;
}

void cooling_add(struct cooling *c, const char *id, int64_t now_ns)
{
    struct cooling_one *one = place_of(c, id);

    if (!is_known(one, id, now_ns))
        one->times = 0;
    snprintf(one->id, sizeof one->id, "%s", id);
    one->times++;
    one->since_ns = now_ns;
}

int cooling_left(const struct cooling *c, const char *id, int64_t now_ns)
{
    for (size_t i = 0; i < COOLING_MAX; i++) {
        const struct cooling_one *one = &c->items[i];
        int64_t left_ns;

        if (!is_known(one, id, now_ns))
            continue;
        left_ns = one->since_ns + time_of(one->times) - now_ns;
        if (left_ns > 0)
            return (int)((left_ns + LLMREG_NS_PER_S - 1) / LLMREG_NS_PER_S);
    }
    return 0;
}
