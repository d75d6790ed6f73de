/* SPDX-License-Identifier: MIT */
/* test_registry_memory.c - every operation, with each of its allocations
 * failed in turn: it says so, and nothing changed.
 */
#include <llmreg/fleet.h>
#include <llmreg/snapshot.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scarce.h"
#include "tests/unit/fleet.h"

/* Check allocates too, so nothing of it may be called while one fails. */
static struct llmreg_models list;

void *__real_aligned_alloc(size_t alignment, size_t size);
bool __real_rcu_has_room(size_t bytes);
bool __wrap_rcu_has_room(size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return scarce_fails() ? NULL : __real_aligned_alloc(alignment, size);
}

/* Hash tables ask before liburcu takes it. */
bool __wrap_rcu_has_room(size_t bytes)
{
    return scarce_fails() ? false : __real_rcu_has_room(bytes);
}

static void setup(void)
{
    fleet_setup();
    fleet_add("a:1");
    fleet_models("a:1", "x y*");
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_skip_events();
}

static bool add_up(void *ctx, const struct llmreg_fleet_model *m)
{
    *(size_t *)ctx += 10 * m->endpoints + m->loaded;
    return true;
}

/* All that a reader can see, as text. */
static void describe(char out[static 512])
{
    size_t loaded = 0;
    struct llmreg_counts n;
    struct llmreg_health h;
    struct llmreg_load load;
    struct llmreg_endpoint *e = fleet_get("a:1");
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const struct llmreg_models *models = llmreg_endpoint_models(e);

    llmreg_count(fleet, &n);
    llmreg_endpoint_health(e, &h);
    size_t len = (size_t)snprintf(
        out, 512, "%zu %zu %zu|%s|%d %u|%d|%zu|", n.endpoints,
        n.models_distinct, n.models_loaded, spec->name, h.state, h.failures,
        llmreg_endpoint_intent(e).admin, models->count);
    len += (size_t)snprintf(out + len, 512 - len, "%s|", fleet_ids());
    for (const char *m = "v\0w\0x\0y\0z\0"; *m != '\0'; m += 2)
        len += (size_t)snprintf(out + len, 512 - len, "%s %s|", m,
                                fleet_with(m, LLMREG_ANY));
    llmreg_each_fleet_model(fleet, add_up, &loaded);
    llmreg_endpoint_load(e, &load);
    (void)snprintf(out + len, 512 - len, "%zu|%u|%llu", loaded, load.pending,
                   (unsigned long long)llmreg_bus_last(fleet_bus));
    llmreg_spec_put(spec);
    llmreg_models_put(models);
    llmreg_put(e);
}

/* ---- the operations ---- */

static int add(struct llmreg_endpoint *e)
{
    const struct llmreg_spec spec = fleet_spec("b:1");

    (void)e;
    return llmreg_set(fleet, &spec, NULL, NULL);
}

static int add_strictly(struct llmreg_endpoint *e)
{
    const struct llmreg_spec spec = fleet_spec("b:1");

    (void)e;
    return llmreg_add(fleet, &spec, NULL, NULL);
}

/* It needs no memory but the event's, without which there is a gap. */
static int drop(struct llmreg_endpoint *e)
{
    return llmreg_remove(fleet, llmreg_endpoint_id(e), NULL, NULL);
}

static int rank(struct llmreg_endpoint *e)
{
    struct llmreg_candidates *c = NULL;

    (void)e;
    int rc = llmreg_rank(fleet, &(struct llmreg_rank_query){"x", true, 0},
                         &fleet_now, &c);
    llmreg_candidates_free(c);
    return rc;
}

static int update(struct llmreg_endpoint *e)
{
    struct llmreg_spec spec = fleet_spec("a:1");

    (void)e;
    spec.name = "other";
    return llmreg_set(fleet, &spec, NULL, NULL);
}

static int patch(struct llmreg_endpoint *e)
{
    const struct llmreg_patch patch = {
        .set = {.fields = LLMREG_FIELD_NAME, .name = "other"}};

    return llmreg_patch(fleet, llmreg_endpoint_id(e), &patch, NULL, NULL);
}

static int observe(struct llmreg_endpoint *e)
{
    const struct llmreg_observation seen = {.reason = LLMREG_REASON_OK};

    return llmreg_observe(fleet, e, &seen, &fleet_rule, &fleet_now);
}

/* A text that needs larger boxes. */
static int observe_much(struct llmreg_endpoint *e)
{
    struct llmreg_observation seen = {.reason = LLMREG_REASON_REFUSED};

    memset(seen.detail, 'd', sizeof seen.detail - 1);
    return llmreg_observe(fleet, e, &seen, &fleet_rule, &fleet_now);
}

static int learn(struct llmreg_endpoint *e)
{
    return llmreg_models_set(fleet, e, &list, &fleet_now);
}

