/* SPDX-License-Identifier: MIT */
/* test_notify_text.c - the sentences, and that they always fit. */
#include "common/service/notify_text.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/text.h>

#define SINCE INT64_C(1795245343123) /* 2026-11-21T07:15:43.123Z */

static char message[LLMREG_MESSAGE_SIZE];
static const char *const names[] = {"llama3.2:3b", "qwen2.5:7b", "a:latest",
                                    "b:latest", "c:latest"};

static void setup(void)
{
    memset(message, 'x', sizeof message);
}

static void teardown(void)
{
    ck_assert_ptr_nonnull(memchr(message, '\0', sizeof message));
}

static struct notify_trouble trouble(void)
{
    return (struct notify_trouble){
        .subject = {"gpu1", "gpu1.example:11434"},
        .state = "unreachable",
        .reason = "refused: Connection refused",
        .since_ms = SINCE,
        .lost = names,
        .nlost = 2,
        .nmodels = 7,
    };
}

START_TEST(the_example_of_the_manual)
{
    const struct notify_trouble t = trouble();

    notify_text_trouble(message, &t);
    ck_assert_str_eq(
        message, "gpu1 (gpu1.example:11434) is unreachable since "
                 "2026-11-21T07:15:43Z: refused: Connection refused. No other "
                 "healthy endpoint has: llama3.2:3b, qwen2.5:7b");
}
END_TEST

START_TEST(nothing_lost_is_good_to_know)
{
    struct notify_trouble t = trouble();

    t.nlost = 0;
    notify_text_trouble(message, &t);
    ck_assert_ptr_nonnull(strstr(
        message, "refused. Every model of it has another healthy endpoint."));
}
END_TEST

START_TEST(without_models_nothing_is_said_about_them)
{
    struct notify_trouble t = trouble();

    t.nlost = t.nmodels = 0;
    notify_text_trouble(message, &t);
    ck_assert_str_eq(message,
                     "gpu1 (gpu1.example:11434) is unreachable since "
                     "2026-11-21T07:15:43Z: refused: Connection refused.");
}
END_TEST

START_TEST(a_reason_with_a_full_stop_gets_no_second_one)
{
    struct notify_trouble t = trouble();

    t.nmodels = 0;
    t.reason = "tls: an unexpected packet was received.";
    notify_text_trouble(message, &t);
    ck_assert_ptr_nonnull(strstr(message, "was received."));
    ck_assert_ptr_null(strstr(message, ".."));
}
END_TEST

START_TEST(a_name_that_is_the_id_is_said_once)
{
    struct notify_trouble t = trouble();

    t.subject = (struct notify_subject){"gpu1:11434", "gpu1:11434"};
    notify_text_trouble(message, &t);
    ck_assert_int_eq(strncmp(message, "gpu1:11434 is unreachable", 25), 0);
}
END_TEST

static const char *many[LLMREG_MODELS_MAX];
static char storage[LLMREG_MODELS_MAX][1024];

static void make_many(size_t length)
{
    for (size_t i = 0; i < LLMREG_MODELS_MAX; i++) {
        int used = snprintf(storage[i], 1024, "m%zu-", i);

        memset(storage[i] + used, 'x', length);
        storage[i][(size_t)used + length] = '\0';
        many[i] = storage[i];
    }
}

START_TEST(names_that_do_not_fit_are_counted_and_none_is_cut)
{
    struct notify_trouble t = trouble();

    make_many(10);
    t.lost = many;
    t.nlost = 1024;
    notify_text_trouble(message, &t);
    ck_assert_ptr_nonnull(strstr(message, "has: m0-xxxxxxxxxx, m1-"));
    const char *more = strstr(message, " (+");
    ck_assert_ptr_nonnull(more);
    ck_assert_int_eq(strncmp(more - 4, "xxxx", 4), 0);
    unsigned long left = strtoul(more + 3, NULL, 10);
    size_t shown = 1;
    for (const char *p = strstr(message, "m0-"); *p != '\0'; p++)
        shown += *p == ',';
    ck_assert_uint_eq(shown + left, 1024);
}
END_TEST

START_TEST(if_no_name_fits_their_number_does)
{
    struct notify_trouble t = trouble();

    make_many(500);
    t.lost = many;
    t.nlost = 1024;
    notify_text_trouble(message, &t);
    ck_assert_ptr_nonnull(
        strstr(message, " No other healthy endpoint has 1024 of its models."));
}
END_TEST

START_TEST(every_length_of_every_part_fits)
{
    char name[128] = "", id[LLMREG_ID_SIZE] = "", reason[300] = "";
    struct notify_trouble t = trouble();

    make_many(40);
    t.lost = many;
    t.nlost = 3;
    t.subject = (struct notify_subject){name, id};
    t.reason = reason;
    for (size_t n = 1; n < sizeof name; n += 7)
        for (size_t i = 1; i < sizeof id; i += 37)
            for (size_t r = 0; r < sizeof reason; r += 23) {
                memset(memset(name, 0, sizeof name), 'n', n);
                memset(memset(id, 0, sizeof id), 'i', i);
                memset(memset(reason, 0, sizeof reason), 'r', r);
                notify_text_trouble(message, &t);
                ck_assert_ptr_nonnull(strstr(message, name));
                ck_assert_ptr_nonnull(strstr(message, "No other healthy"));
            }
}
END_TEST

