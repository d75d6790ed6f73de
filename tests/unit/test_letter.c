/* SPDX-License-Identifier: MIT */
/* test_letter.c - address, severity and metadata. */
#include "common/service/letter.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/room.h"

static struct room room;
static struct letter letter;

static void setup(void)
{
    room_open(&room);
    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "a:latest,b:latest");
}

static void teardown(void)
{
    room_close(&room);
}

static void write_letter(enum llmreg_alarm_action action)
{
    const struct letter_news news = {
        .action = action,
        .seq = 77,
        .time_ms = room.now.wall_ms,
        .state = "unreachable",
        .previous = "healthy",
        .reason = "timeout: 5 s",
        .since_ms = room.now.wall_ms,
        .lasted_ms = 60000,
    };
    struct llmreg_endpoint *e = room_get(&room, "gpu1");

    letter_endpoint(&letter, room.registry, e, &news);
    llmreg_put(e);
}

static const char *meta(const char *name)
{
    for (size_t i = 0; i < letter.n.nmeta; i++)
        if (strcmp(letter.n.meta[i].name, name) == 0)
            return letter.n.meta[i].value;
    return "(none)";
}

START_TEST(it_is_addressed_like_the_series_up)
{
    write_letter(LLMREG_ALARM_FAIL);
    ck_assert_str_eq(letter.n.host, "gpu1");
    ck_assert_str_eq(letter.n.plugin_instance, "11434");
    ck_assert_str_eq(letter.n.type, "bool");
    ck_assert_str_eq(letter.n.type_instance, "up");
    ck_assert_int_eq(letter.n.time_ms, room.now.wall_ms);
}
END_TEST

START_TEST(the_severity_follows_the_action)
{
    write_letter(LLMREG_ALARM_FAIL);
    ck_assert_int_eq(letter.n.severity, LLMREG_SEVERITY_FAILURE);
    write_letter(LLMREG_ALARM_WARN);
    ck_assert_int_eq(letter.n.severity, LLMREG_SEVERITY_WARNING);
    write_letter(LLMREG_ALARM_OKAY);
    ck_assert_int_eq(letter.n.severity, LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(bad_news_has_everything_as_metadata)
{
    write_letter(LLMREG_ALARM_FAIL);
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
    write_letter(LLMREG_ALARM_OKAY);
    ck_assert_str_eq(meta("lost_models"), "(none)");
    ck_assert_ptr_nonnull(strstr(letter.n.message, "healthy again, it was "
                                                   "healthy for 1 min"));
}
END_TEST

START_TEST(the_store_writes_from_the_hub_itself)
{
    const struct llmreg_event event = {
        .seq = 5,
        .time_ms = 1000,
        .type = LLMREG_EVENT_STORE,
        .before = "ok",
        .after = "failed",
        .reason = "cannot write /x: disk full",
    };

    letter_store(&letter, &event);
    ck_assert_ptr_null(letter.n.host);
    ck_assert_str_eq(letter.n.plugin_instance, "fleet");
    ck_assert_str_eq(letter.n.type_instance, "store");
    ck_assert_int_eq(letter.n.severity, LLMREG_SEVERITY_FAILURE);
    ck_assert_str_eq(meta("state"), "failed");
    ck_assert_str_eq(meta("seq"), "5");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("letter");
    TCase *tc = tcase_create("letter");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, it_is_addressed_like_the_series_up);
    tcase_add_test(tc, the_severity_follows_the_action);
    tcase_add_test(tc, bad_news_has_everything_as_metadata);
    tcase_add_test(tc, good_news_names_no_lost_models);
    tcase_add_test(tc, the_store_writes_from_the_hub_itself);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
