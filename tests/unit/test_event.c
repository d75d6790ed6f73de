/* SPDX-License-Identifier: MIT */
/* test_event.c - events as values: copies, references, words. */
#include "common/bus/event.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(a_copy_has_the_strings_and_the_numbers_of_its_source)
{
    char reason[] = "refused: Connection refused";
    const struct llmreg_event source = {
        .seq = 9,
        .time_ms = 5,
        .type = LLMREG_EVENT_HEALTH,
        .subject = "gpu1:11434",
        .name = "gpu1",
        .before = "healthy",
        .after = "unreachable",
        .reason = reason,
        .since_ms = 4,
        .before_ms = 3,
    };
    struct llmreg_event *copy = event_copy(&source);

    ck_assert_ptr_nonnull(copy);
    memset(reason, 'x', sizeof reason - 1);
    ck_assert_str_eq(copy->reason, "refused: Connection refused");
    ck_assert_str_eq(copy->subject, "gpu1:11434");
    ck_assert_str_eq(copy->name, "gpu1");
    ck_assert_str_eq(copy->after, "unreachable");
    ck_assert_int_eq(copy->since_ms, 4);
    ck_assert_int_eq(copy->before_ms, 3);
    llmreg_event_put(copy);
}
END_TEST

START_TEST(a_string_that_is_not_given_is_empty)
{
    const struct llmreg_event source = {.type = LLMREG_EVENT_STORE};
    struct llmreg_event *copy = event_copy(&source);

    ck_assert_ptr_nonnull(copy);
    ck_assert_str_eq(copy->subject, "");
    ck_assert_str_eq(copy->name, "");
    ck_assert_str_eq(copy->before, "");
    ck_assert_str_eq(copy->after, "");
    ck_assert_str_eq(copy->reason, "");
    llmreg_event_put(copy);
}
END_TEST

/* Whoever removes or marks something gives a reason, as long as he likes. */
START_TEST(a_reason_is_cut_where_it_gets_too_long)
{
    static char reason[1 << 20];
    const struct llmreg_event source = {.subject = "a", .reason = reason};

    memset(reason, 'r', sizeof reason - 1);
    reason[LLMREG_EVENT_TEXT_MAX] = '\0';
    struct llmreg_event *copy = event_copy(&source);
    ck_assert_ptr_nonnull(copy);
    ck_assert_str_eq(copy->reason, reason);
    llmreg_event_put(copy);
    reason[LLMREG_EVENT_TEXT_MAX] = 'r';
    copy = event_copy(&source);
    ck_assert_ptr_nonnull(copy);
    ck_assert_str_eq(copy->subject, "a");
    ck_assert_uint_eq(strlen(copy->reason), LLMREG_EVENT_TEXT_MAX);
    ck_assert_str_eq(copy->reason + LLMREG_EVENT_TEXT_MAX - 4, "r...");
    llmreg_event_put(copy);
}
END_TEST

START_TEST(an_event_lives_until_its_last_reference_is_put)
{
    const struct llmreg_event source = {.subject = "a"};
    struct llmreg_event *copy = event_copy(&source);

    ck_assert_ptr_nonnull(copy);
    event_hold(copy);
    llmreg_event_put(copy);
    ck_assert_str_eq(copy->subject, "a");
    llmreg_event_put(copy);
    llmreg_event_put(NULL);
}
END_TEST

START_TEST(every_type_has_its_own_word)
{
    const char *word = llmreg_event_type_text(_i);

    ck_assert_str_ne(word, "unknown");
    for (int other = 0; other < LLMREG_EVENT_TYPES; other++)
        if (other != _i)
            ck_assert_str_ne(word, llmreg_event_type_text(other));
}
END_TEST

START_TEST(what_is_no_type_has_a_word_too)
{
    ck_assert_str_eq(llmreg_event_type_text(LLMREG_EVENT_TYPES), "unknown");
    ck_assert_str_eq(llmreg_event_type_text((enum llmreg_event_type) - 1),
                     "unknown");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("event");
    TCase *t = tcase_create("event");

    tcase_add_test(t, a_copy_has_the_strings_and_the_numbers_of_its_source);
    tcase_add_test(t, a_string_that_is_not_given_is_empty);
    tcase_add_test(t, a_reason_is_cut_where_it_gets_too_long);
    tcase_add_test(t, an_event_lives_until_its_last_reference_is_put);
    tcase_add_loop_test(t, every_type_has_its_own_word, 0, LLMREG_EVENT_TYPES);
    tcase_add_test(t, what_is_no_type_has_a_word_too);
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
