/* SPDX-License-Identifier: MIT */
/* test_change.c - endpoints come, change and go. */
#include <llmreg/registry.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static struct llmreg_error err;

static struct llmreg_set_result set(const struct llmreg_spec *spec)
{
    struct llmreg_set_result result = {.created = true, .seq = 999};

    int rc = llmreg_set(fleet, spec, &result, &err);
    ck_assert_msg(rc == LLMREG_OK, "%d %s", rc, err.text);
    return result;
}

START_TEST(a_new_endpoint_is_an_event)
{
    const struct llmreg_spec spec = fleet_spec("a:1");
    struct llmreg_set_result result = set(&spec);
    const struct llmreg_event *event = fleet_event();

    ck_assert(result.created);
    ck_assert_uint_gt(result.generation, 0);
    ck_assert_ptr_nonnull(event);
    ck_assert_uint_eq(event->seq, result.seq);
    ck_assert_int_eq(event->type, LLMREG_EVENT_REGISTERED);
    ck_assert_str_eq(event->subject, "a:1");
    ck_assert_str_eq(event->name, "gpu");
    ck_assert_str_eq(event->after, "http://a:1");
    ck_assert_int_eq(event->time_ms, fleet_now.wall_ms);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

/* C5: every start of an agent was another one. */
START_TEST(the_same_again_changes_nothing_and_is_no_event)
{
    const struct llmreg_spec spec = fleet_spec("a:1");
    struct llmreg_set_result first = set(&spec);

    fleet_skip_events();
    struct llmreg_set_result second = set(&spec);
    ck_assert(!second.created);
    ck_assert_uint_eq(second.generation, first.generation);
    ck_assert_uint_eq(second.seq, 0);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(an_update_says_which_fields_changed)
{
    struct llmreg_spec spec = fleet_spec("a:1");

    (void)set(&spec);
    fleet_skip_events();
    spec.name = "better";
    spec.priority = 70;
    struct llmreg_set_result result = set(&spec);
    const struct llmreg_event *event = fleet_event();
    ck_assert_ptr_nonnull(event);
    ck_assert_int_eq(event->type, LLMREG_EVENT_UPDATED);
    ck_assert_str_eq(event->reason, "name, priority");
    ck_assert_str_eq(event->name, "better");
    ck_assert_uint_eq(event->seq, result.seq);
}
END_TEST

/* A2: registering again lost the models, the state and the first time. */
START_TEST(an_update_keeps_what_was_observed_and_wanted)
{
    const struct llmreg_intent drain = {LLMREG_ADMIN_DRAINING, 0};
    struct llmreg_spec spec = fleet_spec("a:1");

    (void)set(&spec);
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_models("a:1", "m*");
    ck_assert_int_eq(llmreg_admin_set(fleet, "a:1", &drain, "", &fleet_now),
                     LLMREG_OK);
    fleet_now.wall_ms += 5000;
    spec.priority = 1;
    (void)set(&spec);
    struct llmreg_endpoint *e = fleet_get("a:1");
    ck_assert_int_eq(llmreg_endpoint_state(e), LLMREG_HEALTH_HEALTHY);
    ck_assert_int_eq(llmreg_endpoint_intent(e).admin, LLMREG_ADMIN_DRAINING);
    ck_assert_int_eq(llmreg_endpoint_registered_ms(e), 1000);
    ck_assert_str_eq(fleet_with("m", LLMREG_ANY), "a:1");
    llmreg_put(e);
}
END_TEST

START_TEST(the_series_is_frozen_at_the_first_registration)
{
    struct llmreg_spec spec = fleet_spec("a:1");

    (void)set(&spec);
    spec.series = "other";
    ck_assert_uint_eq(set(&spec).seq, 0);
    spec.name = "other";
    (void)set(&spec);
    struct llmreg_endpoint *e = fleet_get("a:1");
    const struct llmreg_spec *now = llmreg_endpoint_spec(e);
    ck_assert_str_eq(now->series, "gpu");
    ck_assert_str_eq(now->name, "other");
    llmreg_spec_put(now);
    llmreg_put(e);
}
END_TEST

/* A2 */
START_TEST(a_source_is_raised_but_never_lowered)
{
    static const struct {
        enum llmreg_source before, set, after;
    } rows[] = {
        {LLMREG_SOURCE_STATIC, LLMREG_SOURCE_AUTO, LLMREG_SOURCE_STATIC},
        {LLMREG_SOURCE_MANUAL, LLMREG_SOURCE_AUTO, LLMREG_SOURCE_MANUAL},
        {LLMREG_SOURCE_MANUAL, LLMREG_SOURCE_MDNS, LLMREG_SOURCE_MANUAL},
        {LLMREG_SOURCE_STATIC, LLMREG_SOURCE_MANUAL, LLMREG_SOURCE_MANUAL},
        {LLMREG_SOURCE_AUTO, LLMREG_SOURCE_STATIC, LLMREG_SOURCE_STATIC},
        {LLMREG_SOURCE_MDNS, LLMREG_SOURCE_AUTO, LLMREG_SOURCE_AUTO},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct llmreg_spec spec = fleet_spec("a:1");
        spec.source = rows[i].before;
        (void)set(&spec);
        spec.source = rows[i].set;
        (void)set(&spec);
        struct llmreg_endpoint *e = fleet_get("a:1");
        const struct llmreg_spec *now = llmreg_endpoint_spec(e);
        ck_assert_int_eq(now->source, rows[i].after);
        llmreg_spec_put(now);
        llmreg_put(e);
        ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    }
}
END_TEST

/* A2: every reconnect of an agent overwrote the name and the source that a
 * person had given. */
START_TEST(two_schemes_on_one_id_are_an_error)
{
    struct llmreg_spec spec = fleet_spec("a:1");

    (void)set(&spec);
    fleet_skip_events();
    spec.url = "https://a:1";
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "http://a:1"));
    ck_assert_ptr_nonnull(strstr(err.text, "https://a:1"));
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(what_is_not_valid_is_refused)
{
    struct llmreg_spec spec = fleet_spec("a:1");

    spec.priority = -1;
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, &err), LLMREG_EINVAL);
    ck_assert_str_ne(err.text, "");
    ck_assert_str_eq(fleet_ids(), "");
}
END_TEST

