/* SPDX-License-Identifier: MIT */
/* test_rank.c - the best endpoints for a model, best first. */
#include <llmreg/fleet.h>
#include <llmreg/hosts.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

/* Adds one that is healthy and has these models. */
static void add(const char *id, const char *models)
{
    fleet_add(id);
    fleet_models(id, models);
    fleet_observe(id, LLMREG_REASON_OK);
}

static struct llmreg_candidates *rank(const char *model, bool degraded,
                                      size_t max)
{
    struct llmreg_candidates *c = NULL;

    ck_assert_int_eq(
        llmreg_rank(fleet, &(struct llmreg_rank_query){model, degraded, max},
                    &fleet_now, &c),
        LLMREG_OK);
    ck_assert_ptr_nonnull(c);
    return c;
}

/* Their ids, separated by spaces; static. */
static const char *order(const char *model, bool degraded, size_t max)
{
    static char text[256];
    struct llmreg_candidates *c = rank(model, degraded, max);
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < c->count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                i == 0 ? "" : " ",
                                llmreg_endpoint_id(c->items[i].endpoint));
    llmreg_candidates_free(c);
    return text;
}

static void begin(const char *id, int times)
{
    struct llmreg_endpoint *e = fleet_get(id);

    while (times-- > 0)
        (void)llmreg_request_begin(e);
    llmreg_put(e);
}

START_TEST(nobody_who_has_it_is_an_empty_list)
{
    add("a:1", "other");
    ck_assert_str_eq(order("m", true, 0), "");
    ck_assert_str_eq(order("", true, 0), "");
    llmreg_candidates_free(NULL);
}
END_TEST

START_TEST(only_what_is_routable_is_a_candidate)
{
    const struct llmreg_intent draining = {LLMREG_ADMIN_DRAINING, 0};

    add("a:1", "m");
    add("b:1", "m");
    ck_assert_int_eq(llmreg_admin_set(fleet, "b:1", &draining, "", &fleet_now),
                     LLMREG_OK);
    fleet_add("c:1"); /* not probed yet */
    fleet_models("c:1", "m");
    add("d:1", "m");
    fleet_observe("d:1", LLMREG_REASON_BUSY);
    ck_assert_str_eq(order("m", false, 0), "a:1");
    ck_assert_str_eq(order("m", true, 0), "a:1 d:1");
}
END_TEST

START_TEST(equal_ones_are_ordered_by_id)
{
    add("c:1", "m");
    add("a:1", "m");
    add("b:1", "m");
    ck_assert_str_eq(order("m", false, 0), "a:1 b:1 c:1");
    ck_assert_str_eq(order("m", false, 2), "a:1 b:1");
}
END_TEST

START_TEST(loaded_comes_first_and_gives_way_to_an_idle_one)
{
    add("a:1", "m");
    add("b:1", "m*");
    ck_assert_str_eq(order("m", false, 0), "b:1 a:1");
    begin("b:1", 1);
    ck_assert_str_eq(order("m", false, 0), "b:1 a:1");
    begin("b:1", 100);
    ck_assert_str_eq(order("m", false, 0), "a:1 b:1");
}
END_TEST

/* E9: the priority was read and dropped. */
START_TEST(the_priority_decides_what_else_is_alike)
{
    struct llmreg_spec spec;

    add("a:1", "m");
    add("b:1", "m");
    spec = fleet_spec("b:1");
    spec.priority = LLMREG_PRIORITY_DEFAULT + 1;
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, NULL), LLMREG_OK);
    ck_assert_str_eq(order("m", false, 0), "b:1 a:1");
}
END_TEST

START_TEST(the_facts_are_those_of_the_endpoint)
{
    add("a:1", "");
    struct llmreg_endpoint *e = fleet_get("a:1");
    struct llmreg_models models = fleet_list("m*");
    struct llmreg_model m = models.items[0];

    m.size_bytes = 100;
    models.items = &m;
    ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                     LLMREG_OK);
    begin("a:1", 3);
    struct llmreg_candidates *c = rank("m", false, 1);
    const struct llmreg_score_facts *f = &c->items[0].facts;
    struct llmreg_score again;
    ck_assert_int_eq(f->loaded, LLMREG_YES);
    ck_assert_int_eq(f->model_bytes, 100);
    ck_assert_uint_eq(f->pending, 3);
    ck_assert_int_eq(f->priority, LLMREG_PRIORITY_DEFAULT);
    ck_assert(!f->degraded);
    ck_assert_double_eq(f->latency_us, 1500); /* of the probe */
    llmreg_score(f, &again);
    ck_assert_double_eq(c->items[0].score.total, again.total);
    llmreg_candidates_free(c);
    llmreg_put(e);
}
END_TEST

