/* SPDX-License-Identifier: MIT */
/* test_listen_words.c - what an agent may say of itself. */
#include "plugins/llm_listen/api/words.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(words_of_others_become_our_fields)
{
    const struct word *w = word_find("busy");

    ck_assert_int_eq(w->presence, LLMREG_PRESENCE_ONLINE);
    ck_assert_int_eq(w->health, LLMREG_HEALTH_HEALTHY);
    ck_assert_str_eq(w->activity, "busy");
    ck_assert_int_eq(word_find("stopped")->presence, LLMREG_PRESENCE_STOPPED);
    ck_assert_int_eq(word_find("loading")->health, LLMREG_HEALTH_DEGRADED);
    ck_assert_int_eq(word_find("unhealthy")->health, LLMREG_HEALTH_UNHEALTHY);
    ck_assert_int_eq(word_find("starting")->presence, LLMREG_PRESENCE_STARTING);
}
END_TEST

static const char *const none[] = {"",      "sleepy",  "Healthy",     "late",
                                   "stale", "offline", "unreachable", "health"};

START_TEST(what_only_we_can_see_is_no_word_of_theirs)
{
    ck_assert_ptr_null(word_find(none[_i]));
}
END_TEST

START_TEST(every_word_is_in_the_list_and_in_its_bounds)
{
    char list[256], copy[256], *rest = copy, *word;
    size_t n = 0;

    word_list(list, sizeof list);
    memcpy(copy, list, sizeof list);
    while ((word = strsep(&rest, ",")) != NULL) {
        const struct word *w = word_find(word + strspn(word, " "));

        ck_assert_msg(w != NULL, "%s", word);
        ck_assert_uint_lt(strlen(w->activity), LLMREG_ACTIVITY_SIZE);
        n++;
    }
    ck_assert_uint_ge(n, 14);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("listen_words");
    TCase *tc = tcase_create("listen_words");

    tcase_add_test(tc, words_of_others_become_our_fields);
    tcase_add_loop_test(tc, what_only_we_can_see_is_no_word_of_theirs, 0,
                        (int)(sizeof none / sizeof none[0]));
    tcase_add_test(tc, every_word_is_in_the_list_and_in_its_bounds);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
