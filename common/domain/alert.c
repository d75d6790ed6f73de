/* SPDX-License-Identifier: MIT */
/* alert.c - from "is it so?" to "tell it": one step of one alert.
 *
 *                      found bad                 for after_ns, not cooling
 *        quiet ----------------------> pending ---------------------> raised
 *          ^  ^                           |            FIRE            |  ^
 *          |  |        found good         |                            |  |
 *          |  +---------------------------+                 found good |  |
 *          |                                                           v  |
 *          +------------------------------------------------------- good -+
 *              for clear_ns: CLEAR; cooling for cool_ns        found bad
 *
 *   raised, and found worse for after_ns   CHANGE, ends an acknowledgement
 *   raised, and found less bad             CHANGE at once
 *   found bad all through the cool-down    FIRE when it is over
 *   the rule is off                        CLEAR at once, nothing is pending
 *
 * What was raised, or got worse, LLMREG_FLAPS times within ten minutes comes
 * and goes: it is told so, and stays raised as it is, until it was better for
 * flap_ns.
 *
 * Not known: what was not seen counts neither for nor against.  Pending and
 * good stand still, and go on from where they were.
 *
 * It may not open (maintenance, the mass guard): pending goes on, but is held,
 * and is raised with the first finding that may.  Good news are told.
 *
 * After a restart what was raised is remembered.  The first finding that
 * confirms it tells it again (FIRE, with its old time), unless somebody has
 * acknowledged it; the first good one clears it at once.  Not known, or held,
 * it stays remembered.
 *
 * Ages are monotonic; fired_ms and cleared_ms are for people.
 */
#include <llmreg/alert.h>

#include <math.h>
#include <string.h>

/* Without overflow: a delay may be for ever. */
static int64_t later(int64_t at, int64_t delay_ns)
{
    return at > INT64_MAX - delay_ns ? INT64_MAX : at + delay_ns;
}

static void stop_pending(struct llmreg_alert_state *s)
{
    s->pending = LLMREG_SEVERITY_OKAY;
    s->pending_mono_ns = 0;
    s->held = false;
}

/* ---- what comes and goes ---- */

static void note_raise(struct llmreg_alert_state *s,
                       const struct llmreg_rule_conf *rule, int64_t mono_ns)
{
    int64_t *at = s->raised_mono_ns;

    if (rule->flap_ns <= 0)
        return;
    memmove(at + 1, at, (LLMREG_FLAPS - 1) * sizeof *at);
    at[0] = mono_ns;
    if (at[LLMREG_FLAPS - 1] != 0 &&
        mono_ns - at[LLMREG_FLAPS - 1] < LLMREG_FLAP_WINDOW_NS)
        s->flapping = true;
}

static void forget_raises(struct llmreg_alert_state *s, int64_t mono_ns)
{
    if (mono_ns >= later(s->raised_mono_ns[0], LLMREG_FLAP_WINDOW_NS))
        memset(s->raised_mono_ns, 0, sizeof s->raised_mono_ns);
}

int64_t llmreg_alert_patience(const struct llmreg_alert_state *state,
                              const struct llmreg_rule_conf *rule)
{
    if (state->flapping && rule->flap_ns > rule->clear_ns)
        return rule->flap_ns;
    return rule->clear_ns;
}

/* ---- what is not known ---- */

static void look_away(struct llmreg_alert_state *s,
                      const struct llmreg_now *now)
{
    bool runs = s->pending_mono_ns != 0 || s->good_mono_ns != 0;

    if (runs && s->unseen_mono_ns == 0)
        s->unseen_mono_ns = now->mono_ns;
}

static void look_again(struct llmreg_alert_state *s,
                       const struct llmreg_now *now)
{
    if (s->unseen_mono_ns == 0)
        return;
    int64_t unseen_ns = now->mono_ns - s->unseen_mono_ns;
    if (s->pending_mono_ns != 0)
        s->pending_mono_ns += unseen_ns;
    if (s->good_mono_ns != 0)
        s->good_mono_ns += unseen_ns;
    s->unseen_mono_ns = 0;
}

/* ---- the arrows ---- */

static enum llmreg_alert_action clear(struct llmreg_alert_state *s,
                                      const struct llmreg_rule_conf *rule,
                                      const struct llmreg_now *now)
{
    const struct llmreg_alert_state old = *s;

    *s = (struct llmreg_alert_state){.fired_ms = old.fired_ms,
                                     .cleared_ms = now->wall_ms};
    if (rule->severity != LLMREG_SEVERITY_OKAY && rule->flap_ns > 0)
        memcpy(s->raised_mono_ns, old.raised_mono_ns,
               sizeof old.raised_mono_ns);
    if (rule->severity != LLMREG_SEVERITY_OKAY && rule->cool_ns > 0)
        s->cool_mono_ns = later(now->mono_ns, rule->cool_ns);
    return LLMREG_ALERT_CLEAR;
}