START_TEST(requests_tell_the_latency_before_probes_do)
{
    add("a:1", "m");
    struct llmreg_endpoint *e = fleet_get("a:1");

    (void)llmreg_request_begin(e);
    ck_assert(llmreg_request_end(e, 70));
    struct llmreg_candidates *c = rank("m", false, 1);
    ck_assert_double_eq(c->items[0].facts.latency_us, 70);
    llmreg_candidates_free(c);
    llmreg_put(e);
}
END_TEST

START_TEST(memory_while_loaded_is_known_better_than_the_size)
{
    add("a:1", "");
    struct llmreg_endpoint *e = fleet_get("a:1");
    struct llmreg_models models = fleet_list("l r");
    struct llmreg_model items[2] = {models.items[0], models.items[1]};

    items[0].size_bytes = 100;
    items[0].loaded_bytes = 150;
    items[1].size_bytes = 100;
    items[1].remote = true;
    models.items = items;
    ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                     LLMREG_OK);
    struct llmreg_candidates *c = rank("l", false, 1);
    ck_assert_int_eq(c->items[0].facts.model_bytes, 150);
    llmreg_candidates_free(c);
    c = rank("r", false, 1);
    ck_assert_int_eq(c->items[0].facts.model_bytes, 0);
    llmreg_candidates_free(c);
    llmreg_put(e);
}
END_TEST

/* ---- free VRAM ---- */

#define GB (INT64_C(1) << 30)

static void report(const char *host, int64_t used, int64_t total)
{
    struct llmreg_resources resources = llmreg_resources_unknown();
    const struct llmreg_host_report what = {.id = host,
                                            .name = "",
                                            .agent = "",
                                            .interval_ms = 10000,
                                            .resources = &resources};
    struct llmreg_error err = {""};

    resources.vram_used_bytes = used;
    resources.vram_total_bytes = total;
    int rc = llmreg_host_report(fleet, &what, &fleet_now, NULL, &err);
    ck_assert_msg(rc == LLMREG_OK, "%d %s", rc, err.text);
}

static int64_t free_vram(const char *model)
{
    struct llmreg_candidates *c = rank(model, false, 1);
    int64_t bytes = c->items[0].facts.vram_free_bytes;

    llmreg_candidates_free(c);
    return bytes;
}

/* A4: what the hosts reported was looked up by the endpoint's id, and never
 * found. */
START_TEST(vram_is_that_of_the_host_while_its_sample_is_fresh)
{
    add("a:1", "m");
    ck_assert_int_eq(free_vram("m"), -1);
    report("a", 30 * GB, 80 * GB);
    ck_assert_int_eq(free_vram("m"), 50 * GB);
    report("a", -1, 80 * GB);
    ck_assert_int_eq(free_vram("m"), -1);
    report("a", 80 * GB, 80 * GB);
    ck_assert_int_eq(free_vram("m"), 0);
    fleet_now.mono_ns += 91 * LLMREG_NS_PER_S;
    ck_assert_int_eq(free_vram("m"), -1);
}
END_TEST

START_TEST(where_it_fits_comes_before_where_it_does_not)
{
    add("a:1", "");
    add("b:1", "");
    struct llmreg_models models = fleet_list("m");
    struct llmreg_model m = models.items[0];

    m.size_bytes = 40 * GB;
    models.items = &m;
    for (const char *id = "a:1\0b:1\0"; *id != '\0'; id += 4) {
        struct llmreg_endpoint *e = fleet_get(id);
        ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                         LLMREG_OK);
        llmreg_put(e);
    }
    ck_assert_str_eq(order("m", false, 0), "a:1 b:1");
    report("a", 70 * GB, 80 * GB);
    report("b", 10 * GB, 80 * GB);
    ck_assert_str_eq(order("m", false, 0), "b:1 a:1");
}
END_TEST

