/* SPDX-License-Identifier: MIT */
/* test_snapshot_models.c - the models of a snapshot: as a slow count of its
 * own parts finds them. */
#include "common/registry/snapshot_models.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static struct llmreg_snapshot *take(void)
{
    struct llmreg_snapshot *s = NULL;

    ck_assert_int_eq(llmreg_snapshot_take(fleet, &s), LLMREG_OK);
    return s;
}

START_TEST(a_model_is_counted_where_it_is)
{
    const struct llmreg_intent drain = {LLMREG_ADMIN_DRAINING, 0};

    for (int i = 0; i < 4; i++) {
        const char *const ids[] = {"a:1", "b:1", "c:1", "d:1"};
        fleet_add(ids[i]);
        fleet_models(ids[i], i < 2 ? "m*" : "m");
    }
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_observe("b:1", LLMREG_REASON_OK);
    fleet_observe("c:1", LLMREG_REASON_BUSY);
    ck_assert_int_eq(llmreg_admin_set(fleet, "b:1", &drain, "", &fleet_now),
                     LLMREG_OK);
    struct llmreg_snapshot *s = take();
    ck_assert_uint_eq(s->nmodels, 1);
    ck_assert_str_eq(s->models[0].name, "m");
    ck_assert_uint_eq(s->models[0].endpoints, 4);
    ck_assert_uint_eq(s->models[0].healthy, 2);
    ck_assert_uint_eq(s->models[0].routable, 1);
    ck_assert_uint_eq(s->models[0].loaded, 2);
    ck_assert_uint_eq(s->models[0].active, 3);
    ck_assert_uint_eq(s->models[0].unknown, 1);
    llmreg_snapshot_free(s);
}
END_TEST

/* ---- random fleets ---- */

static uint64_t seed;

static unsigned below(unsigned n)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static void change(void)
{
    static const enum llmreg_reason reasons[] = {
        LLMREG_REASON_OK, LLMREG_REASON_BUSY, LLMREG_REASON_REFUSED};
    const struct llmreg_intent intent = {
        below(2) == 0 ? LLMREG_ADMIN_ACTIVE : LLMREG_ADMIN_DRAINING, 0};
    char id[16], names[256] = "";
    size_t len = 0;

    (void)snprintf(id, sizeof id, "host%u:1", below(FLEET_MAX));
    fleet_add(id);
    for (unsigned m = 0; m < 20; m++)
        if (below(3) == 0)
            len += (size_t)snprintf(names + len, sizeof names - len, "m%u%s ",
                                    m, below(2) == 0 ? "*" : "");
    fleet_models(id, names);
    fleet_observe(id, reasons[below(3)]);
    ck_assert_int_eq(llmreg_admin_set(fleet, id, &intent, "", &fleet_now),
                     LLMREG_OK);
    if (below(4) == 0)
        ck_assert_int_eq(llmreg_remove(fleet, id, NULL, NULL), LLMREG_OK);
}

/* True if the item has the model of f and was counted for it. */
static bool is_counted(const struct llmreg_snapshot_item *item,
                       const struct llmreg_fleet_model *f,
                       struct llmreg_fleet_model *sum)
{
    const struct llmreg_model *m = llmreg_models_find(item->models, f->name);

    if (m == NULL)
        return false;
    sum->endpoints++;
    sum->healthy += item->health.state == LLMREG_HEALTH_HEALTHY;
    sum->routable += llmreg_is_routable(item->health.state, item->intent.admin,
                                        item->presence, false);
    sum->loaded += m->loaded == LLMREG_YES;
    sum->active += item->intent.admin == LLMREG_ADMIN_ACTIVE;
    sum->unknown += item->intent.admin == LLMREG_ADMIN_ACTIVE &&
                    item->health.state == LLMREG_HEALTH_UNKNOWN;
    return true;
}

static void check_models(const struct llmreg_snapshot *s)
{
    size_t pairs = 0, expected = 0, loaded = 0;

    ck_assert_uint_eq(s->nmodels, s->counts.models_distinct);
    for (size_t k = 0; k < s->nmodels; k++) {
        const struct llmreg_fleet_model *f = &s->models[k];
        struct llmreg_fleet_model sum = {0};
        for (size_t i = 0; i < s->count; i++)
            pairs += is_counted(&s->items[i], f, &sum);
        ck_assert_uint_gt(f->endpoints, 0);
        ck_assert_uint_eq(f->endpoints, sum.endpoints);
        ck_assert_uint_eq(f->healthy, sum.healthy);
        ck_assert_uint_eq(f->routable, sum.routable);
        ck_assert_uint_eq(f->loaded, sum.loaded);
        ck_assert_uint_eq(f->active, sum.active);
        ck_assert_uint_eq(f->unknown, sum.unknown);
        loaded += f->loaded;
    }
    for (size_t i = 0; i < s->count; i++)
        expected += s->items[i].models->count;
    ck_assert_uint_eq(pairs, expected); /* no name is missing */
    ck_assert_uint_eq(loaded, s->counts.models_loaded);
}

START_TEST(it_is_what_a_scan_finds)
{
    const char *given = getenv("LLMREG_SEED");

    seed = given != NULL ? strtoull(given, NULL, 10) : 20261121;
    printf("snapshot_models: seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 2000; i++) {
        change();
        struct llmreg_snapshot *s = take();
        check_models(s);
        llmreg_snapshot_free(s);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("snapshot_models");
    TCase *t = tcase_create("snapshot_models");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, a_model_is_counted_where_it_is);
    tcase_add_test(t, it_is_what_a_scan_finds);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
