/* SPDX-License-Identifier: MIT */
/* test_letter.c - address, severity and metadata. */
#include "common/service/letter.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/room.h"

static struct room room;
static struct letter letter;
static struct llmreg_alert alert;

static void setup(void)
{
    room_open(&room);
    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "a:latest,b:latest");
    alert = (struct llmreg_alert){
        .id = "endpoint_unhealthy/gpu1:11434",
        .rule = LLMREG_RULE_ENDPOINT_UNHEALTHY,
        .subject = "gpu1:11434",
        .name = "gpu1",
        .message = "gpu1 is unreachable",
        .state = "unreachable",
        .previous = "healthy",
        .reason = "timeout: 5 s",
        .host = "gpu1.example",
        .series = "11434",
        .url = "http://gpu1:11434",
        .acknowledged_by = "",
        .note = "",
        .since_ms = room.now.wall_ms,
        .seq = 77,
        .s = {.severity = LLMREG_SEVERITY_FAILURE},
    };
}

static void teardown(void)
{
    room_close(&room);
}

static void write_letter(void)
{
    letter_alert(&letter, room.registry, &alert, &room.now);
    ck_assert_uint_le(letter.n.nmeta, LLMREG_META_MAX);
}

/* A thing of the fleet that rule is about. */
static void write_fleet(enum llmreg_rule_id rule, const char *subject)
{
    alert.rule = rule;
    alert.subject = alert.name = subject;
    alert.host = alert.url = "";
    alert.series = "fleet";
    write_letter();
}

static const char *meta(const char *name)
{
    for (size_t i = 0; i < letter.n.nmeta; i++)
        if (strcmp(letter.n.meta[i].name, name) == 0)
            return letter.n.meta[i].value;
    return "(none)";
}

START_TEST(an_endpoint_is_addressed_like_its_series_up)
{
    write_letter();
    ck_assert_str_eq(letter.n.host, "gpu1.example");
    ck_assert_str_eq(letter.n.plugin_instance, "11434");
    ck_assert_str_eq(letter.n.type, "bool");
    ck_assert_str_eq(letter.n.type_instance, "up");
    ck_assert_int_eq(letter.n.time_ms, room.now.wall_ms);
    ck_assert_str_eq(letter.n.message, "gpu1 is unreachable");
}
END_TEST

START_TEST(another_rule_about_it_has_another_address)
{
    alert.rule = LLMREG_RULE_MODEL_ON_CPU;
    write_letter();
    ck_assert_str_eq(letter.n.host, "gpu1.example");
    ck_assert_str_eq(letter.n.type_instance, "model_on_cpu");
}
END_TEST

/* The end of one must not close the other, for who goes by the address. */
START_TEST(models_of_the_fleet_have_different_addresses)
{
    char first[128];

    write_fleet(LLMREG_RULE_MODEL_LOST, "hf.co/x/a:latest");
    ck_assert_ptr_null(letter.n.host);
    ck_assert_str_eq(letter.n.plugin_instance, "fleet");
    ck_assert_int_eq(
        strncmp(letter.n.type_instance, "model_lost-hf.co_x_a:latest-", 28), 0);
    memcpy(first, letter.instance, sizeof first);
    write_fleet(LLMREG_RULE_MODEL_LOST, "hf.co/x_a:latest");
    ck_assert_str_ne(letter.n.type_instance, first);
}
END_TEST

START_TEST(the_longest_name_fits_its_address)
{
    char name[LLMREG_MODEL_SIZE];

    memset(name, 'm', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (int i = 0; i < LLMREG_RULES; i++) {
        write_fleet((enum llmreg_rule_id)i, name);
        ck_assert_uint_gt(strlen(letter.n.type_instance), 0);
        ck_assert_uint_lt(strlen(letter.n.type_instance), 128);
        if (i != LLMREG_RULE_STORE_FAILED &&
            i != LLMREG_RULE_ENDPOINT_UNHEALTHY)
            ck_assert_ptr_nonnull(strchr(letter.n.type_instance, '-'));
    }
}
END_TEST

START_TEST(the_store_and_the_whole_fleet_have_the_rule_as_address)
{
    write_fleet(LLMREG_RULE_STORE_FAILED, "store");
    ck_assert_str_eq(letter.n.plugin_instance, "fleet");
    ck_assert_str_eq(letter.n.type_instance, "store_failed");
    write_fleet(LLMREG_RULE_NO_AGENTS_ONLINE, "fleet");
    ck_assert_str_eq(letter.n.type_instance, "no_agents_online");
}
END_TEST

START_TEST(the_severity_is_the_alerts)
{
    for (int i = 0; i < LLMREG_SEVERITIES; i++) {
        alert.s.severity = (enum llmreg_severity)i;
        write_letter();
        ck_assert_int_eq(letter.n.severity, i);
    }
}
END_TEST

START_TEST(bad_news_has_everything_as_metadata)
{
    write_letter();
    ck_assert_str_eq(meta("rule"), "endpoint_unhealthy");
    ck_assert_str_eq(meta("alert"), "endpoint_unhealthy/gpu1:11434");
    ck_assert_str_eq(meta("endpoint"), "gpu1:11434");
    ck_assert_str_eq(meta("name"), "gpu1");
    ck_assert_str_eq(meta("url"), "http://gpu1:11434");
    ck_assert_str_eq(meta("state"), "unreachable");
    ck_assert_str_eq(meta("previous"), "healthy");
    ck_assert_str_eq(meta("reason"), "timeout: 5 s");
    ck_assert_int_eq(strncmp(meta("since"), "2026-11-1", 9), 0);
    ck_assert_str_eq(meta("lost_models"), "2");
    ck_assert_str_eq(meta("lost_model_names"), "a:latest, b:latest");
    ck_assert_str_eq(meta("seq"), "77");
}
END_TEST

START_TEST(good_news_names_no_lost_models)
{
    alert.s.severity = LLMREG_SEVERITY_OKAY;
    write_letter();
    ck_assert_str_eq(meta("lost_models"), "(none)");
    ck_assert_str_eq(meta("lost_model_names"), "(none)");
}
END_TEST

START_TEST(what_is_no_endpoint_is_a_subject)
{
    write_fleet(LLMREG_RULE_KIND_DOWN, "ollama");
    ck_assert_str_eq(meta("subject"), "ollama");
    ck_assert_str_eq(meta("endpoint"), "(none)");
    ck_assert_str_eq(meta("url"), "(none)");
}
END_TEST

START_TEST(an_endpoint_that_is_gone_has_no_models_to_lose)
{
    room_remove(&room, "gpu1");
    write_letter();
    ck_assert_str_eq(meta("lost_models"), "(none)");
    ck_assert_str_eq(meta("endpoint"), "gpu1:11434");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("letter");
    TCase *tc = tcase_create("letter");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_endpoint_is_addressed_like_its_series_up);
    tcase_add_test(tc, another_rule_about_it_has_another_address);
    tcase_add_test(tc, models_of_the_fleet_have_different_addresses);
    tcase_add_test(tc, the_longest_name_fits_its_address);
    tcase_add_test(tc, the_store_and_the_whole_fleet_have_the_rule_as_address);
    tcase_add_test(tc, the_severity_is_the_alerts);
    tcase_add_test(tc, bad_news_has_everything_as_metadata);
    tcase_add_test(tc, good_news_names_no_lost_models);
    tcase_add_test(tc, what_is_no_endpoint_is_a_subject);
    tcase_add_test(tc, an_endpoint_that_is_gone_has_no_models_to_lose);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