START_TEST(candidates_are_held)
{
    add("a:1", "m");
    struct llmreg_candidates *c = rank("m", false, 0);

    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    ck_assert_str_eq(llmreg_endpoint_id(c->items[0].endpoint), "a:1");
    ck_assert(!llmreg_endpoint_alive(c->items[0].endpoint));
    llmreg_candidates_free(c);
}
END_TEST

/* ---- the selection, against a sort of all ---- */

#define MANY 200

static struct llmreg_registry *large;

static void fill(unsigned seed)
{
    static const struct llmreg_observation ok = {.reason = LLMREG_REASON_OK};
    const struct llmreg_models models = fleet_list("m");
    char id[16], url[32];

    for (int i = 0; i < MANY; i++) {
        seed = seed * 1103515245 + 12345;
        (void)snprintf(id, sizeof id, "h%d:1", i);
        (void)snprintf(url, sizeof url, "http://%s", id);
        struct llmreg_spec spec = fleet_spec(id);
        spec.url = url;
        spec.priority = (int32_t)(seed >> 16 & 63); /* many are equal */
        ck_assert_int_eq(llmreg_set(large, &spec, NULL, NULL), LLMREG_OK);
        struct llmreg_endpoint *e = llmreg_get(large, id);
        ck_assert_int_eq(llmreg_observe(large, e, &ok, &fleet_rule, &fleet_now),
                         LLMREG_OK);
        ck_assert_int_eq(llmreg_models_set(large, e, &models, &fleet_now),
                         LLMREG_OK);
        llmreg_put(e);
    }
}

START_TEST(a_few_of_many_are_the_first_of_all)
{
    static const size_t most[] = {1, 2, 3, 15, 16, 17, 100, MANY, MANY + 1};
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    struct llmreg_candidates *all = NULL, *few = NULL;

    conf.endpoints = MANY;
    ck_assert_int_eq(
        llmreg_registry_new(&large, &conf, fleet_bus, &fleet_clock), LLMREG_OK);
    fill((unsigned)_i);
    ck_assert_int_eq(llmreg_rank(large,
                                 &(struct llmreg_rank_query){"m", false, 0},
                                 &fleet_now, &all),
                     LLMREG_OK);
    ck_assert_uint_eq(all->count, MANY);
    for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
        ck_assert_int_eq(
            llmreg_rank(large, &(struct llmreg_rank_query){"m", false, most[i]},
                        &fleet_now, &few),
            LLMREG_OK);
        ck_assert_uint_eq(few->count, most[i] < MANY ? most[i] : MANY);
        for (size_t k = 0; k < few->count; k++)
            ck_assert_ptr_eq(few->items[k].endpoint, all->items[k].endpoint);
        llmreg_candidates_free(few);
    }
    for (size_t k = 1; k < all->count; k++)
        ck_assert_double_ge(all->items[k - 1].score.total,
                            all->items[k].score.total);
    llmreg_candidates_free(all);
    llmreg_registry_free(large);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("rank");
    TCase *t = tcase_create("rank");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, nobody_who_has_it_is_an_empty_list);
    tcase_add_test(t, only_what_is_routable_is_a_candidate);
    tcase_add_test(t, equal_ones_are_ordered_by_id);
    tcase_add_test(t, loaded_comes_first_and_gives_way_to_an_idle_one);
    tcase_add_test(t, the_priority_decides_what_else_is_alike);
    tcase_add_test(t, the_facts_are_those_of_the_endpoint);
    tcase_add_test(t, requests_tell_the_latency_before_probes_do);
    tcase_add_test(t, memory_while_loaded_is_known_better_than_the_size);
    tcase_add_test(t, vram_is_that_of_the_host_while_its_sample_is_fresh);
    tcase_add_test(t, where_it_fits_comes_before_where_it_does_not);
    tcase_add_test(t, candidates_are_held);
    tcase_add_loop_test(t, a_few_of_many_are_the_first_of_all, 0, 40);
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
