/* SPDX-License-Identifier: MIT */
/* presence.c - the ladder that silence leads down.
 *
 *   starting, connecting, online
 *          |  silent for late intervals        (1.5)
 *        late
 *          |  silent for stale intervals       (3)
 *        stale
 *          |  silent for offline intervals     (10)
 *       offline      stopped (it said so; silence is expected)
 *          |            |
 *          +-- reap_ns --+--> removed, if it registered itself
 *
 *   a heartbeat            any -> what it says: online, starting or stopped
 *   a registration         late and beyond, stopped -> connecting
 *   a mark by others       any -> any
 *
 * One step at a time: who looks late makes all the steps, one after the other,
 * and nobody sees an agent offline that was not stale before.  Silence is
 * counted from the last heartbeat or registration on our monotonic clock, or
 * from a mark that put the agent above late.
 */
#include <llmreg/agent.h>

#include <string.h>

const struct llmreg_presence_rule llmreg_presence_rule_default = {
    .late = 1.5,
    .stale = 3,
    .offline = 10,
    .reap_ns = 24 * 3600 * LLMREG_NS_PER_S,
};

bool llmreg_is_present(enum llmreg_presence presence)
{
    return presence == LLMREG_PRESENCE_ONLINE ||
           presence == LLMREG_PRESENCE_LATE;
}

bool llmreg_is_absent(enum llmreg_presence presence)
{
    return presence == LLMREG_PRESENCE_STALE ||
           presence == LLMREG_PRESENCE_OFFLINE ||
           presence == LLMREG_PRESENCE_STOPPED;
}

bool llmreg_is_routable(enum llmreg_health_state state, enum llmreg_admin admin,
                        enum llmreg_presence presence, bool degraded_allowed)
{
    return llmreg_is_serving(state, admin, degraded_allowed) &&
           !llmreg_is_absent(presence);
}

/* In intervals; 0: silence changes nothing. */
static double patience(enum llmreg_presence presence,
                       const struct llmreg_presence_rule *rule)
{
    switch (presence) {
    case LLMREG_PRESENCE_STARTING:
    case LLMREG_PRESENCE_CONNECTING:
    case LLMREG_PRESENCE_ONLINE:
        return rule->late;
    case LLMREG_PRESENCE_LATE:
        return rule->stale;
    case LLMREG_PRESENCE_STALE:
        return rule->offline;
    default:
        return 0;
    }
}

int64_t llmreg_presence_after(enum llmreg_presence presence,
                              int64_t interval_ms,
                              const struct llmreg_presence_rule *rule)
{
    double intervals = patience(presence, rule);

    if (intervals <= 0)
        return INT64_MAX;
    return (int64_t)(intervals * (double)interval_ms) * LLMREG_NS_PER_MS;
}

enum llmreg_presence
llmreg_presence_step(enum llmreg_presence presence, int64_t silent_ns,
                     int64_t interval_ms,
                     const struct llmreg_presence_rule *rule)
{
    static const enum llmreg_presence next[LLMREG_PRESENCES] = {
        [LLMREG_PRESENCE_STARTING] = LLMREG_PRESENCE_LATE,
        [LLMREG_PRESENCE_CONNECTING] = LLMREG_PRESENCE_LATE,
        [LLMREG_PRESENCE_ONLINE] = LLMREG_PRESENCE_LATE,
        [LLMREG_PRESENCE_LATE] = LLMREG_PRESENCE_STALE,
        [LLMREG_PRESENCE_STALE] = LLMREG_PRESENCE_OFFLINE,
        [LLMREG_PRESENCE_OFFLINE] = LLMREG_PRESENCE_OFFLINE,
        [LLMREG_PRESENCE_STOPPED] = LLMREG_PRESENCE_STOPPED,
    };

    if (silent_ns < llmreg_presence_after(presence, interval_ms, rule))
        return presence;
    return next[presence];
}
