/* SPDX-License-Identifier: MIT */
/* alerter.c - what is judged, and when.
 *
 * The registry's table holds all alerts, also those that only pend.  A pass
 * judges them, and whatever the rules offer besides.
 */
#include "common/service/alerter.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/text.h>

#include "common/service/ailment.h"
#include "common/service/judge.h"
#include "common/service/pile.h"
#include "common/store/care/care.h"

#define PERIOD_NS LLMREG_NS_PER_S
#define GAP_NS    (200 * LLMREG_NS_PER_MS) /* between passes */
#define COST_PART 100                      /* of a core, at most one */

struct alerter {
    const struct llmreg_clock *clock;
    const struct llmreg_log *log;
    struct llmreg_complaint full;
    struct standing *store; /* NULL: nobody to ask */
    struct care *care;      /* likewise */
    struct judge judge;
    int64_t passed_ns; /* end of the last pass; 0: none */
    int64_t cost_ns;   /* it took so long */
};

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- a pass over everything ---- */

struct piling {
    const struct scene *scene;
    size_t *count; /* of each rule */
    struct pile pile;
};

/* Those that have an alert are judged for that. */
static void offer_new(void *ctx, enum llmreg_rule_id rule, const char *subject)
{
    struct piling *p = ctx;
    const struct llmreg_alert *alert;
    char id[LLMREG_ALERT_ID_SIZE];

    if (p->scene->rules[rule].severity == LLMREG_SEVERITY_OKAY)
        return;
    judge_write_id(id, rule, subject);
    alert = llmreg_alert_get(p->scene->registry, id);
    if (alert == NULL)
        pile_add(&p->pile, rule, subject);
    llmreg_alert_put(alert);
}

static bool pile_alert(void *ctx, const struct llmreg_alert *alert)
{
    struct piling *p = ctx;

    pile_add(&p->pile, alert->rule, alert->subject);
    p->count[alert->rule]++;
    return true;
}

/* The alerts of the guards that have moved, while others were judged. */
static void judge_guards(struct alerter *a)
{
    for (int kind = 0; kind < CENSUS_KINDS; kind++) {
        const struct judge_case is = {.rule = LLMREG_RULE_REGISTRY_ISOLATED,
                                      .subject =
                                          census_text((enum census_kind)kind),
                                      .previous = ""};

        if (a->judge.moved[kind])
            judge(&a->judge, &is);
        a->judge.moved[kind] = false;
    }
}

static void note_store(struct alerter *a, bool failed, int64_t since_ms,
                       const char *reason)
{
    struct scene *s = &a->judge.scene;

    s->store_failed = failed;
    s->store_ms = since_ms;
    llmreg_copy_message(s->store_reason, sizeof s->store_reason, reason);
}

/* Its event may be lost, or not be here yet: what it says itself is newer. */
static void ask_store(struct alerter *a)
{
    struct standing_word word;

    if (a->store == NULL)
        return;
    standing_get(a->store, &word);
    if (word.failed != a->judge.scene.store_failed)
        note_store(a, word.failed, word.since_ms, word.what.text);
}

/* That it does not work at all is a rule of its own. */
static void ask_care(struct alerter *a)
{
    struct scene *s = &a->judge.scene;
    struct llmreg_store_health health;
    enum llmreg_severity severity;

    if (a->care == NULL)
        return;
    care_get(a->care, s->now.wall_ms, &health);
    severity = ailment_of(&health, s->now.wall_ms, s->ill.reason,
                          sizeof s->ill.reason);
    if (severity != s->ill.severity)
        s->ill.since_ms = s->now.wall_ms;
    s->ill.severity = severity;
}

/* Of the rule that has the most; the pass has tried all of them, or not. */
static void complain(struct alerter *a, bool all)
{
    const size_t *refused = a->judge.refused;
    int worst = 0;

    for (int i = 1; i < LLMREG_RULES; i++)
        if (refused[i] > refused[worst])
            worst = i;
    if (refused[worst] == 0) {
        if (all)
            (void)llmreg_release(a->log, &a->full,
                                 "there is room for all alerts again");
        return;
    }
    llmreg_complain(a->log, &a->full, &a->judge.scene.now, LLMREG_WARNING,
                    "%zu alerts of the rule %s are there, that is the most: "
                    "%zu more are left out",
                    a->judge.count[worst],
                    llmreg_rule_info((enum llmreg_rule_id)worst)->name,
                    refused[worst]);
}

