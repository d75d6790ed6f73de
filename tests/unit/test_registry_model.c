/* SPDX-License-Identifier: MIT */
/* test_registry_model.c - long random sequences of operations, each also done
 * to a plain array, and after each: does the registry say the same?  A sequence
 * after which it does not is made as short as it can be (shrink.h).
 *
 * The index by model and the fleet models must equal a scan of all lists, the
 * counts a count, the choice of the best a score of all, and every change is
 * exactly one event with a number above the one before.
 */
#include <llmreg/fleet.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/shrink.h"

#define IDS    24
#define LIMIT  20 /* so that it gets full now and then */
#define MODELS 10
#define RUNS   50
#define STEPS  600

/* What the registry ought to know of one id. */
struct naive {
    bool there;
    uint64_t generation;
    int32_t priority;
    struct llmreg_health health;
    struct llmreg_intent intent;
    unsigned models, loaded; /* bit per model */
    uint32_t pending, unmatched;
    uint64_t total;
    double low, high; /* of the samples; NAN: none */
    struct llmreg_endpoint *held, *stale;
};

static struct naive naive[IDS];
static uint64_t events;    /* that there ought to have been */
static uint64_t unmatched; /* of all, the removed too */
static struct llmreg_now now;
static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static struct llmreg_subscription *subscription;
static uint64_t last; /* number of the last event that was heard */
static const struct llmreg_health_rule rule = {2, 2};

static const char *id_of(size_t i)
{
    static char id[32];

    (void)snprintf(id, sizeof id, "host%zu:1", i);
    return id;
}

static const char *model_of(unsigned m)
{
    static char names[MODELS][16];

    (void)snprintf(names[m], sizeof names[m], "m%u:latest", m);
    return names[m];
}

static size_t count_there(void)
{
    size_t n = 0;

    for (size_t i = 0; i < IDS; i++)
        n += naive[i].there;
    return n;
}

/* ---- the operations, twice each ---- */

static void forget(struct naive *n)
{
    llmreg_put(n->stale);
    *n = (struct naive){.stale = n->held};
}

static struct llmreg_spec spec_of(size_t i, int32_t priority)
{
    static char url[48];
    struct llmreg_spec spec = {.id = id_of(i),
                               .url = url,
                               .name = "n",
                               .host = "h",
                               .series = "s",
                               .origin = "",
                               .owner = "",
                               .priority = priority,
                               .interval_ms = 1000};

    (void)snprintf(url, sizeof url, "http://%s", id_of(i));
    return spec;
}

static void appear(size_t i, uint64_t generation)
{
    struct naive *n = &naive[i];

    n->there = true;
    n->generation = generation;
    n->held = llmreg_get(r, id_of(i));
    n->low = n->high = (double)NAN;
    events++;
}

static void step_set(size_t i)
{
    struct naive *n = &naive[i];
    int32_t priority = (int32_t)shrink_below(3);
    struct llmreg_set_result result = {0};
    const struct llmreg_spec spec = spec_of(i, priority);

    int rc = llmreg_set(r, &spec, &result, NULL);
    if (!n->there && count_there() == LIMIT) {
        EQUAL(rc, LLMREG_EFULL);
        return;
    }
    EQUAL(rc, LLMREG_OK);
    HOLDS(result.created == !n->there);
    if (!n->there)
        appear(i, result.generation);
    else
        events += n->priority != priority;
    n->priority = priority;
    EQUAL(result.generation, n->generation);
}

/* E2: only one of two is told that it added it. */
static void step_add(size_t i)
{
    struct naive *n = &naive[i];
    int32_t priority = (int32_t)shrink_below(3);
    struct llmreg_set_result result = {0};
    const struct llmreg_spec spec = spec_of(i, priority);

    int rc = llmreg_add(r, &spec, &result, NULL);
    EQUAL(rc, n->there                 ? LLMREG_EEXIST
              : count_there() == LIMIT ? LLMREG_EFULL
                                       : LLMREG_OK);
    if (rc != LLMREG_OK)
        return;
    appear(i, result.generation);
    n->priority = priority;
}

/* A8: a busy one stays, unless it is forced. */
static void step_remove(size_t i)
{
    struct naive *n = &naive[i];
    struct llmreg_endpoint *removed = NULL;
    const struct llmreg_removal how = {.force = shrink_below(3) == 0};
    int rc = llmreg_remove(r, id_of(i), &how, &removed);

    EQUAL(rc, !n->there                      ? LLMREG_ENOENT
              : n->pending > 0 && !how.force ? LLMREG_EBUSY
                                             : LLMREG_OK);
    EQUAL(removed, rc == LLMREG_OK ? n->held : NULL);
    llmreg_put(removed);
    if (rc != LLMREG_OK)
        return;
    events++;
    forget(n);
}

