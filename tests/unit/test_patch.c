/* SPDX-License-Identifier: MIT */
/* test_patch.c - what an operator says of an endpoint stays, whoever names it
 * again, until it is reverted. */
#include <llmreg/fleet.h>
#include <llmreg/registry.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static struct llmreg_error err;

static void setup(void)
{
    fleet_setup();
    fleet_add("a:1"); /* "gpu", 50, site=berlin */
    fleet_skip_events();
    err.text[0] = '\0';
}

static void teardown(void)
{
    fleet_teardown();
}

static const struct llmreg_label gold[] = {{"tier", "gold"}};

static struct llmreg_patch set(unsigned fields)
{
    return (struct llmreg_patch){
        .set = {fields, "the first", 90, gold, 1},
    };
}

static int patch(const struct llmreg_patch *p)
{
    return llmreg_patch(fleet, "a:1", p, NULL, &err);
}

static void must_patch(unsigned fields)
{
    const struct llmreg_patch p = set(fields);

    ck_assert_msg(patch(&p) == LLMREG_OK, "%s", err.text);
}

/* name, priority and first label of a:1. */
static void is(const char *name, int32_t priority, const char *label)
{
    struct llmreg_endpoint *e = fleet_get("a:1");
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);

    ck_assert_str_eq(spec->name, name);
    ck_assert_int_eq(spec->priority, priority);
    ck_assert_str_eq(spec->nlabels == 0 ? "" : spec->labels[0].name, label);
    llmreg_spec_put(spec);
    llmreg_put(e);
}

static void expect_update(const char *reason)
{
    const struct llmreg_event *e = fleet_event();

    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(e->type, LLMREG_EVENT_UPDATED);
    ck_assert_str_eq(e->subject, "a:1");
    ck_assert_str_eq(e->reason, reason);
    ck_assert_ptr_null(fleet_event());
}

START_TEST(only_what_is_set_changes)
{
    is("gpu", 50, "site");
    must_patch(LLMREG_FIELD_PRIORITY);
    is("gpu", 90, "site");
    expect_update("priority");
    must_patch(LLMREG_FIELD_NAME);
    is("the first", 90, "site");
    must_patch(LLMREG_FIELD_LABELS);
    is("the first", 90, "tier");
}
END_TEST

START_TEST(the_event_says_what_and_why)
{
    struct llmreg_patch p = set(LLMREG_FIELD_NAME | LLMREG_FIELD_PRIORITY);
    uint64_t seq = 0;

    p.reason = "ada: it is the faster one";
    ck_assert_int_eq(llmreg_patch(fleet, "a:1", &p, &seq, &err), LLMREG_OK);
    ck_assert_uint_eq(seq, llmreg_bus_last(fleet_bus));
    expect_update("name, priority: ada: it is the faster one");
}
END_TEST

START_TEST(a_long_reason_is_cut)
{
    struct llmreg_patch p = set(LLMREG_FIELD_NAME);
    char reason[1000];

    memset(reason, 'x', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    p.reason = reason;
    ck_assert_int_eq(patch(&p), LLMREG_OK);
    const struct llmreg_event *e = fleet_event();
    ck_assert_uint_lt(strlen(e->reason), 300);
    ck_assert_ptr_nonnull(strstr(e->reason, "name: xxx"));
    ck_assert_ptr_nonnull(strstr(e->reason, "xxx..."));
}
END_TEST

START_TEST(the_same_again_changes_nothing)
{
    const struct llmreg_patch p = set(LLMREG_FIELDS);
    uint64_t seq = 1;

    must_patch(LLMREG_FIELDS);
    fleet_skip_events();
    ck_assert_int_eq(llmreg_patch(fleet, "a:1", &p, &seq, &err), LLMREG_OK);
    ck_assert_uint_eq(seq, 0);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

/* It would change with the next registration. */
START_TEST(to_set_what_it_is_already_holds_it)
{
    struct llmreg_patch p = set(LLMREG_FIELD_PRIORITY);
    struct llmreg_spec spec = fleet_spec("a:1");

    p.set.priority = 50;
    ck_assert_int_eq(patch(&p), LLMREG_OK);
    expect_update("priority");
    spec.priority = 60;
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, &err), LLMREG_OK);
    is("gpu", 50, "site");
}
END_TEST