static void pass(struct alerter *a)
{
    struct piling p = {.scene = &a->judge.scene, .count = a->judge.count};
    const struct rules_scan scan = {&a->judge.scene, offer_new, &p};

    a->judge.dirty = false;
    a->judge.due_ns = INT64_MAX;
    memset(a->judge.count, 0, sizeof a->judge.count);
    memset(a->judge.refused, 0, sizeof a->judge.refused);
    ask_store(a);
    ask_care(a);
    for (int kind = 0; kind < CENSUS_KINDS; kind++)
        if (a->judge.scene.guards[kind].phase != GUARD_QUIET)
            judge_count(&a->judge, (enum census_kind)kind);
    rules_scan(&scan);
    llmreg_each_alert(a->judge.scene.registry, pile_alert, &p);
    for (size_t i = 0; i < p.pile.count; i++) {
        const struct judge_case is = {.rule = p.pile.items[i].rule,
                                      .subject = p.pile.items[i].subject,
                                      .previous = ""};

        judge(&a->judge, &is);
    }
    a->judge.dirty |= p.pile.lacks;
    complain(a, !p.pile.lacks);
    pile_clear(&p.pile);
    judge_guards(a);
}

/* When the next pass is made. */
static int64_t next_pass(const struct alerter *a)
{
    int64_t rest_ns = COST_PART * a->cost_ns;
    int64_t soon_ns = a->passed_ns + longer(GAP_NS, rest_ns);
    int64_t due_ns = a->judge.due_ns;

    if (a->passed_ns == 0)
        return 0;
    if (a->judge.dirty)
        return soon_ns;
    for (int kind = 0; kind < CENSUS_KINDS; kind++)
        due_ns = sooner(due_ns, guard_due(&a->judge.scene.guards[kind]));
    return sooner(longer(due_ns, soon_ns),
                  a->passed_ns + longer(PERIOD_NS, rest_ns));
}

int64_t alerter_step(struct alerter *a, const struct llmreg_now *now)
{
    if (now->mono_ns < next_pass(a))
        return next_pass(a);
    a->judge.scene.now = *now;
    pass(a);
    a->passed_ns = llmreg_clock_now(a->clock).mono_ns;
    a->cost_ns = longer(a->passed_ns - now->mono_ns, 0);
    return next_pass(a);
}

/* ---- events ---- */

struct touching {
    struct judge *judge;
    const struct llmreg_event *event;
};

static void judge_touched(void *ctx, enum llmreg_rule_id rule,
                          const char *subject)
{
    struct touching *t = ctx;
    const struct llmreg_event *event = t->event;
    struct judge_case is = {.rule = rule, .subject = subject, .previous = ""};

    if (event->type == LLMREG_EVENT_HEALTH &&
        rule == LLMREG_RULE_ENDPOINT_UNHEALTHY)
        is.previous = event->before;
    if (event->type == LLMREG_EVENT_REMOVED) {
        is.removed = event->reason;
        judge(t->judge, &is);
        is.removed = NULL; /* it may have been made anew */
    }
    judge(t->judge, &is);
}

void alerter_take(struct alerter *a, const struct llmreg_event *event,
                  const struct llmreg_now *now)
{
    struct touching t = {&a->judge, event};
    const struct rules_scan scan = {&a->judge.scene, judge_touched, &t};

    a->judge.scene.now = *now;
    if (event->entity == LLMREG_ENTITY_ALERT ||
        event->entity == LLMREG_ENTITY_TOKEN ||
        event->entity == LLMREG_ENTITY_AUDIT)
        return; /* no rule is about it */
    /* What has a name is about a piece of work, not about the store. */
    if (event->entity == LLMREG_ENTITY_STORE && event->name[0] == '\0')
        note_store(a, strcmp(event->after, "failed") == 0, event->time_ms,
                   event->reason);
    if (event->entity == LLMREG_ENTITY_STORE)
        ask_care(a);
    rules_touch(&scan, event->entity, event->subject);
    judge_guards(a);
    a->judge.dirty = true;
}

void alerter_miss(struct alerter *a)
{
    a->judge.dirty = true;
}

/* ---- life ---- */

int alerter_new(struct alerter **out, const struct store_world *world,
                const struct alerter_conf *conf)
{
    struct alerter *a = calloc(1, sizeof *a);

    if (a == NULL)
        return LLMREG_ENOMEM;
    a->clock = world->clock;
    a->log = world->log;
    a->store = conf->store;
    a->care = conf->care;
    a->judge.scene.registry = world->registry;
    a->judge.scene.limits = conf->limits;
    a->judge.scene.rules = conf->rules;
    a->judge.scene.now = llmreg_clock_now(world->clock);
    a->judge.scene.started_ns = a->judge.scene.now.mono_ns;
    a->judge.due_ns = INT64_MAX;
    a->judge.clock = world->clock;
    a->judge.share = conf->share != 0 ? conf->share : LLMREG_ALERTS_PER_RULE;
    a->judge.guard_above =
        conf->guard_above != 0 ? conf->guard_above : GUARD_ABOVE;
    *out = a;
    return LLMREG_OK;
}

void alerter_free(struct alerter *a)
{
    free(a);
}
