/* SPDX-License-Identifier: MIT */
/* window.c - a ring of minutes; what is older than it is forgotten when it
 * moves on.
 */
#include "common/domain/window.h"

#define NS_PER_MINUTE INT64_C(60000000000)

/* Forgets what is too old at that minute. */
static void move_to(struct window *w, uint32_t minute)
{
    if (minute > w->minute && minute - w->minute >= WINDOW_MINUTES)
        *w = (struct window){.minute = minute};
    while (w->minute < minute)
        w->counts[++w->minute % WINDOW_MINUTES] = 0;
}

void window_add(struct window *w, int64_t mono_ns)
{
    move_to(w, (uint32_t)(mono_ns / NS_PER_MINUTE));
    uint8_t *count = &w->counts[w->minute % WINDOW_MINUTES];
    if (*count < UINT8_MAX)
        ++*count;
}

uint32_t window_sum(const struct window *w, int64_t mono_ns)
{
    uint32_t minute = (uint32_t)(mono_ns / NS_PER_MINUTE);
    uint32_t past = minute > w->minute ? minute - w->minute : 0;
    uint32_t at = w->minute % WINDOW_MINUTES, sum = 0;

    /* From the newest counter back, as many as are not too old. */
    for (; past < WINDOW_MINUTES; past++) {
        sum += w->counts[at];
        at = at == 0 ? WINDOW_MINUTES - 1 : at - 1;
    }
    return sum;
}
