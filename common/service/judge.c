/* SPDX-License-Identifier: MIT */
/* judge.c - look, ask the guard, step, publish.
 *
 * The first look is cheap and decides whether anything happens; then the look
 * is made again with its words, and the step with it, so that what is told is
 * one moment's truth.
 */
#include "common/service/judge.h"

#include <string.h>

#include <llmreg/text.h>

#include "common/service/notify_text.h"

/* A case, and what becomes of it. */
struct judgement {
    const struct judge_case *is;
    char id[LLMREG_ALERT_ID_SIZE];
    const struct llmreg_alert *before;
    struct look look;
    struct llmreg_alert_state next;
    enum llmreg_alert_action action;
};

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- the guard ---- */

static enum census_kind guard_of(enum llmreg_rule_id rule)
{
    switch (llmreg_rule_info(rule)->about) {
    case LLMREG_ENTITY_AGENT:
        return CENSUS_AGENTS;
    case LLMREG_ENTITY_HOST:
        return CENSUS_HOSTS;
    default:
        return CENSUS_ENDPOINTS;
    }
}

static void take_census(struct judge *g, enum census_kind kind)
{
    struct guard_count *seen = &g->seen[kind];
    int64_t began_ns = llmreg_clock_now(g->clock).mono_ns;

    census_take(kind, g->scene.registry, g->scene.limits, &g->scene.now, seen);
    int64_t ended_ns = llmreg_clock_now(g->clock).mono_ns;
    g->count_ns[kind] =
        ended_ns + census_gap(ended_ns - began_ns, seen->shortest_ns);
}

void judge_count(struct judge *g, enum census_kind kind)
{
    const struct llmreg_rule_conf *conf =
        &g->scene.rules[LLMREG_RULE_REGISTRY_ISOLATED];
    struct guard *guard = &g->scene.guards[kind];

    if (conf->severity == LLMREG_SEVERITY_OKAY ||
        g->scene.now.mono_ns < g->count_ns[kind])
        return;
    take_census(g, kind);
    enum guard_phase before = guard->phase;
    const struct guard_rule rule = {g->guard_above, conf->threshold};
    guard_step(guard, &g->seen[kind], &rule, &g->scene.now, guard);
    if (guard->phase != before)
        g->dirty = g->moved[kind] = true;
}

/* Nobody knows yet whether others fail as well: not before they were asked.
 * As few as no guard holds are not waited for. */
static bool is_doubtful(const struct judge *g, const struct look *look,
                        const struct guard_count *seen)
{
    const struct llmreg_rule_conf *conf =
        &g->scene.rules[LLMREG_RULE_REGISTRY_ISOLATED];
    const size_t witnesses =
        g->guard_above < NEWEST_MAX ? g->guard_above : NEWEST_MAX;

    return look->failure_ns != 0 && conf->severity != LLMREG_SEVERITY_OKAY &&
           g->scene.now.mono_ns < look->doubtful_ns &&
           seen->total > g->guard_above &&
           !newest_went_well(&seen->newest, look->failure_ns, witnesses,
                             conf->threshold);
}

/* May something new be told by this rule? */
static bool may_open(struct judge *g, const struct look *look)
{
    enum census_kind kind = guard_of(look->rule);

    if (!llmreg_rule_info(look->rule)->guarded)
        return true;
    judge_count(g, kind);
    return !guard_holds(&g->scene.guards[kind]) &&
           !is_doubtful(g, look, &g->seen[kind]);
}

/* ---- a judgement ---- */

static void look(struct judge *g, struct judgement *j, struct words *words)
{
    j->look = (struct look){.scene = &g->scene,
                            .rule = j->is->rule,
                            .subject = j->is->subject,
                            .before = j->before,
                            .words = words};
    if (words != NULL)
        memset(words, 0, sizeof *words);
    if (j->is->removed != NULL)
        j->look.gone = true;
    else
        rules_look(&j->look);
}