START_TEST(a_long_id_is_left_out_before_the_reason_is_cut)
{
    char id[LLMREG_ID_SIZE];
    struct notify_trouble t = trouble();

    memset(id, 'i', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    t.subject.id = id;
    notify_text_trouble(message, &t);
    ck_assert_int_eq(strncmp(message, "gpu1 is unreachable since", 25), 0);
    ck_assert_ptr_nonnull(strstr(message, "refused: Connection refused."));
}
END_TEST

START_TEST(healthy_again_says_how_long_it_was_not)
{
    const struct notify_subject s = {"gpu1", "gpu1.example:11434"};

    notify_text_again(message, &s, "unreachable",
                      (2 * 3600 + 14 * 60 + 9) * 1000);
    ck_assert_str_eq(message, "gpu1 (gpu1.example:11434) is healthy again, it "
                              "was unreachable for 2 h 14 min");
}
END_TEST

START_TEST(durations_have_two_units_at_most)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {0, "0 s"},
        {999, "0 s"},
        {35000, "35 s"},
        {60000, "1 min"},
        {61000, "1 min 1 s"},
        {3600000, "1 h"},
        {3659000, "1 h"},
        {86400000, "1 d"},
        {90000000, "1 d 1 h"},
        {INT64_C(8640000000), "100 d"},
    };
    const struct notify_subject s = {"a", "a"};
    char expected[100];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        notify_text_again(message, &s, "unhealthy", rows[i].ms);
        snprintf(expected, sizeof expected,
                 "a is healthy again, it was unhealthy for %s", rows[i].text);
        ck_assert_str_eq(message, expected);
    }
}
END_TEST

START_TEST(an_unknown_past_is_not_invented)
{
    const struct notify_subject s = {"gpu1", "gpu1.example:11434"};

    notify_text_again(message, &s, "unknown", -1);
    ck_assert_str_eq(message, "gpu1 (gpu1.example:11434) is healthy again");
}
END_TEST

START_TEST(removal_and_store_have_their_sentences)
{
    const struct notify_subject s = {"gpu1", "gpu1.example:11434"};
    char reason[600];

    notify_text_removed(message, &s);
    ck_assert_str_eq(message, "gpu1 (gpu1.example:11434) was removed from the "
                              "registry; its alarm is over");
    notify_text_store(message, false, "/x/registry.db");
    ck_assert_str_eq(message, "the store works again: /x/registry.db");
    memset(reason, 'r', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    notify_text_store(message, true, reason);
    ck_assert_ptr_nonnull(strstr(message, "all goes on from memory: rrr"));
    ck_assert_ptr_nonnull(strstr(message, "..."));
}
END_TEST

START_TEST(what_flaps_says_so_first_and_still_fits)
{
    struct notify_trouble t = trouble();

    notify_text_trouble(message, &t);
    notify_text_flapping(message, 300000);
    ck_assert_int_eq(
        strncmp(message, "flapping, its end is told after 5 min: gpu1 (", 45),
        0);
    make_many(40);
    t.lost = many;
    t.nlost = 1000;
    notify_text_trouble(message, &t);
    notify_text_flapping(message, INT64_C(604800000));
    ck_assert_uint_eq(strlen(message), sizeof message - 1);
    ck_assert_str_eq(message + strlen(message) - 3, "...");
}
END_TEST

/* Of two bytes each, so that a cut may tear one. */
static const size_t long_names[] = {126, 127, 128, 254, 255, 256, 1022, 1023};

static void expect(const char *text)
{
    ck_assert(llmreg_is_clean(message, strlen(message)));
    ck_assert_ptr_nonnull(strstr(message, "\xc3\xa9\xc3\xa9"));
    ck_assert_msg(strstr(message, text) != NULL, "%s", message);
}

START_TEST(a_very_long_name_is_cut_and_never_empties_the_message)
{
    char name[LLMREG_MODEL_SIZE] = "";
    const struct notify_subject s = {name, name};
    struct notify_trouble t = trouble();

    for (size_t i = 0; i < long_names[_i]; i++)
        name[i] = (long_names[_i] - i) % 2 == 0 ? '\xc3' : '\xa9';
    if (long_names[_i] % 2 == 1)
        name[0] = 'e';
    t.subject = s;
    notify_text_removed(message, &s);
    expect(" was removed from the registry; its alarm is over");
    notify_text_unwatched(message, &s);
    expect(" is not watched any more; its alarm is over");
    notify_text_again(message, &s, "unreachable", INT64_C(8640000000) * 1000);
    expect(" is healthy again, it was unreachable for 100000 d");
    notify_text_trouble(message, &t);
    expect(" No other healthy endpoint has");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("notify_text");
    TCase *tc = tcase_create("notify_text");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_example_of_the_manual);
    tcase_add_test(tc, nothing_lost_is_good_to_know);
    tcase_add_test(tc, without_models_nothing_is_said_about_them);
    tcase_add_test(tc, a_reason_with_a_full_stop_gets_no_second_one);
    tcase_add_test(tc, a_name_that_is_the_id_is_said_once);
    tcase_add_test(tc, names_that_do_not_fit_are_counted_and_none_is_cut);
    tcase_add_test(tc, if_no_name_fits_their_number_does);
    tcase_add_test(tc, every_length_of_every_part_fits);
    tcase_add_test(tc, a_long_id_is_left_out_before_the_reason_is_cut);
    tcase_add_test(tc, healthy_again_says_how_long_it_was_not);
    tcase_add_test(tc, durations_have_two_units_at_most);
    tcase_add_test(tc, an_unknown_past_is_not_invented);
    tcase_add_test(tc, removal_and_store_have_their_sentences);
    tcase_add_loop_test(tc,
                        a_very_long_name_is_cut_and_never_empties_the_message,
                        0, sizeof long_names / sizeof long_names[0]);
    tcase_add_test(tc, what_flaps_says_so_first_and_still_fits);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