/* It is worse than what is raised.  True once it was so for long enough. */
static bool ripens(struct llmreg_alert_state *s,
                   const struct llmreg_finding *found,
                   const struct llmreg_rule_conf *rule,
                   const struct llmreg_now *now)
{
    if (s->pending_mono_ns == 0)
        s->pending_mono_ns = now->mono_ns;
    s->pending = found->severity;
    s->held = !found->may_open;
    return !s->held && s->cool_mono_ns == 0 &&
           now->mono_ns >= later(s->pending_mono_ns, rule->after_ns);
}

static enum llmreg_alert_action step_quiet(struct llmreg_alert_state *s,
                                           const struct llmreg_finding *found,
                                           const struct llmreg_rule_conf *rule,
                                           const struct llmreg_now *now)
{
    if (found->severity == LLMREG_SEVERITY_OKAY) {
        stop_pending(s);
        return LLMREG_ALERT_NOTHING;
    }
    if (!ripens(s, found, rule, now))
        return LLMREG_ALERT_NOTHING;
    stop_pending(s);
    s->severity = found->severity;
    s->fired_ms = now->wall_ms;
    note_raise(s, rule, now->mono_ns);
    return LLMREG_ALERT_FIRE;
}

/* It was better than what is raised for long enough. */
static bool is_over(struct llmreg_alert_state *s,
                    const struct llmreg_rule_conf *rule,
                    const struct llmreg_now *now)
{
    if (s->good_mono_ns == 0)
        s->good_mono_ns = now->mono_ns;
    return now->mono_ns >=
           later(s->good_mono_ns, llmreg_alert_patience(s, rule));
}

static enum llmreg_alert_action step_good(struct llmreg_alert_state *s,
                                          const struct llmreg_rule_conf *rule,
                                          const struct llmreg_now *now)
{
    stop_pending(s);
    bool over = is_over(s, rule, now);
    return s->remembered || over ? clear(s, rule, now) : LLMREG_ALERT_NOTHING;
}

static enum llmreg_alert_action step_bad(struct llmreg_alert_state *s,
                                         const struct llmreg_finding *found,
                                         const struct llmreg_rule_conf *rule,
                                         const struct llmreg_now *now)
{
    bool worse = found->severity > s->severity;
    bool better = found->severity < s->severity;

    if (worse && !ripens(s, found, rule, now)) {
        s->good_mono_ns = 0;
        return LLMREG_ALERT_NOTHING;
    }
    stop_pending(s);
    if (better && s->flapping && !is_over(s, rule, now))
        return LLMREG_ALERT_NOTHING;
    s->good_mono_ns = 0;
    if (found->severity == s->severity)
        return LLMREG_ALERT_NOTHING;
    if (worse)
        note_raise(s, rule, now->mono_ns);
    else
        s->flapping = false;
    s->severity = found->severity;
    s->acknowledged = s->acknowledged && !worse;
    return LLMREG_ALERT_CHANGE;
}

/* Still bad after the restart. */
static enum llmreg_alert_action confirm(struct llmreg_alert_state *s,
                                        const struct llmreg_finding *found,
                                        const struct llmreg_rule_conf *rule,
                                        const struct llmreg_now *now)
{
    if (!found->may_open)
        return LLMREG_ALERT_NOTHING;
    s->remembered = false;
    enum llmreg_alert_action action = step_bad(s, found, rule, now);
    return s->acknowledged ? action : LLMREG_ALERT_FIRE;
}

/* ---- the step ---- */

static enum llmreg_alert_action step_known(struct llmreg_alert_state *s,
                                           const struct llmreg_finding *found,
                                           const struct llmreg_rule_conf *rule,
                                           const struct llmreg_now *now)
{
    struct llmreg_finding capped = *found;

    if (capped.severity > rule->severity)
        capped.severity = (enum llmreg_severity)rule->severity;
    look_again(s, now);
    if (s->severity == LLMREG_SEVERITY_OKAY)
        return step_quiet(s, &capped, rule, now);
    if (capped.severity == LLMREG_SEVERITY_OKAY)
        return step_good(s, rule, now);
    return s->remembered ? confirm(s, &capped, rule, now)
                         : step_bad(s, &capped, rule, now);
}