START_TEST(at_the_limit_nobody_comes_in_but_all_can_change)
{
    char id[16];

    for (int i = 0; i < FLEET_MAX; i++) {
        (void)snprintf(id, sizeof id, "a:%d", i + 1);
        fleet_add(id);
    }
    struct llmreg_spec spec = fleet_spec("b:1");
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, &err), LLMREG_EFULL);
    ck_assert_ptr_nonnull(strstr(err.text, "8"));
    ck_assert_ptr_null(llmreg_get(fleet, "b:1"));
    spec = fleet_spec("a:1");
    spec.priority = 1;
    (void)set(&spec);
    ck_assert_int_eq(llmreg_remove(fleet, "a:2", NULL, NULL), LLMREG_OK);
    fleet_add("b:1");
}
END_TEST

/* ---- the strict one ---- */

/* E2: of two at once both were told that they added it. */
START_TEST(adding_what_is_there_is_an_error_that_names_it)
{
    struct llmreg_spec spec = fleet_spec("a:1");
    struct llmreg_set_result result = {0}, second = {.seq = 999};

    ck_assert_int_eq(llmreg_add(fleet, &spec, &result, &err), LLMREG_OK);
    ck_assert(result.created);
    ck_assert_uint_eq(fleet_event()->seq, result.seq);
    spec.name = "other";
    ck_assert_int_eq(llmreg_add(fleet, &spec, &second, &err), LLMREG_EEXIST);
    ck_assert_ptr_nonnull(strstr(err.text, "a:1"));
    ck_assert_uint_eq(second.seq, 999);
    ck_assert_ptr_null(fleet_event());
    struct llmreg_endpoint *e = fleet_get("a:1");
    const struct llmreg_spec *now = llmreg_endpoint_spec(e);
    ck_assert_str_eq(now->name, "gpu");
    llmreg_spec_put(now);
    llmreg_put(e);
}
END_TEST

START_TEST(adding_is_as_strict_about_limits_and_values)
{
    struct llmreg_spec spec = fleet_spec("b:1");
    char id[16];

    spec.priority = 1001;
    ck_assert_int_eq(llmreg_add(fleet, &spec, NULL, &err), LLMREG_EINVAL);
    ck_assert_str_eq(fleet_ids(), "");
    for (int i = 0; i < FLEET_MAX; i++) {
        (void)snprintf(id, sizeof id, "a:%d", i + 1);
        spec = fleet_spec(id);
        ck_assert_int_eq(llmreg_add(fleet, &spec, NULL, NULL), LLMREG_OK);
    }
    ck_assert_int_eq(llmreg_add(fleet, &spec, NULL, &err), LLMREG_EEXIST);
    spec = fleet_spec("b:1");
    ck_assert_int_eq(llmreg_add(fleet, &spec, NULL, &err), LLMREG_EFULL);
    ck_assert_ptr_nonnull(strstr(err.text, "b:1"));
}
END_TEST