/* Design 5.11. */
START_TEST(whoever_names_it_again_does_not_change_it)
{
    struct llmreg_spec spec = fleet_spec("a:1");

    must_patch(LLMREG_FIELDS);
    fleet_skip_events();
    spec.priority = 60;
    spec.name = "gpu, renamed";
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, &err), LLMREG_OK);
    is("the first", 90, "tier");
    expect_update("name, priority"); /* it is stored, for later */
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, &err), LLMREG_OK);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(what_is_reverted_is_what_was_named_last)
{
    struct llmreg_spec spec = fleet_spec("a:1");
    const struct llmreg_patch one = {.revert = LLMREG_FIELD_PRIORITY};
    const struct llmreg_patch all = {.revert = LLMREG_FIELDS};

    must_patch(LLMREG_FIELDS);
    spec.priority = 60;
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, &err), LLMREG_OK);
    fleet_skip_events();
    ck_assert_int_eq(patch(&one), LLMREG_OK);
    is("the first", 60, "tier");
    expect_update("priority");
    ck_assert_int_eq(patch(&all), LLMREG_OK);
    is("gpu", 60, "site");
    expect_update("name, labels");
    ck_assert_int_eq(patch(&all), LLMREG_OK);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(one_may_be_set_while_another_is_reverted)
{
    struct llmreg_patch p = set(LLMREG_FIELD_NAME);

    must_patch(LLMREG_FIELD_PRIORITY);
    p.revert = LLMREG_FIELD_PRIORITY;
    ck_assert_int_eq(patch(&p), LLMREG_OK);
    is("the first", 50, "site");
}
END_TEST

START_TEST(labels_may_be_set_to_none)
{
    const struct llmreg_patch p = {.set.fields = LLMREG_FIELD_LABELS};

    ck_assert_int_eq(patch(&p), LLMREG_OK);
    is("gpu", 50, "");
}
END_TEST

START_TEST(intent_health_and_models_stay)
{
    fleet_models("a:1", "m");
    fleet_observe("a:1", LLMREG_REASON_OK);
    must_patch(LLMREG_FIELDS);
    ck_assert_str_eq(fleet_with("m", LLMREG_ROUTABLE), "a:1");
}
END_TEST

START_TEST(the_choice_follows_it)
{
    const struct llmreg_rank_query query = {.model = "m"};
    struct llmreg_candidates *c = NULL;

    fleet_add("b:1");
    for (const char *id = "a:1\0b:1\0"; *id != '\0'; id += 4) {
        fleet_models(id, "m");
        fleet_observe(id, LLMREG_REASON_OK);
    }
    const struct llmreg_patch p = set(LLMREG_FIELD_PRIORITY);
    ck_assert_int_eq(llmreg_patch(fleet, "b:1", &p, NULL, &err), LLMREG_OK);
    ck_assert_int_eq(llmreg_rank(fleet, &query, &fleet_now, &c), LLMREG_OK);
    ck_assert_str_eq(llmreg_endpoint_id(c->items[0].endpoint), "b:1");
    llmreg_candidates_free(c);
}
END_TEST

static const struct {
    struct llmreg_patch patch;
    const char *words;
} mistakes[] = {
    {{.set = {.fields = LLMREG_FIELD_PRIORITY, .priority = 1001}}, "1001"},
    {{.set = {.fields = LLMREG_FIELD_PRIORITY, .priority = -1}}, "priority"},
    {{.set = {.fields = LLMREG_FIELD_NAME, .name = ""}}, "name"},
    {{.set = {.fields = LLMREG_FIELD_NAME, .name = "a\nb"}}, "name"},
    {{.set = {.fields = LLMREG_FIELD_NAME}}, "name"},
    {{.set = {.fields = LLMREG_FIELD_LABELS,
              .labels = (const struct llmreg_label[]){{"a", ""}, {"a", ""}},
              .nlabels = 2}},
     "twice"},
    {{.set = {.fields = 8}}, "0x8"},
    {{.revert = 16}, "0x10"},
    {{.set = {.fields = LLMREG_FIELD_PRIORITY},
      .revert = LLMREG_FIELD_PRIORITY},
     "none in both"},
};