/* Too many to be sorted on the stack. */
static int learn_many(struct llmreg_endpoint *e)
{
    static char names[40][8];
    static struct llmreg_model items[40];
    const struct llmreg_models many = {.items = items, .count = 40};

    for (int i = 0; i < 40; i++) {
        (void)snprintf(names[i], sizeof names[i], "m%d", i);
        items[i] = llmreg_model_unknown(names[i]);
    }
    return llmreg_models_set(fleet, e, &many, &fleet_now);
}

static int want(struct llmreg_endpoint *e)
{
    const struct llmreg_intent intent = {LLMREG_ADMIN_DRAINING, 0};

    return llmreg_admin_set(fleet, llmreg_endpoint_id(e), &intent, "",
                            &fleet_now);
}

static int restore(struct llmreg_endpoint *e)
{
    const struct llmreg_memory memory = {.spec = fleet_spec("b:1"),
                                         .models = list};

    (void)e;
    return llmreg_restore(fleet, &memory, NULL);
}

static int snapshot(struct llmreg_endpoint *e)
{
    struct llmreg_snapshot *s = NULL;

    (void)e;
    int rc = llmreg_snapshot_take(fleet, &s);
    llmreg_snapshot_free(s);
    return rc;
}

static int create(struct llmreg_endpoint *e)
{
    struct llmreg_registry *r = NULL;

    (void)e;
    const struct llmreg_registry_conf conf = llmreg_registry_conf();
    int rc = llmreg_registry_new(&r, &conf, fleet_bus, &fleet_clock);
    llmreg_registry_free(r);
    return rc;
}

static const struct {
    const char *name;
    int (*run)(struct llmreg_endpoint *e);
    int allocations; /* at least so many fail it */
} operations[] = {
    {"add", add, 4},
    {"update", update, 1},
    {"patch", patch, 1},
    {"observe", observe, 0},
    {"observe much", observe_much, 1},
    {"learn", learn, 5},
    {"want", want, 0},
    {"restore", restore, 7},
    {"snapshot", snapshot, 8},
    {"create", create, 15},
    {"add strictly", add_strictly, 4},
    {"rank", rank, 1},
    {"drop", drop, 0},
    {"learn many", learn_many, 80},
};

#define OPERATIONS ((int)(sizeof operations / sizeof operations[0]))

START_TEST(without_memory_it_says_so_and_changes_nothing)
{
    struct llmreg_endpoint *e = fleet_get("a:1");
    char before[512], after[512];
    list = fleet_list("v* w* y* z");
    int rc = LLMREG_ENOMEM, n;

    describe(before);
    for (n = 0; rc != LLMREG_OK; n++) {
        scarce_from(n);
        rc = operations[_i].run(e);
        (void)scarce_end();
        if (rc == LLMREG_OK)
            break;
        ck_assert_msg(rc == LLMREG_ENOMEM, "%s, allocation %d: %d",
                      operations[_i].name, n, rc);
        describe(after);
        ck_assert_str_eq(before, after);
    }
    ck_assert_int_ge(n, operations[_i].allocations);
    llmreg_put(e);
}
END_TEST

/* As most probes find it. */
START_TEST(a_list_that_is_known_needs_no_memory)
{
    struct llmreg_endpoint *e = fleet_get("a:1");

    list = fleet_list("x y*");
    scarce_all();
    int rc = llmreg_models_set(fleet, e, &list, &fleet_now);
    ck_assert(!scarce_end());
    ck_assert_int_eq(rc, LLMREG_OK);
    ck_assert_ptr_null(fleet_event());
    llmreg_put(e);
}
END_TEST

START_TEST(an_event_without_memory_is_a_gap_and_the_change_stands)
{
    const struct llmreg_intent intent = {LLMREG_ADMIN_DRAINING, 0};
    struct llmreg_subscription *s = NULL;
    const struct llmreg_event *event = NULL;

    ck_assert_int_eq(llmreg_subscribe(fleet_bus, UINT64_MAX, &s), LLMREG_OK);
    scarce_from(0);
    ck_assert_int_eq(llmreg_admin_set(fleet, "a:1", &intent, "", &fleet_now),
                     LLMREG_OK);
    (void)scarce_end();
    struct llmreg_endpoint *e = fleet_get("a:1");
    ck_assert_int_eq(llmreg_endpoint_intent(e).admin, LLMREG_ADMIN_DRAINING);
    ck_assert_int_eq(llmreg_subscription_next(s, &event), LLMREG_EGAP);
    ck_assert_int_eq(llmreg_subscription_next(s, &event), LLMREG_ENOENT);
    llmreg_unsubscribe(s);
    llmreg_put(e);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("registry_memory");
    TCase *t = tcase_create("registry_memory");

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_loop_test(t, without_memory_it_says_so_and_changes_nothing, 0,
                        OPERATIONS);
    tcase_add_test(t, a_list_that_is_known_needs_no_memory);
    tcase_add_test(t, an_event_without_memory_is_a_gap_and_the_change_stands);
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