START_TEST(a_removal_gives_what_was_removed)
{
    struct llmreg_endpoint *removed = NULL;

    fleet_add("a:1");
    struct llmreg_endpoint *e = fleet_get("a:1");
    ck_assert_int_eq(llmreg_remove(fleet, "b:1", NULL, &removed),
                     LLMREG_ENOENT);
    ck_assert_ptr_null(removed);
    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, &removed), LLMREG_OK);
    ck_assert_ptr_eq(removed, e);
    llmreg_put(e);
    ck_assert_str_eq(llmreg_endpoint_id(removed), "a:1");
    llmreg_put(removed);
}
END_TEST

START_TEST(a_removal_is_an_event_with_its_reason)
{
    fleet_add("a:1");
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_skip_events();
    ck_assert_int_eq(
        llmreg_remove(fleet, "a:1",
                      &(struct llmreg_removal){.reason = "by hand"}, NULL),
        LLMREG_OK);
    const struct llmreg_event *event = fleet_event();
    ck_assert_ptr_nonnull(event);
    ck_assert_int_eq(event->type, LLMREG_EVENT_REMOVED);
    ck_assert_str_eq(event->subject, "a:1");
    ck_assert_str_eq(event->name, "gpu");
    ck_assert_str_eq(event->before, "healthy");
    ck_assert_str_eq(event->reason, "by hand");
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(a_removal_names_what_it_means)
{
    fleet_add("a:1");
    struct llmreg_endpoint *e = fleet_get("a:1");
    uint64_t generation = llmreg_endpoint_generation(e);

    ck_assert_int_eq(llmreg_remove(fleet, "b:1", NULL, NULL), LLMREG_ENOENT);
    ck_assert_int_eq(
        llmreg_remove(fleet, "a:1",
                      &(struct llmreg_removal){.generation = generation + 1},
                      NULL),
        LLMREG_ESTALE);
    ck_assert_int_eq(
        llmreg_remove(fleet, "a:1",
                      &(struct llmreg_removal){.generation = generation}, NULL),
        LLMREG_OK);
    ck_assert_int_eq(
        llmreg_remove(fleet, "a:1",
                      &(struct llmreg_removal){.generation = generation}, NULL),
        LLMREG_ENOENT);
    fleet_add("a:1");
    ck_assert_int_eq(
        llmreg_remove(fleet, "a:1",
                      &(struct llmreg_removal){.generation = generation}, NULL),
        LLMREG_ESTALE);
    llmreg_put(e);
}
END_TEST

/* C2: a monitor's late write brought removed agents back. */
START_TEST(late_results_for_a_removed_endpoint_are_stale)
{
    const struct llmreg_observation seen = {.reason = LLMREG_REASON_OK};
    const struct llmreg_models models = fleet_list("m"), same = {0};
    fleet_add("a:1");
    struct llmreg_endpoint *e = fleet_get("a:1");

    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    fleet_add("a:1"); /* made anew: another generation */
    fleet_skip_events();
    ck_assert_int_eq(llmreg_observe(fleet, e, &seen, &fleet_rule, &fleet_now),
                     LLMREG_ESTALE);
    ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                     LLMREG_ESTALE);
    ck_assert_int_eq(llmreg_models_set(fleet, e, &same, &fleet_now),
                     LLMREG_ESTALE);
    ck_assert_int_eq(fleet_state("a:1"), LLMREG_HEALTH_UNKNOWN);
    ck_assert_str_eq(fleet_with("m", LLMREG_ANY), "");
    ck_assert_ptr_null(fleet_event());
    llmreg_put(e);
}
END_TEST

/* E5: what is registered again starts without anything of its past. */
START_TEST(an_endpoint_made_anew_is_new)
{
    fleet_add("a:1");
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_models("a:1", "m");
    struct llmreg_endpoint *old = fleet_get("a:1");
    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    fleet_add("a:1");
    struct llmreg_endpoint *e = fleet_get("a:1");

    ck_assert_ptr_ne(old, e);
    ck_assert_uint_gt(llmreg_endpoint_generation(e),
                      llmreg_endpoint_generation(old));
    ck_assert_int_eq(llmreg_endpoint_state(e), LLMREG_HEALTH_UNKNOWN);
    ck_assert_str_eq(fleet_with("m", LLMREG_ANY), "");
    llmreg_put(old);
    llmreg_put(e);
}
END_TEST

