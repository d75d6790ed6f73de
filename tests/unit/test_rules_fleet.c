/* SPDX-License-Identifier: MIT */
/* test_rules_fleet.c - models that nobody can serve, kinds that are down or
 * drift apart.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/fleet.h>

#include "tests/support/watch.h"

#define LOST  "model_lost/a:latest"
#define KIND  "kind_down/ollama"
#define DRIFT "version_drift/ollama"

static void setup(void)
{
    watch_setup();
    watch_add_many("gpu", 2); /* gpu0 has both models */
    room_models(&watch_room, "gpu0", "a:latest,b:latest");
    room_models(&watch_room, "gpu1", "b:latest");
    watch_pass(1000);
}

static void down(const char *name)
{
    watch_down(name);
    watch_pass(1000);
}

/* ---- model_lost ---- */

START_TEST(a_model_that_is_only_on_a_dead_endpoint_is_lost)
{
    down("gpu0");
    ck_assert_int_eq(watch_raised(LOST), LLMREG_SEVERITY_WARNING);
    ck_assert_int_eq(watch_raised("model_lost/b:latest"), LLMREG_SEVERITY_OKAY);
    const struct llmreg_alert *a = watch_alert(LOST);
    ck_assert_str_eq(a->message, "no endpoint can serve the model a:latest: "
                                 "gpu0 is unreachable");
    ck_assert_str_eq(a->host, "");
    ck_assert_str_eq(a->series, "fleet");
    ck_assert_str_eq(a->name, "a:latest");
    llmreg_alert_put(a);
}
END_TEST

START_TEST(a_model_that_can_be_served_again_is_told)
{
    down("gpu0");
    watch_tell(LOST);
    room_observe(&watch_room, "gpu0", LLMREG_REASON_OK);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(LOST), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(LOST),
                     "the model a:latest can be served again");
}
END_TEST

START_TEST(another_endpoint_with_the_model_ends_it_too)
{
    down("gpu0");
    room_models(&watch_room, "gpu1", "a:latest");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(LOST), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(who_is_degraded_does_not_serve)
{
    room_observe(&watch_room, "gpu0", LLMREG_REASON_LOADING);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(LOST), LLMREG_SEVERITY_WARNING);
}
END_TEST

/* The agent has a rule of its own; the endpoint answers. */
START_TEST(a_model_is_not_lost_with_the_agent_that_announced_it)
{
    const struct llmreg_spec spec = {.id = "auto:11434",
                                     .url = "http://auto:11434",
                                     .name = "auto",
                                     .host = "auto",
                                     .series = "11434",
                                     .origin = "agent gone",
                                     .kind = LLMREG_KIND_OLLAMA,
                                     .source = LLMREG_SOURCE_AUTO,
                                     .interval_ms = 30000};
    struct llmreg_fleet_model m;

    ck_assert_int_eq(llmreg_set(watch_room.registry, &spec, NULL, NULL),
                     LLMREG_OK);
    room_models(&watch_room, "auto", "c:latest");
    room_observe(&watch_room, "auto", LLMREG_REASON_OK);
    watch_pass(1000);
    ck_assert_int_eq(llmreg_fleet_model(watch_room.registry, "c:latest", &m),
                     LLMREG_OK);
    ck_assert_uint_eq(m.routable, 0);
    ck_assert_int_eq(watch_raised("model_lost/c:latest"), LLMREG_SEVERITY_OKAY);
    down("auto");
    ck_assert_int_eq(watch_raised("model_lost/c:latest"),
                     LLMREG_SEVERITY_WARNING);
}
END_TEST

/* A14 */
START_TEST(while_an_endpoint_that_has_it_is_unknown_there_is_no_opinion)
{
    room_add(&watch_room, "gpu2");
    room_models(&watch_room, "gpu2", "a:latest");
    down("gpu0");
    ck_assert_int_eq(watch_raised(LOST), LLMREG_SEVERITY_OKAY);
    down("gpu2");
    ck_assert_int_eq(watch_raised(LOST), LLMREG_SEVERITY_WARNING);
}
END_TEST

