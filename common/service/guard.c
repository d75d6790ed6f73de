/* SPDX-License-Identifier: MIT */
/* guard.c - holds the many alerts of one fault of ours.
 *
 *              more than above, and more than
 *              share of those that were up, fail           until_ns
 *      quiet --------------------------------> holding ---------------+
 *       ^  ^                                    |   ^                 |
 *       |  |            enough are up again     |   | they fail       v
 *       |  |                                    v   | again       confirmed
 *       |  +---- until_ns ------------------ settling                 |
 *       +-------------------- enough are up again --------------------+
 *
 *   holding    raised; single alerts are held for one interval (the longest
 *              of those that fail, and a quarter for the last probe to end)
 *   settling   cleared; but who has not been asked since may still look dead,
 *              so single alerts are held for one more interval
 *   confirmed  raised; single alerts are let go
 *
 * "Enough" is share of those that were up when it began; when things are
 * removed or taken out meanwhile, of those that are left.  Whatever happens,
 * nothing is held for longer than three such intervals: what died alone
 * meanwhile, or in a network that comes and goes, is told then.
 *
 * What was down for long, or was never seen up, counts on neither side: a
 * fleet of dead endpoints raises nothing, and does not hide the others.
 */
#include "common/service/guard.h"

#define HOLDS_MAX 3

static int64_t hold_of(const struct guard_count *seen)
{
    int64_t hold = seen->longest_ns + seen->longest_ns / 4;

    return hold < GUARD_HOLD_MAX_NS ? hold : GUARD_HOLD_MAX_NS;
}

static bool is_mass(const struct guard_count *seen,
                    const struct guard_rule *rule)
{
    double were_up = (double)(seen->up + seen->failing);

    return seen->failing > rule->above &&
           (double)seen->failing > rule->share * were_up;
}

/* So many are up that it is not us. */
static bool is_back(const struct guard *g, const struct guard_count *seen,
                    double share)
{
    size_t gone = g->total > seen->total ? g->total - seen->total : 0;
    size_t were_up = g->were_up > gone ? g->were_up - gone : 0;

    return (double)seen->up >= (1 - share) * (double)were_up;
}

static void begin(struct guard *g, const struct guard_count *seen,
                  const struct llmreg_now *now)
{
    *g = (struct guard){
        .phase = GUARD_HOLDING,
        .were_up = seen->up + seen->failing,
        .total = seen->total,
        .failed = seen->failing,
        .began_ms = now->wall_ms,
        .began_ns = now->mono_ns,
        .hold_ns = hold_of(seen),
    };
    g->until_ns = now->mono_ns + g->hold_ns;
}

/* Single alerts are let go. */
static void let_go(struct guard *g, bool back)
{
    g->phase = back ? GUARD_QUIET : GUARD_CONFIRMED;
}

static void hold_again(struct guard *g, bool back, int64_t now_ns)
{
    int64_t last_ns = g->began_ns + HOLDS_MAX * g->hold_ns;
    int64_t until_ns = now_ns + g->hold_ns;

    g->phase = back ? GUARD_SETTLING : GUARD_HOLDING;
    g->until_ns = until_ns < last_ns ? until_ns : last_ns;
    if (now_ns >= g->until_ns)
        let_go(g, back);
}

static void step_holding(struct guard *g, bool back, int64_t now_ns)
{
    if (back)
        hold_again(g, back, now_ns);
    else if (now_ns >= g->until_ns)
        let_go(g, back);
}

static void step_settling(struct guard *g, bool back, int64_t now_ns)
{
    if (now_ns >= g->until_ns)
        let_go(g, back);
    else if (!back)
        hold_again(g, back, now_ns);
}

void guard_step(const struct guard *old, const struct guard_count *seen,
                const struct guard_rule *rule, const struct llmreg_now *now,
                struct guard *out)
{
    struct guard g = *old;
    bool back = is_back(&g, seen, rule->share);

    if (g.phase != GUARD_QUIET && seen->failing > g.failed)
        g.failed = seen->failing;
    if (g.phase == GUARD_QUIET && is_mass(seen, rule))
        begin(&g, seen, now);
    else if (g.phase == GUARD_HOLDING)
        step_holding(&g, back, now->mono_ns);
    else if (g.phase == GUARD_SETTLING)
        step_settling(&g, back, now->mono_ns);
    else if (g.phase == GUARD_CONFIRMED && back)
        g.phase = GUARD_QUIET;
    *out = g;
}

bool guard_holds(const struct guard *g)
{
    return g->phase == GUARD_HOLDING || g->phase == GUARD_SETTLING;
}

bool guard_is_raised(const struct guard *g)
{
    return g->phase == GUARD_HOLDING || g->phase == GUARD_CONFIRMED;
}

int64_t guard_due(const struct guard *g)
{
    return guard_holds(g) ? g->until_ns : INT64_MAX;
}