static struct llmreg_memory memory(const char *id)
{
    struct llmreg_memory m = {
        .spec = fleet_spec(id),
        .intent = {LLMREG_ADMIN_DRAINING, 0},
        .health = {.state = LLMREG_HEALTH_UNHEALTHY, .since_ms = 400},
        .models = fleet_list("b* a"),
        .registered_ms = 300,
    };

    return m;
}

/* A14: after a restart it is unknown, and remembers what it was. */
START_TEST(what_is_restored_is_there_without_an_event)
{
    const struct llmreg_memory m = memory("a:1");
    struct llmreg_counts n;
    struct llmreg_health health;

    ck_assert_int_eq(llmreg_restore(fleet, &m, &err), LLMREG_OK);
    struct llmreg_endpoint *e = fleet_get("a:1");
    llmreg_endpoint_health(e, &health);
    ck_assert_int_eq(health.state, LLMREG_HEALTH_UNKNOWN);
    ck_assert_int_eq(health.prior, LLMREG_HEALTH_UNHEALTHY);
    ck_assert_int_eq(health.prior_since_ms, 400);
    ck_assert_int_eq(llmreg_endpoint_intent(e).admin, LLMREG_ADMIN_DRAINING);
    ck_assert_int_eq(llmreg_endpoint_registered_ms(e), 300);
    ck_assert_str_eq(fleet_with("a", LLMREG_ANY), "a:1");
    llmreg_count(fleet, &n);
    ck_assert_uint_eq(n.models_distinct, 2);
    ck_assert_uint_eq(n.models_loaded, 1);
    ck_assert_ptr_null(fleet_event());
    llmreg_put(e);
}
END_TEST

START_TEST(what_is_there_is_not_restored_over)
{
    struct llmreg_memory m = memory("a:1");

    fleet_add("a:1");
    ck_assert_int_eq(llmreg_restore(fleet, &m, &err), LLMREG_EEXIST);
    ck_assert_str_eq(fleet_with("a", LLMREG_ANY), "");
    m = memory("b:1");
    m.spec.interval_ms = 0;
    ck_assert_int_eq(llmreg_restore(fleet, &m, &err), LLMREG_EINVAL);
    ck_assert_str_eq(fleet_ids(), "a:1");
}
END_TEST

START_TEST(a_model_that_cannot_be_restored_is_named_with_its_field)
{
    struct llmreg_memory m = memory("a:1");
    struct llmreg_model items[2];

    items[0] = llmreg_model_unknown("a:latest");
    items[1] = llmreg_model_unknown("b:latest");
    items[1].vram_bytes = -7;
    m.models = (struct llmreg_models){.items = items, .count = 2};
    ck_assert_int_eq(llmreg_restore(fleet, &m, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(
        strstr(err.text, "endpoint a:1: model 2 \"b:latest\": vram_bytes"));
    ck_assert_str_eq(fleet_ids(), "");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("change");
    TCase *t = tcase_create("change");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, a_new_endpoint_is_an_event);
    tcase_add_test(t, the_same_again_changes_nothing_and_is_no_event);
    tcase_add_test(t, an_update_says_which_fields_changed);
    tcase_add_test(t, an_update_keeps_what_was_observed_and_wanted);
    tcase_add_test(t, the_series_is_frozen_at_the_first_registration);
    tcase_add_test(t, a_source_is_raised_but_never_lowered);
    tcase_add_test(t, two_schemes_on_one_id_are_an_error);
    tcase_add_test(t, what_is_not_valid_is_refused);
    tcase_add_test(t, at_the_limit_nobody_comes_in_but_all_can_change);
    tcase_add_test(t, adding_what_is_there_is_an_error_that_names_it);
    tcase_add_test(t, adding_is_as_strict_about_limits_and_values);
    tcase_add_test(t, a_removal_gives_what_was_removed);
    tcase_add_test(t, a_removal_is_an_event_with_its_reason);
    tcase_add_test(t, a_removal_names_what_it_means);
    tcase_add_test(t, late_results_for_a_removed_endpoint_are_stale);
    tcase_add_test(t, an_endpoint_made_anew_is_new);
    tcase_add_test(t, what_is_restored_is_there_without_an_event);
    tcase_add_test(t, what_is_there_is_not_restored_over);
    tcase_add_test(t, a_model_that_cannot_be_restored_is_named_with_its_field);
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