static void step_begin(size_t i)
{
    struct naive *n = &naive[i];

    if (!n->there)
        return;
    n->pending++;
    n->total++;
    EQUAL(llmreg_request_begin(n->held), n->pending);
}

static void step_end(size_t i)
{
    struct naive *n = &naive[i];
    int64_t us = (int64_t)shrink_below(20000) - 1000;

    if (!n->there)
        return;
    HOLDS(llmreg_request_end(n->held, us) == (n->pending > 0));
    if (n->pending == 0) {
        n->unmatched++;
        unmatched++;
        return;
    }
    n->pending--;
    if (us < 0)
        return;
    n->low = fmin(n->low, (double)us);
    n->high = fmax(n->high, (double)us);
}

/* Balanced: whatever was pending returns to zero. */
static void step_drain(size_t i)
{
    struct naive *n = &naive[i];
    struct llmreg_load load;

    if (!n->there || shrink_below(4) != 0)
        return;
    for (; n->pending > 0; n->pending--)
        HOLDS(llmreg_request_end(n->held, -1));
    llmreg_endpoint_load(n->held, &load);
    EQUAL(load.pending, 0);
}

static void step_observe(size_t i)
{
    struct naive *n = &naive[i];
    struct llmreg_observation seen = {
        .reason =
            LLMREG_REASON_OK + shrink_below(LLMREG_REASONS - LLMREG_REASON_OK)};
    struct llmreg_health after;

    (void)snprintf(seen.detail, sizeof seen.detail, "%u", shrink_below(1000));
    if (!n->there)
        return;
    EQUAL(llmreg_observe(r, n->held, &seen, &rule, &now), LLMREG_OK);
    llmreg_health_step(&n->health, &seen, &rule, &now, &after);
    events += after.state != n->health.state;
    n->health = after;
}

static void step_models(size_t i)
{
    struct naive *n = &naive[i];
    struct llmreg_model items[MODELS];
    struct llmreg_models list = {.items = items};
    unsigned has =
        shrink_below(3) == 0 ? n->models : shrink_below(1U << MODELS);
    unsigned loaded = has & shrink_below(1U << MODELS);

    for (unsigned k = 0, m = shrink_below(MODELS); k < MODELS; k++) {
        unsigned at = (m + k) % MODELS; /* not sorted */
        if ((has & 1U << at) == 0)
            continue;
        items[list.count] = llmreg_model_unknown(model_of(at));
        if ((loaded & 1U << at) != 0)
            items[list.count].loaded = LLMREG_YES;
        list.count++;
    }
    if (!n->there)
        return;
    EQUAL(llmreg_models_set(r, n->held, &list, &now), LLMREG_OK);
    events += n->models != has || n->loaded != loaded;
    n->models = has;
    n->loaded = loaded;
}

static void step_admin(size_t i)
{
    struct naive *n = &naive[i];
    const struct llmreg_intent intent = {shrink_below(LLMREG_ADMINS), 0};
    int rc = llmreg_admin_set(r, id_of(i), &intent, "", &now);

    EQUAL(rc, n->there ? LLMREG_OK : LLMREG_ENOENT);
    if (!n->there || n->intent.admin == intent.admin)
        return;
    events++;
    if (n->intent.admin == LLMREG_ADMIN_DISABLED)
        llmreg_health_resume(&n->health, &n->health);
    n->intent = intent;
}

/* C2: what is held from before the removal is refused for ever. */
static void step_stale(size_t i)
{
    const struct llmreg_observation seen = {.reason = LLMREG_REASON_OK};
    const struct llmreg_models none = {.items = NULL};
    struct naive *n = &naive[i];

    if (n->stale == NULL)
        return;
    EQUAL(llmreg_observe(r, n->stale, &seen, &rule, &now), LLMREG_ESTALE);
    EQUAL(llmreg_models_set(r, n->stale, &none, &now), LLMREG_ESTALE);
    (void)llmreg_request_begin(n->stale); /* harmless */
    HOLDS(llmreg_request_end(n->stale, 1));
}

/* ---- is it the same? ---- */

struct seen {
    unsigned times[IDS];
};

static bool mark(void *ctx, struct llmreg_endpoint *e)
{
    struct seen *seen = ctx;

    seen->times[strtol(llmreg_endpoint_id(e) + 4, NULL, 10)]++;
    return true;
}

static bool is_in(const struct naive *n, unsigned model,
                  enum llmreg_which which)
{
    if (!n->there || (n->models & 1U << model) == 0)
        return false;
    if (which == LLMREG_ANY)
        return true;
    return n->health.state == LLMREG_HEALTH_HEALTHY &&
           (which == LLMREG_HEALTHY || n->intent.admin == LLMREG_ADMIN_ACTIVE);
}