static void step(struct judge *g, struct judgement *j)
{
    static const struct llmreg_alert_state quiet;
    const struct llmreg_alert_state *old =
        j->before != NULL ? &j->before->s : &quiet;
    struct llmreg_rule_conf conf = g->scene.rules[j->is->rule];
    struct llmreg_finding found = j->look.found;

    if (j->look.gone) {
        found = (struct llmreg_finding){.known = true, .may_open = true};
        conf.clear_ns = conf.cool_ns = conf.flap_ns = 0;
    }
    bool opens = found.known && found.may_open &&
                 conf.severity != LLMREG_SEVERITY_OKAY &&
                 (found.severity > old->severity || old->remembered);
    if (opens && found.severity != LLMREG_SEVERITY_OKAY)
        found.may_open = may_open(g, &j->look);
    j->action = llmreg_alert_step(old, &found, &conf, &g->scene.now, &j->next);
    if (!llmreg_alert_is_idle(&j->next))
        g->due_ns = sooner(g->due_ns, llmreg_alert_due(&j->next, &conf));
}

/* It is raised, and for another reason than it was told with. */
static bool is_renamed(const struct judgement *j)
{
    return j->before != NULL && !j->look.gone && j->look.found.known &&
           j->look.found.severity != LLMREG_SEVERITY_OKAY &&
           j->next.severity != LLMREG_SEVERITY_OKAY &&
           strcmp(j->before->state, j->look.state) != 0;
}

static bool is_settled(const struct judgement *j)
{
    if (j->action != LLMREG_ALERT_NOTHING || is_renamed(j))
        return false;
    if (j->before == NULL)
        return llmreg_alert_is_idle(&j->next);
    return llmreg_alert_same(&j->before->s, &j->next);
}

/* ---- publishing ---- */

/* As it was. */
static void word_address(struct words *w, const struct llmreg_alert *b)
{
    llmreg_copy_message(w->name, sizeof w->name, b->name);
    llmreg_copy_message(w->host, sizeof w->host, b->host);
    llmreg_copy_message(w->series, sizeof w->series, b->series);
    llmreg_copy_message(w->url, sizeof w->url, b->url);
}

static void word_removal(struct judge *g, struct judgement *j)
{
    const struct llmreg_alert *b = j->before;
    const struct notify_subject subject = {b->name, b->subject};
    struct words *w = &g->words;

    w->since_ms = g->scene.now.wall_ms;
    word_address(w, b);
    if (j->look.unwatched) {
        j->look.state = "unwatched";
        notify_text_unwatched(w->message, &subject);
        return;
    }
    j->look.state = "removed";
    llmreg_copy_message(w->reason, sizeof w->reason,
                        j->is->removed != NULL ? j->is->removed : "");
    notify_text_removed(w->message, &subject);
}

/* Its trouble may go on; only we do not tell it any more. */
static void word_off(struct judge *g, struct judgement *j)
{
    const char *rule = llmreg_rule_info(j->is->rule)->name;
    struct words *w = &g->words;
    char name[LLMREG_MESSAGE_SIZE - 80];
    struct llmreg_text t;

    word_address(w, j->before);
    j->look.state = "off";
    llmreg_copy_message(w->reason, sizeof w->reason, "the rule is off");
    llmreg_copy_message(name, sizeof name, w->name);
    llmreg_text_init(&t, w->message, sizeof w->message);
    llmreg_text_addf(&t, "%s: the rule %s is off now, its alarm is over", name,
                     rule);
}

static const char *previous_of(const struct judgement *j)
{
    const struct llmreg_alert *b = j->before;

    if (b == NULL)
        return j->is->previous;
    if (b->s.severity == LLMREG_SEVERITY_OKAY && b->s.pending_mono_ns != 0)
        return b->previous;
    return b->state;
}

/* A rule that knows no beginning: it was seen first when it began to pend. */
static int64_t since_of(const struct judge *g, const struct judgement *j)
{
    const struct llmreg_now *now = &g->scene.now;
    int64_t pending_ns = j->before != NULL ? j->before->s.pending_mono_ns : 0;

    if (g->words.since_ms != 0)
        return g->words.since_ms;
    if (pending_ns == 0)
        return now->wall_ms;
    return now->wall_ms - (now->mono_ns - pending_ns) / LLMREG_NS_PER_MS;
}