START_TEST(what_the_operator_took_out_is_not_lost)
{
    room_admin(&watch_room, "gpu0", LLMREG_ADMIN_DRAINING, 0);
    down("gpu0");
    ck_assert_int_eq(watch_raised(LOST), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(taking_the_last_endpoint_out_ends_it)
{
    down("gpu0");
    watch_tell(LOST);
    room_admin(&watch_room, "gpu0", LLMREG_ADMIN_MAINTENANCE, 0);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(LOST), LLMREG_SEVERITY_OKAY);
    ck_assert_ptr_nonnull(
        strstr(watch_message(LOST), "is not watched any more"));
}
END_TEST

START_TEST(a_model_of_a_thousand_bytes_still_makes_a_message)
{
    char name[LLMREG_MODEL_SIZE], id[LLMREG_ALERT_ID_SIZE];

    memset(name, 'm', sizeof name);
    memcpy(name + sizeof name - 8, ":latest", 8);
    room_models(&watch_room, "gpu0", name);
    down("gpu0");
    snprintf(id, sizeof id, "model_lost/%s", name);
    ck_assert_int_eq(watch_raised(id), LLMREG_SEVERITY_WARNING);
    ck_assert_uint_lt(strlen(watch_message(id)), LLMREG_MESSAGE_SIZE);
}
END_TEST

START_TEST(it_waits_for_its_delay)
{
    watch_rules[LLMREG_RULE_MODEL_LOST].after_ns = 60 * LLMREG_NS_PER_S;
    down("gpu0");
    ck_assert_int_eq(watch_raised(LOST), LLMREG_SEVERITY_OKAY);
    watch_pass(60000);
    ck_assert_int_eq(watch_raised(LOST), LLMREG_SEVERITY_WARNING);
}
END_TEST

/* ---- kind_down ---- */

START_TEST(a_kind_is_down_when_all_of_it_are)
{
    down("gpu0");
    ck_assert_int_eq(watch_raised(KIND), LLMREG_SEVERITY_OKAY);
    down("gpu1");
    ck_assert_int_eq(watch_raised(KIND), LLMREG_SEVERITY_FAILURE);
    ck_assert_str_eq(watch_message(KIND),
                     "all 2 endpoints of kind ollama are down");
    watch_tell(KIND);
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(KIND), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(KIND), "endpoints of kind ollama are up "
                                          "again, 1 of 2 are down");
}
END_TEST

START_TEST(fewer_than_its_threshold_are_no_kind)
{
    watch_rules[LLMREG_RULE_KIND_DOWN].threshold = 3;
    down("gpu0");
    down("gpu1");
    ck_assert_int_eq(watch_raised(KIND), LLMREG_SEVERITY_OKAY);
    watch_rules[LLMREG_RULE_KIND_DOWN].threshold = 2;
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(KIND), LLMREG_SEVERITY_FAILURE);
}
END_TEST

/* A14: false "tier down" after every restart. */
START_TEST(a_kind_of_which_one_is_unknown_is_not_down)
{
    room_add(&watch_room, "gpu2");
    down("gpu0");
    down("gpu1");
    ck_assert_int_eq(watch_raised(KIND), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(who_is_taken_out_does_not_count_for_a_kind)
{
    room_admin(&watch_room, "gpu1", LLMREG_ADMIN_DISABLED, 0);
    watch_rules[LLMREG_RULE_KIND_DOWN].threshold = 1;
    down("gpu0");
    ck_assert_int_eq(watch_raised(KIND), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(a_kind_that_nobody_is_of_ends)
{
    down("gpu0");
    down("gpu1");
    room_remove(&watch_room, "gpu0");
    room_remove(&watch_room, "gpu1");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(KIND), LLMREG_SEVERITY_OKAY);
}
END_TEST

/* ---- version_drift ---- */

static void run_version(const char *name, const char *version)
{
    static const struct llmreg_health_rule rule = {2, 1};
    struct llmreg_observation seen = {.reason = LLMREG_REASON_OK};
    struct llmreg_endpoint *e = room_get(&watch_room, name);

    snprintf(seen.version, sizeof seen.version, "%s", version);
    ck_assert_int_eq(
        llmreg_observe(watch_room.registry, e, &seen, &rule, &watch_room.now),
        LLMREG_OK);
    llmreg_put(e);
    watch_pass(1000);
}

START_TEST(two_versions_of_a_kind_drift)
{
    run_version("gpu0", "0.12.0");
    ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_OKAY);
    run_version("gpu1", "0.11.4");
    ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_WARNING);
    ck_assert_ptr_nonnull(strstr(watch_message(DRIFT), "0.11.4"));
    run_version("gpu1", "0.12.0");
    ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(so_many_versions_as_its_threshold_do_not_drift)
{
    watch_rules[LLMREG_RULE_VERSION_DRIFT].threshold = 2;
    run_version("gpu0", "0.12.0");
    run_version("gpu1", "0.11.4");
    ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(the_highest_threshold_can_be_passed)
{
    const double highest =
        llmreg_rule_info(LLMREG_RULE_VERSION_DRIFT)->threshold_max;
    char name[16], version[16];

    watch_rules[LLMREG_RULE_VERSION_DRIFT].threshold = highest;
    room_remove(&watch_room, "gpu0");
    room_remove(&watch_room, "gpu1");
    for (int i = 0; i <= (int)highest; i++) {
        ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_OKAY);
        (void)snprintf(name, sizeof name, "drift%d", i);
        (void)snprintf(version, sizeof version, "0.%d", i);
        room_add(&watch_room, name);
        run_version(name, version);
    }
    ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_WARNING);
}
END_TEST

/* The first verdict after it says nothing about the others. */
START_TEST(a_drift_of_before_the_restart_ends_only_when_all_were_seen)
{
    run_version("gpu0", "0.12.0");
    run_version("gpu1", "0.11.4");
    watch_restart();
    room_add(&watch_room, "gpu0");
    room_add(&watch_room, "gpu1");
    run_version("gpu0", "0.12.0");
    ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_WARNING);
    run_version("gpu1", "0.12.0");
    ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_OKAY);
}
END_TEST

