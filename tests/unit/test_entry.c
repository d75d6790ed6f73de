/* SPDX-License-Identifier: MIT */
/* test_entry.c - entries: parts by value and by reference, two numbers in one
 * word.
 */
#include "common/registry/entry.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static const struct llmreg_override none_said;
static struct llmreg_endpoint *e;

static void setup(void)
{
    const struct llmreg_spec spec = fleet_spec("gpu1:11434");
    const struct llmreg_models models = fleet_list("b a");
    const struct llmreg_health health = {.state = LLMREG_HEALTH_DEGRADED,
                                         .detail = "slow"};

    ck_assert_int_eq(rcu_start(), LLMREG_OK);
    ck_assert_int_eq(entry_new(&e, &spec, &none_said, &health, &models),
                     LLMREG_OK);
}

static void teardown(void)
{
    llmreg_put(e);
    rcu_wait();
}

START_TEST(a_new_entry_has_what_it_was_given)
{
    struct llmreg_health health;
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const struct llmreg_models *models = llmreg_endpoint_models(e);

    ck_assert_str_eq(llmreg_endpoint_id(e), "gpu1:11434");
    ck_assert_str_eq(spec->url, "http://gpu1:11434");
    ck_assert_uint_eq(models->count, 2);
    ck_assert_str_eq(models->items[0].name, "a");
    llmreg_endpoint_health(e, &health);
    ck_assert_str_eq(health.detail, "slow");
    ck_assert_int_eq(llmreg_endpoint_state(e), LLMREG_HEALTH_DEGRADED);
    ck_assert_int_eq(llmreg_endpoint_intent(e).admin, LLMREG_ADMIN_ACTIVE);
    ck_assert_int_eq(llmreg_endpoint_intent(e).until_ms, 0);
    ck_assert(llmreg_endpoint_alive(e));
    llmreg_spec_put(spec);
    llmreg_models_put(models);
}
END_TEST

START_TEST(word_and_end_of_the_intent_share_one_word)
{
    const int64_t ends[] = {0, 1, 1790000000000, ENTRY_UNTIL_MAX};

    for (int admin = 0; admin < LLMREG_ADMINS; admin++)
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            const struct llmreg_intent in = {(enum llmreg_admin)admin, ends[i]};
            entry_set_intent(e, &in);
            struct llmreg_intent out = llmreg_endpoint_intent(e);
            ck_assert_int_eq(out.admin, admin);
            ck_assert_int_eq(out.until_ms, ends[i]);
        }
}
END_TEST

START_TEST(a_part_outlives_its_replacement_and_its_entry)
{
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);

    llmreg_put(llmreg_hold(e));
    entry_retire(llmreg_hold(e)); /* as the table does */
    rcu_wait();
    llmreg_put(e);
    ck_assert_str_eq(models->items[1].name, "b");
    ck_assert_str_eq(spec->name, "gpu");
    llmreg_models_put(models);
    llmreg_spec_put(spec);
    setup(); /* for teardown */
}
END_TEST

START_TEST(health_and_state_change_together)
{
    const struct llmreg_health health = {.state = LLMREG_HEALTH_HEALTHY,
                                         .version = "0.12.3"};
    struct llmreg_health seen;

    ck_assert_int_eq(health_box_set(&e->health, &health), LLMREG_OK);
    llmreg_endpoint_health(e, &seen);
    ck_assert_str_eq(seen.version, "0.12.3");
    ck_assert_int_eq(seen.state, LLMREG_HEALTH_HEALTHY);
    ck_assert_int_eq(llmreg_endpoint_state(e), LLMREG_HEALTH_HEALTHY);
}
END_TEST

START_TEST(models_that_are_not_valid_make_no_entry)
{
    const struct llmreg_spec spec = fleet_spec("a:1");
    const struct llmreg_model nameless = llmreg_model_unknown("");
    const struct llmreg_models models = {.items = &nameless, .count = 1};
    const struct llmreg_health health = {.state = LLMREG_HEALTH_UNKNOWN};
    struct llmreg_endpoint *none = NULL;

    ck_assert_int_eq(entry_new(&none, &spec, &none_said, &health, &models),
                     LLMREG_EINVAL);
    ck_assert_ptr_null(none);
}
END_TEST

START_TEST(putting_nothing_is_fine)
{
    llmreg_put(NULL);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("entry");
    TCase *t = tcase_create("entry");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_new_entry_has_what_it_was_given);
    tcase_add_test(t, word_and_end_of_the_intent_share_one_word);
    tcase_add_test(t, a_part_outlives_its_replacement_and_its_entry);
    tcase_add_test(t, health_and_state_change_together);
    tcase_add_test(t, models_that_are_not_valid_make_no_entry);
    tcase_add_test(t, putting_nothing_is_fine);
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
