/* SPDX-License-Identifier: MIT */
/* test_registry_model.c - long random sequences of operations, each also done
 * to a plain array, and after each: does the registry say the same?
 *
 * The index by model must equal a scan of all lists, the counts a count, and
 * every change is exactly one event with a number above the one before.  The
 * seed is printed; LLMREG_SEED=N repeats a run.
 */
#include <llmreg/registry.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define IDS    24
#define LIMIT  20 /* so that it gets full now and then */
#define MODELS 10
#define STEPS  6000

/* What the registry ought to know of one id. */
struct naive {
    bool there;
    uint64_t generation;
    int32_t priority;
    struct llmreg_health health;
    struct llmreg_intent intent;
    unsigned models, loaded; /* bit per model */
    struct llmreg_endpoint *held, *stale;
};

static struct naive naive[IDS];
static uint64_t events; /* that there ought to have been */
static uint64_t state;  /* of the random numbers */
static struct llmreg_now now;
static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static const struct llmreg_health_rule rule = {2, 2};

static unsigned below(unsigned n)
{
    state =
        state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % n;
}

static const char *id_of(size_t i)
{
    static char id[16];

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

static void step_set(size_t i)
{
    char url[32];
    struct naive *n = &naive[i];
    int32_t priority = (int32_t)below(3);
    struct llmreg_set_result result = {0};

    (void)snprintf(url, sizeof url, "http://%s", id_of(i));
    const struct llmreg_spec spec = {.id = id_of(i),
                                     .url = url,
                                     .name = "n",
                                     .host = "h",
                                     .series = "s",
                                     .origin = "",
                                     .priority = priority,
                                     .interval_ms = 1000};
    int rc = llmreg_set(r, &spec, &result, NULL);
    if (!n->there && count_there() == LIMIT) {
        ck_assert_int_eq(rc, LLMREG_EFULL);
        return;
    }
    ck_assert_int_eq(rc, LLMREG_OK);
    ck_assert(result.created == !n->there);
    events += !n->there || n->priority != priority;
    if (!n->there) {
        n->there = true;
        n->generation = result.generation;
        n->held = llmreg_get(r, id_of(i));
    }
    n->priority = priority;
    ck_assert_uint_eq(result.generation, n->generation);
}

static void step_remove(size_t i)
{
    struct naive *n = &naive[i];
    int rc = llmreg_remove(r, id_of(i), NULL, NULL);

    ck_assert_int_eq(rc, n->there ? LLMREG_OK : LLMREG_ENOENT);
    events += n->there;
    if (n->there)
        forget(n);
}

static void step_observe(size_t i)
{
    struct naive *n = &naive[i];
    struct llmreg_observation seen = {
        .reason = LLMREG_REASON_OK + below(LLMREG_REASONS - LLMREG_REASON_OK)};
    struct llmreg_health after;

    (void)snprintf(seen.detail, sizeof seen.detail, "%u", below(1000));
    if (!n->there)
        return;
    ck_assert_int_eq(llmreg_observe(r, n->held, &seen, &rule, &now), LLMREG_OK);
    llmreg_health_step(&n->health, &seen, &rule, &now, &after);
    enum llmreg_alarm_action action = LLMREG_ALARM_SILENT;
    if (llmreg_reason_state(seen.reason) == after.state)
        action = llmreg_alarm_step(&after.alarm, after.state, n->intent.admin);
    events += after.state != n->health.state || action != LLMREG_ALARM_SILENT;
    n->health = after;
}

static void step_models(size_t i)
{
    struct naive *n = &naive[i];
    struct llmreg_model items[MODELS];
    struct llmreg_models list = {.items = items};
    unsigned has = below(3) == 0 ? n->models : below(1U << MODELS);
    unsigned loaded = has & below(1U << MODELS);

    for (unsigned k = 0, m = below(MODELS); k < MODELS; k++) {
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
    ck_assert_int_eq(llmreg_models_set(r, n->held, &list, &now), LLMREG_OK);
    events += n->models != has || n->loaded != loaded;
    n->models = has;
    n->loaded = loaded;
}

static void step_admin(size_t i)
{
    struct naive *n = &naive[i];
    const struct llmreg_intent intent = {below(LLMREG_ADMINS), 0};
    int rc = llmreg_admin_set(r, id_of(i), &intent, "", &now);

    ck_assert_int_eq(rc, n->there ? LLMREG_OK : LLMREG_ENOENT);
    if (!n->there || n->intent.admin == intent.admin)
        return;
    events++;
    if (n->intent.admin == LLMREG_ADMIN_DISABLED)
        llmreg_health_resume(&n->health, &n->health);
    else
        (void)llmreg_alarm_step(&n->health.alarm, n->health.state,
                                intent.admin);
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
    ck_assert_int_eq(llmreg_observe(r, n->stale, &seen, &rule, &now),
                     LLMREG_ESTALE);
    ck_assert_int_eq(llmreg_models_set(r, n->stale, &none, &now),
                     LLMREG_ESTALE);
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
                ck_assert_uint_eq(seen.times[i], is_in(&naive[i], m, w));
        }
}

static void check_walk(void)
{
    struct seen seen = {{0}};

    llmreg_each(r, mark, &seen);
    for (size_t i = 0; i < IDS; i++) {
        struct llmreg_endpoint *e = llmreg_get(r, id_of(i));
        ck_assert_uint_eq(seen.times[i], naive[i].there);
        ck_assert_ptr_eq(e, naive[i].held);
        llmreg_put(e);
    }
}

static void check_one(const struct naive *n)
{
    struct llmreg_health h;
    const struct llmreg_spec *spec = llmreg_endpoint_spec(n->held);
    const struct llmreg_models *models = llmreg_endpoint_models(n->held);

    llmreg_endpoint_health(n->held, &h);
    ck_assert_int_eq(h.state, n->health.state);
    ck_assert_int_eq(h.alarm, n->health.alarm);
    ck_assert_str_eq(h.detail, n->health.detail);
    ck_assert_uint_eq(h.failures, n->health.failures);
    ck_assert_int_eq(spec->priority, n->priority);
    ck_assert_int_eq(llmreg_endpoint_intent(n->held).admin, n->intent.admin);
    ck_assert_uint_eq(models->count, (size_t)__builtin_popcount(n->models));
    llmreg_spec_put(spec);
    llmreg_models_put(models);
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
    ck_assert_uint_eq(n.endpoints, count_there());
    ck_assert_mem_eq(n.by_state, states, sizeof states);
    ck_assert_uint_eq(n.models_distinct, (size_t)__builtin_popcount(distinct));
    ck_assert_uint_eq(n.models_loaded, loaded);
}

static void check_all(size_t i)
{
    check_walk();
    check_index();
    check_counts();
    if (naive[i].there)
        check_one(&naive[i]);
    ck_assert_uint_eq(llmreg_bus_last(bus), events);
}

static void read_clock(void *ctx, struct llmreg_now *out)
{
    (void)ctx;
    *out = now;
}

START_TEST(the_registry_does_what_an_array_would)
{
    static void (*const steps[])(size_t) = {
        step_set,    step_set,   step_remove, step_observe,
        step_models, step_admin, step_stale,  step_observe,
    };
    const struct llmreg_clock clock = {.read = read_clock};
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    conf.endpoints = LIMIT;
    now = (struct llmreg_now){1000000, 1000};
    ck_assert_int_eq(llmreg_bus_new(&bus, 2, 1), LLMREG_OK);
    ck_assert_int_eq(llmreg_registry_new(&r, &conf, bus, &clock), LLMREG_OK);
    for (int n = 0; n < STEPS; n++) {
        size_t i = below(IDS);
        now.wall_ms++;
        now.mono_ns += 1000000;
        steps[below(sizeof steps / sizeof *steps)](i);
        check_all(i);
    }
    for (size_t i = 0; i < IDS; i++) {
        llmreg_put(naive[i].held);
        llmreg_put(naive[i].stale);
    }
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("registry_model");
    TCase *t = tcase_create("registry_model");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, the_registry_does_what_an_array_would);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    const char *given = getenv("LLMREG_SEED");
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10)
                                  : (uint64_t)t.tv_nsec ^ (uint64_t)t.tv_sec;
    (void)printf("seed: LLMREG_SEED=%llu\n", (unsigned long long)seed);
    (void)fflush(stdout); /* before check forks */
    state = seed;

    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