static void check_index(void)
{
    for (unsigned m = 0; m < MODELS; m++)
        for (enum llmreg_which w = LLMREG_ANY; w <= LLMREG_ROUTABLE; w++) {
            struct seen seen = {{0}};
            llmreg_each_with_model(r, model_of(m), w, mark, &seen);
            for (size_t i = 0; i < IDS; i++)
                EQUAL(seen.times[i], is_in(&naive[i], m, w));
        }
}

/* ---- fleet models and the best of them ---- */

static struct llmreg_fleet_model scan(unsigned m)
{
    struct llmreg_fleet_model out = {.name = model_of(m)};

    for (size_t i = 0; i < IDS; i++) {
        out.endpoints += is_in(&naive[i], m, LLMREG_ANY);
        out.healthy += is_in(&naive[i], m, LLMREG_HEALTHY);
        out.routable += is_in(&naive[i], m, LLMREG_ROUTABLE);
        out.loaded += naive[i].there && (naive[i].loaded & 1U << m) != 0;
        if (!is_in(&naive[i], m, LLMREG_ANY) ||
            naive[i].intent.admin != LLMREG_ADMIN_ACTIVE)
            continue;
        out.active++;
        out.unknown += naive[i].health.state == LLMREG_HEALTH_UNKNOWN;
    }
    return out;
}

static bool check_fleet_model(void *ctx, const struct llmreg_fleet_model *m)
{
    unsigned *seen = ctx;
    unsigned which = (unsigned)strtoul(m->name + 1, NULL, 10);
    const struct llmreg_fleet_model want = scan(which);

    EQUAL(*seen & 1U << which, 0);
    *seen |= 1U << which;
    EQUAL(m->endpoints, want.endpoints);
    EQUAL(m->healthy, want.healthy);
    EQUAL(m->routable, want.routable);
    EQUAL(m->loaded, want.loaded);
    EQUAL(m->active, want.active);
    EQUAL(m->unknown, want.unknown);
    return true;
}

static void check_fleet(void)
{
    struct llmreg_fleet_model one;
    unsigned seen = 0, again = 0;

    llmreg_each_fleet_model(r, check_fleet_model, &seen);
    for (unsigned m = 0; m < MODELS; m++) {
        int rc = llmreg_fleet_model(r, model_of(m), &one);
        EQUAL(rc, scan(m).endpoints > 0 ? LLMREG_OK : LLMREG_ENOENT);
        if (rc == LLMREG_OK)
            (void)check_fleet_model(&again, &one);
    }
    EQUAL(seen, again);
}

static void check_rank(unsigned m, size_t max)
{
    struct llmreg_candidates *c = NULL;
    const struct llmreg_rank_query query = {model_of(m), false, max};
    size_t all = scan(m).routable;

    EQUAL(llmreg_rank(r, &query, &now, &c), LLMREG_OK);
    EQUAL(c->count, max != 0 && max < all ? max : all);
    for (size_t k = 0; k < c->count; k++) {
        const struct llmreg_candidate *it = &c->items[k];
        size_t i = strtoul(llmreg_endpoint_id(it->endpoint) + 4, NULL, 10);
        HOLDS(is_in(&naive[i], m, LLMREG_ROUTABLE));
        EQUAL(it->facts.pending, naive[i].pending);
        EQUAL(it->facts.priority, naive[i].priority);
        HOLDS(k == 0 || c->items[k - 1].score.total >= it->score.total);
    }
    llmreg_candidates_free(c);
}

/* ---- all the rest ---- */

static void check_walk(void)
{
    struct seen seen = {{0}};

    llmreg_each(r, mark, &seen);
    for (size_t i = 0; i < IDS; i++) {
        struct llmreg_endpoint *e = llmreg_get(r, id_of(i));
        EQUAL(seen.times[i], naive[i].there);
        EQUAL(e, naive[i].held);
        llmreg_put(e);
    }
}

static void check_one(const struct naive *n)
{
    struct llmreg_health h;
    const struct llmreg_spec *spec = llmreg_endpoint_spec(n->held);
    const struct llmreg_models *models = llmreg_endpoint_models(n->held);

    llmreg_endpoint_health(n->held, &h);
    EQUAL(h.state, n->health.state);
    HOLDS(strcmp(h.detail, n->health.detail) == 0);
    EQUAL(h.failures, n->health.failures);
    EQUAL(spec->priority, n->priority);
    EQUAL(llmreg_endpoint_intent(n->held).admin, n->intent.admin);
    EQUAL(models->count, (size_t)__builtin_popcount(n->models));
    llmreg_spec_put(spec);
    llmreg_models_put(models);
}