START_TEST(a_mistake_is_told_and_changes_nothing)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        err.text[0] = '\0';
        ck_assert_int_eq(patch(&mistakes[i].patch), LLMREG_EINVAL);
        ck_assert_msg(strstr(err.text, mistakes[i].words) != NULL, "%zu: %s", i,
                      err.text);
    }
    is("gpu", 50, "site");
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(only_the_one_that_is_meant_is_changed)
{
    struct llmreg_patch p = set(LLMREG_FIELD_PRIORITY);
    struct llmreg_endpoint *e = fleet_get("a:1");

    ck_assert_int_eq(llmreg_patch(fleet, "b:1", &p, NULL, &err), LLMREG_ENOENT);
    p.generation = llmreg_endpoint_generation(e) + 1;
    ck_assert_int_eq(patch(&p), LLMREG_ESTALE);
    is("gpu", 50, "site");
    p.generation--;
    ck_assert_int_eq(patch(&p), LLMREG_OK);
    is("gpu", 90, "site");
    llmreg_put(e);
}
END_TEST

START_TEST(it_goes_with_the_endpoint)
{
    must_patch(LLMREG_FIELDS);
    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    fleet_add("a:1");
    is("gpu", 50, "site");
}
END_TEST

START_TEST(it_is_put_back_with_the_endpoint)
{
    struct llmreg_memory memory = {.spec = fleet_spec("b:1"),
                                   .override = set(LLMREG_FIELDS).set};
    const struct llmreg_patch all = {.revert = LLMREG_FIELDS};

    ck_assert_int_eq(llmreg_restore(fleet, &memory, &err), LLMREG_OK);
    struct llmreg_endpoint *e = fleet_get("b:1");
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    ck_assert_int_eq(spec->priority, 90);
    ck_assert_int_eq(llmreg_spec_named(spec)->priority, 50);
    ck_assert_uint_eq(llmreg_spec_override(spec)->fields, LLMREG_FIELDS);
    llmreg_spec_put(spec);
    ck_assert_int_eq(llmreg_patch(fleet, "b:1", &all, NULL, &err), LLMREG_OK);
    spec = llmreg_endpoint_spec(e);
    ck_assert_int_eq(spec->priority, 50);
    llmreg_spec_put(spec);
    llmreg_put(e);
    memory.override.priority = 2000;
    memory.spec = fleet_spec("c:1");
    ck_assert_int_eq(llmreg_restore(fleet, &memory, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "priority"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("patch");
    TCase *tc = tcase_create("patch");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, only_what_is_set_changes);
    tcase_add_test(tc, the_event_says_what_and_why);
    tcase_add_test(tc, a_long_reason_is_cut);
    tcase_add_test(tc, the_same_again_changes_nothing);
    tcase_add_test(tc, to_set_what_it_is_already_holds_it);
    tcase_add_test(tc, whoever_names_it_again_does_not_change_it);
    tcase_add_test(tc, what_is_reverted_is_what_was_named_last);
    tcase_add_test(tc, one_may_be_set_while_another_is_reverted);
    tcase_add_test(tc, labels_may_be_set_to_none);
    tcase_add_test(tc, intent_health_and_models_stay);
    tcase_add_test(tc, the_choice_follows_it);
    tcase_add_test(tc, a_mistake_is_told_and_changes_nothing);
    tcase_add_test(tc, only_the_one_that_is_meant_is_changed);
    tcase_add_test(tc, it_goes_with_the_endpoint);
    tcase_add_test(tc, it_is_put_back_with_the_endpoint);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