static void word_flapping(struct judge *g, const struct judgement *j)
{
    int64_t quiet_ns =
        llmreg_alert_patience(&j->next, &g->scene.rules[j->is->rule]);

    notify_text_flapping(g->words.message, quiet_ns / LLMREG_NS_PER_MS);
}

/* All of it anew. */
static struct llmreg_alert reword(struct judge *g, struct judgement *j)
{
    if (j->look.gone)
        word_removal(g, j);
    else if (j->action == LLMREG_ALERT_CLEAR &&
             g->scene.rules[j->is->rule].severity == LLMREG_SEVERITY_OKAY)
        word_off(g, j);
    else if (j->action != LLMREG_ALERT_NOTHING && j->next.flapping)
        word_flapping(g, j);
    return (struct llmreg_alert){
        .id = j->id,
        .rule = j->is->rule,
        .subject = j->is->subject,
        .name = g->words.name,
        .message = g->words.message,
        .state = j->look.state,
        .previous = previous_of(j),
        .reason = g->words.reason,
        .host = g->words.host,
        .series = g->words.series,
        .url = g->words.url,
        .acknowledged_by = "",
        .note = "",
        .since_ms = since_of(g, j),
    };
}

/* No rule takes the room of another. */
static int set(struct judge *g, const struct judgement *j,
               const struct llmreg_alert *alert)
{
    enum llmreg_rule_id rule = j->is->rule;
    int rc = LLMREG_EFULL;

    if (j->before != NULL || g->count[rule] < g->share)
        rc = llmreg_alert_set(g->scene.registry, alert, j->action,
                              &g->scene.now, NULL);
    if (rc == LLMREG_OK && j->before == NULL)
        g->count[rule]++;
    if (rc == LLMREG_EFULL)
        g->refused[rule]++;
    return rc;
}

/* Before the first pass nothing was counted yet. */
static void forget(struct judge *g, const struct judgement *j)
{
    size_t *count = &g->count[j->is->rule];

    if (llmreg_alert_forget(g->scene.registry, j->id) == LLMREG_OK &&
        *count > 0)
        --*count;
}

static bool is_anew(const struct judgement *j)
{
    return j->action != LLMREG_ALERT_NOTHING || j->before == NULL;
}

/* The second look may find what the first did not. */
static void publish(struct judge *g, struct judgement *j)
{
    struct llmreg_alert alert;

    if (is_anew(j) || is_renamed(j)) {
        look(g, j, &g->words);
        step(g, j);
        if (is_settled(j))
            return;
    }
    bool anew = is_anew(j);
    alert = anew ? reword(g, j) : *j->before;
    if (!anew && is_renamed(j)) {
        alert.state = j->look.state;
        alert.reason = g->words.reason;
    }
    alert.s = j->next;
    g->dirty |= set(g, j, &alert) != LLMREG_OK; /* again, soon */
}

void judge_write_id(char id[static LLMREG_ALERT_ID_SIZE],
                    enum llmreg_rule_id rule, const char *subject)
{
    struct llmreg_text t;

    llmreg_text_init(&t, id, LLMREG_ALERT_ID_SIZE);
    llmreg_text_addf(&t, "%s/%s", llmreg_rule_info(rule)->name, subject);
}

void judge(struct judge *g, const struct judge_case *is)
{
    struct judgement j = {.is = is};

    judge_write_id(j.id, is->rule, is->subject);
    if (j.id[0] == '\0')
        return;
    j.before = llmreg_alert_get(g->scene.registry, j.id);
    look(g, &j, NULL);
    step(g, &j);
    if (!is_settled(&j))
        publish(g, &j);
    else if (j.before != NULL && llmreg_alert_is_idle(&j.next) &&
             j.before->told == LLMREG_SEVERITY_OKAY)
        forget(g, &j);
    llmreg_alert_put(j.before);
}