static void check_load(const struct naive *n)
{
    struct llmreg_load load;

    llmreg_endpoint_load(n->held, &load);
    EQUAL(load.pending, n->pending);
    EQUAL(load.total, n->total);
    EQUAL(load.unmatched, n->unmatched);
    EQUAL(isnan(load.latency_us) != 0, isnan(n->low) != 0);
    if (isnan(n->low))
        return;
    HOLDS(load.latency_us >= n->low);
    HOLDS(load.latency_us <= n->high);
}

/* Each change was told once, in order. */
static void check_events(void)
{
    const struct llmreg_event *event = NULL;

    while (llmreg_subscription_next(subscription, &event) == LLMREG_OK) {
        EQUAL(event->seq, last + 1);
        last = event->seq;
        llmreg_event_put(event);
    }
    EQUAL(last, events);
    EQUAL(llmreg_bus_last(bus), events);
}

static void check_counts(void)
{
    struct llmreg_counts n;
    size_t states[LLMREG_HEALTH_STATES] = {0}, loaded = 0;
    unsigned distinct = 0;

    for (size_t i = 0; i < IDS; i++) {
        if (!naive[i].there)
            continue;
        states[naive[i].health.state]++;
        distinct |= naive[i].models;
        loaded += (size_t)__builtin_popcount(naive[i].loaded);
    }
    llmreg_count(r, &n);
    EQUAL(n.endpoints, count_there());
    HOLDS(memcmp(n.by_state, states, sizeof states) == 0);
    EQUAL(n.models_distinct, (size_t)__builtin_popcount(distinct));
    EQUAL(n.models_loaded, loaded);
    EQUAL(n.unmatched, unmatched);
}

static void check_all(size_t i)
{
    check_walk();
    check_index();
    check_fleet();
    check_rank(shrink_below(MODELS), shrink_below(4));
    check_counts();
    check_events();
    if (!naive[i].there)
        return;
    check_one(&naive[i]);
    check_load(&naive[i]);
}

static void read_clock(void *ctx, struct llmreg_now *out)
{
    (void)ctx;
    *out = now;
}

/* ---- sequences ---- */

static const struct {
    const char *name;
    void (*run)(size_t i);
} table[] = {
    {"set", step_set},         {"set", step_set},     {"remove", step_remove},
    {"observe", step_observe}, {"add", step_add},     {"models", step_models},
    {"admin", step_admin},     {"stale", step_stale}, {"observe", step_observe},
    {"begin", step_begin},     {"begin", step_begin}, {"end", step_end},
    {"end", step_end},         {"drain", step_drain},
};

#define TABLE (sizeof table / sizeof table[0])

static void begin_with(uint64_t step, size_t *which, size_t *i)
{
    shrink_draw_from(step);
    *which = shrink_below(TABLE);
    *i = shrink_below(IDS);
}

static void show(uint64_t step, char *out, size_t size)
{
    size_t which, i;

    begin_with(step, &which, &i);
    (void)snprintf(out, size, "%s %s (step %llu)", table[which].name, id_of(i),
                   (unsigned long long)step);
}

static void open_all(void)
{
    static const struct llmreg_clock clock = {.read = read_clock};
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    conf.endpoints = LIMIT;
    conf.agents = conf.hosts = conf.sessions = LIMIT;
    now = (struct llmreg_now){1000000, 1000};
    EQUAL(llmreg_bus_new(&bus, 2, 1), LLMREG_OK);
    EQUAL(llmreg_registry_new(&r, &conf, bus, &clock), LLMREG_OK);
    EQUAL(llmreg_subscribe(bus, UINT64_MAX, &subscription), LLMREG_OK);
}

static void close_all(void)
{
    for (size_t i = 0; i < IDS; i++) {
        llmreg_put(naive[i].held);
        llmreg_put(naive[i].stale);
    }
    llmreg_unsubscribe(subscription);
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
}

static const char *play(const uint64_t *steps, size_t count)
{
    size_t which, i;

    open_all();
    for (size_t n = 0; n < count && shrink_wrong == NULL; n++) {
        begin_with(steps[n], &which, &i);
        now.wall_ms++;
        now.mono_ns += 1000000;
        table[which].run(i);
        check_all(i);
    }
    if (shrink_wrong == NULL)
        close_all();
    return shrink_wrong;
}

START_TEST(the_registry_does_what_an_array_would)
{
    const struct shrink s = {.name = "registry",
                             .runs = RUNS,
                             .steps = STEPS,
                             .seconds = 60,
                             .play = play,
                             .show = show};

    shrink_check(&s);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("registry_model");
    TCase *t = tcase_create("registry_model");

    tcase_set_timeout(t, 300);
    tcase_add_test(t, the_registry_does_what_an_array_would);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