static enum llmreg_alert_action step_off(struct llmreg_alert_state *s,
                                         const struct llmreg_rule_conf *rule,
                                         const struct llmreg_now *now)
{
    stop_pending(s);
    return s->severity == LLMREG_SEVERITY_OKAY ? LLMREG_ALERT_NOTHING
                                               : clear(s, rule, now);
}

enum llmreg_alert_action llmreg_alert_step(const struct llmreg_alert_state *old,
                                           const struct llmreg_finding *found,
                                           const struct llmreg_rule_conf *rule,
                                           const struct llmreg_now *now,
                                           struct llmreg_alert_state *out)
{
    struct llmreg_alert_state s = *old;
    enum llmreg_alert_action action = LLMREG_ALERT_NOTHING;

    if (s.cool_mono_ns <= now->mono_ns)
        s.cool_mono_ns = 0;
    forget_raises(&s, now->mono_ns);
    if (rule->severity == LLMREG_SEVERITY_OKAY)
        action = step_off(&s, rule, now);
    else if (found->known)
        action = step_known(&s, found, rule, now);
    else
        look_away(&s, now);
    *out = s;
    return action;
}

/* Of the drawing alone. */
static int64_t due(const struct llmreg_alert_state *state,
                   const struct llmreg_rule_conf *rule)
{
    if (state->cool_mono_ns != 0)
        return state->cool_mono_ns;
    if (state->unseen_mono_ns != 0)
        return INT64_MAX;
    if (state->good_mono_ns != 0)
        return later(state->good_mono_ns, llmreg_alert_patience(state, rule));
    if (state->pending_mono_ns != 0 && !state->held)
        return later(state->pending_mono_ns, rule->after_ns);
    return INT64_MAX;
}

int64_t llmreg_alert_due(const struct llmreg_alert_state *state,
                         const struct llmreg_rule_conf *rule)
{
    int64_t due_ns = due(state, rule);
    int64_t forget_ns = INT64_MAX;

    if (state->raised_mono_ns[0] != 0)
        forget_ns = later(state->raised_mono_ns[0], LLMREG_FLAP_WINDOW_NS);
    return due_ns < forget_ns ? due_ns : forget_ns;
}

bool llmreg_alert_is_idle(const struct llmreg_alert_state *state)
{
    return state->severity == LLMREG_SEVERITY_OKAY &&
           state->pending_mono_ns == 0 && state->cool_mono_ns == 0 &&
           state->raised_mono_ns[0] == 0;
}

bool llmreg_alert_same(const struct llmreg_alert_state *a,
                       const struct llmreg_alert_state *b)
{
    return a->severity == b->severity && a->pending == b->pending &&
           a->held == b->held && a->remembered == b->remembered &&
           a->flapping == b->flapping &&
           memcmp(a->raised_mono_ns, b->raised_mono_ns,
                  sizeof a->raised_mono_ns) == 0 &&
           a->acknowledged == b->acknowledged &&
           a->pending_mono_ns == b->pending_mono_ns &&
           a->good_mono_ns == b->good_mono_ns &&
           a->unseen_mono_ns == b->unseen_mono_ns &&
           a->cool_mono_ns == b->cool_mono_ns;
}

bool llmreg_alert_is_news(const struct llmreg_alert *alert)
{
    if (alert->s.severity == LLMREG_SEVERITY_OKAY)
        return alert->told != LLMREG_SEVERITY_OKAY;
    if (alert->s.acknowledged || alert->s.remembered)
        return false;
    return alert->told != alert->s.severity || alert->told_seq != alert->seq;
}

void llmreg_alert_restart(const struct llmreg_alert_state *stored,
                          struct llmreg_alert_state *out)
{
    bool raised = stored->severity != LLMREG_SEVERITY_OKAY;
    const struct llmreg_alert_state s = {
        .severity = stored->severity,
        .remembered = raised,
        .acknowledged = raised && stored->acknowledged,
        .fired_ms = stored->fired_ms,
        .cleared_ms = stored->cleared_ms,
    };

    *out = s;
}

struct llmreg_finding llmreg_finding_over(double value, bool raised,
                                          const struct llmreg_rule_conf *rule)
{
    double limit = raised ? rule->threshold - rule->margin : rule->threshold;

    return (struct llmreg_finding){
        .known = !isnan(value),
        .may_open = true,
        .severity =
            value > limit ? LLMREG_SEVERITY_FAILURE : LLMREG_SEVERITY_OKAY,
    };
}
