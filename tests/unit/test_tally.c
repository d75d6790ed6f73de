/* SPDX-License-Identifier: MIT */
/* test_tally.c - counts that share words, added, taken away and read. */
#include "common/registry/tally.h"

#include <check.h>
#include <stdlib.h>

static void add(struct tally *t, struct tally by)
{
    t->serving += by.serving;
    t->having += by.having;
    t->routing += by.routing;
}

START_TEST(an_entry_counts_as_what_it_is)
{
    for (int s = 0; s < LLMREG_HEALTH_STATES; s++)
        for (int a = 0; a < LLMREG_ADMINS; a++) {
            const struct llmreg_fleet_model m = tally_read(tally_of(
                (enum llmreg_health_state)s, a, (enum llmreg_presence)_i));
            bool absent = _i == LLMREG_PRESENCE_STALE ||
                          _i == LLMREG_PRESENCE_OFFLINE ||
                          _i == LLMREG_PRESENCE_STOPPED;
            bool active = a == LLMREG_ADMIN_ACTIVE;
            ck_assert_uint_eq(m.endpoints, 1);
            ck_assert_uint_eq(m.healthy, s == LLMREG_HEALTH_HEALTHY);
            ck_assert_uint_eq(m.active, active);
            ck_assert_uint_eq(m.unknown, active && s == LLMREG_HEALTH_UNKNOWN);
            ck_assert_uint_eq(m.serving, active && s == LLMREG_HEALTH_HEALTHY);
            ck_assert_uint_eq(m.routable, m.serving > 0 && !absent);
            ck_assert_uint_eq(m.loaded, 0);
        }
}
END_TEST

START_TEST(as_many_as_there_may_be_fit_in_each_count)
{
    struct tally all = {0};
    const struct tally up = tally_of(LLMREG_HEALTH_HEALTHY, LLMREG_ADMIN_ACTIVE,
                                     LLMREG_PRESENCE_ONLINE);
    const struct tally down = tally_of(
        LLMREG_HEALTH_UNREACHABLE, LLMREG_ADMIN_ACTIVE, LLMREG_PRESENCE_ONLINE);

    for (size_t i = 0; i < LLMREG_LIMIT; i++) {
        add(&all, up);
        add(&all, tally_loaded());
    }
    struct llmreg_fleet_model m = tally_read(all);
    ck_assert_uint_eq(m.endpoints, LLMREG_LIMIT);
    ck_assert_uint_eq(m.healthy, LLMREG_LIMIT);
    ck_assert_uint_eq(m.loaded, LLMREG_LIMIT);
    ck_assert_uint_eq(m.active, LLMREG_LIMIT);
    ck_assert_uint_eq(m.routable, LLMREG_LIMIT);
    ck_assert_uint_eq(m.unknown, 0);
    for (size_t i = 0; i < LLMREG_LIMIT; i++)
        add(&all, tally_less(down, up));
    m = tally_read(all);
    ck_assert_uint_eq(m.endpoints, LLMREG_LIMIT);
    ck_assert_uint_eq(m.active, LLMREG_LIMIT);
    ck_assert_uint_eq(m.healthy, 0);
    ck_assert_uint_eq(m.routable, 0);
    ck_assert_uint_eq(m.loaded, LLMREG_LIMIT);
}
END_TEST

START_TEST(what_is_taken_away_again_leaves_nothing)
{
    struct tally t = {0};
    const struct tally e = tally_of(LLMREG_HEALTH_UNKNOWN, LLMREG_ADMIN_ACTIVE,
                                    LLMREG_PRESENCE_ONLINE);

    add(&t, e);
    add(&t, tally_loaded());
    add(&t, tally_less((struct tally){0}, tally_loaded()));
    add(&t, tally_less((struct tally){0}, e));
    ck_assert_uint_eq(t.serving, 0);
    ck_assert_uint_eq(t.having, 0);
    ck_assert_uint_eq(t.routing, 0);
}
END_TEST

/* A reader that comes between the two words must not see an endpoint that
 * serves a model which nobody has, or less healthy ones than serve. */
START_TEST(what_one_word_has_seen_is_made_good_in_the_other)
{
    const struct tally before = tally_of(
        LLMREG_HEALTH_UNKNOWN, LLMREG_ADMIN_ACTIVE, LLMREG_PRESENCE_ONLINE);
    const struct tally after = tally_of(
        LLMREG_HEALTH_HEALTHY, LLMREG_ADMIN_ACTIVE, LLMREG_PRESENCE_ONLINE);
    struct llmreg_fleet_model m = tally_read(
        (struct tally){.serving = after.serving, .having = before.having});

    ck_assert_uint_eq(m.serving, 1);
    ck_assert_uint_eq(m.healthy, 1);
    m = tally_read((struct tally){.serving = after.serving});
    ck_assert_uint_eq(m.endpoints, 1);
    ck_assert_uint_eq(m.healthy, 1);
    m = tally_read((struct tally){.routing = after.routing});
    ck_assert_uint_eq(m.routable, 0);
}
END_TEST

/* While a list is replaced. */
START_TEST(no_more_have_it_loaded_than_have_it)
{
    struct tally t = tally_of(LLMREG_HEALTH_HEALTHY, LLMREG_ADMIN_ACTIVE,
                              LLMREG_PRESENCE_ONLINE);

    add(&t, tally_loaded());
    add(&t, tally_loaded());
    ck_assert_uint_eq(tally_read(t).loaded, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tally");
    TCase *tc = tcase_create("tally");

    tcase_add_loop_test(tc, an_entry_counts_as_what_it_is, 0, LLMREG_PRESENCES);
    tcase_add_test(tc, as_many_as_there_may_be_fit_in_each_count);
    tcase_add_test(tc, what_is_taken_away_again_leaves_nothing);
    tcase_add_test(tc, what_one_word_has_seen_is_made_good_in_the_other);
    tcase_add_test(tc, no_more_have_it_loaded_than_have_it);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