static void refuse_twice(const char *name)
{
    static const struct llmreg_health_rule rule = {2, 1};
    const struct llmreg_observation seen = {.reason = LLMREG_REASON_REFUSED};
    struct llmreg_endpoint *e = room_get(&watch_room, name);

    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(llmreg_observe(watch_room.registry, e, &seen, &rule,
                                        &watch_room.now),
                         LLMREG_OK);
    llmreg_put(e);
    watch_pass(1000);
}

START_TEST(a_drift_does_not_end_while_one_of_them_is_down)
{
    run_version("gpu0", "0.12.0");
    run_version("gpu1", "0.11.4");
    refuse_twice("gpu1");
    ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_WARNING);
    if (_i == 0)
        run_version("gpu1", "0.12.0"); /* that is why it was down */
    else
        room_admin(&watch_room, "gpu1", LLMREG_ADMIN_DISABLED, 0);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(the_version_of_a_dead_one_begins_no_drift)
{
    run_version("gpu0", "0.11.4");
    down("gpu0");
    run_version("gpu1", "0.12.0");
    ck_assert_int_eq(watch_raised(DRIFT), LLMREG_SEVERITY_OKAY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules_fleet");
    TCase *tc = tcase_create("rules_fleet");

    tcase_add_checked_fixture(tc, setup, watch_teardown);
    tcase_add_test(tc, a_model_that_is_only_on_a_dead_endpoint_is_lost);
    tcase_add_test(tc, a_model_that_can_be_served_again_is_told);
    tcase_add_test(tc, another_endpoint_with_the_model_ends_it_too);
    tcase_add_test(tc, who_is_degraded_does_not_serve);
    tcase_add_test(tc, a_model_is_not_lost_with_the_agent_that_announced_it);
    tcase_add_test(
        tc, while_an_endpoint_that_has_it_is_unknown_there_is_no_opinion);
    tcase_add_test(tc, what_the_operator_took_out_is_not_lost);
    tcase_add_test(tc, taking_the_last_endpoint_out_ends_it);
    tcase_add_test(tc, a_model_of_a_thousand_bytes_still_makes_a_message);
    tcase_add_test(tc, it_waits_for_its_delay);
    tcase_add_test(tc, a_kind_is_down_when_all_of_it_are);
    tcase_add_test(tc, fewer_than_its_threshold_are_no_kind);
    tcase_add_test(tc, a_kind_of_which_one_is_unknown_is_not_down);
    tcase_add_test(tc, who_is_taken_out_does_not_count_for_a_kind);
    tcase_add_test(tc, a_kind_that_nobody_is_of_ends);
    tcase_add_test(tc, two_versions_of_a_kind_drift);
    tcase_add_test(tc,
                   a_drift_of_before_the_restart_ends_only_when_all_were_seen);
    tcase_add_test(tc, so_many_versions_as_its_threshold_do_not_drift);
    tcase_add_test(tc, the_highest_threshold_can_be_passed);
    tcase_add_test(tc, the_version_of_a_dead_one_begins_no_drift);
    tcase_add_loop_test(tc, a_drift_does_not_end_while_one_of_them_is_down, 0,
                        2);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
