/* SPDX-License-Identifier: MIT */
/* test_change_who.c - an endpoint that more than one names: who is heard? */
#include <llmreg/registry.h>

#include <check.h>
#include <stdlib.h>

#include "tests/unit/fleet.h"

static struct llmreg_error err;

static struct llmreg_set_result set(const struct llmreg_spec *spec)
{
    struct llmreg_set_result result = {.created = true, .seq = 999};

    int rc = llmreg_set(fleet, spec, &result, &err);
    ck_assert_msg(rc == LLMREG_OK, "%d %s", rc, err.text);
    return result;
}

static const struct llmreg_spec *spec_of(const char *id)
{
    struct llmreg_endpoint *e = fleet_get(id);
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);

    llmreg_put(e);
    return spec;
}

START_TEST(what_a_person_named_is_not_renamed_by_who_announces_it)
{
    struct llmreg_spec spec = fleet_spec("a:1");

    spec.source = LLMREG_SOURCE_MANUAL;
    spec.kind = LLMREG_KIND_AUTO;
    spec.priority = 90;
    (void)set(&spec);
    spec = fleet_spec("a:1");
    spec.source = LLMREG_SOURCE_AUTO;
    spec.name = "agent's";
    spec.origin = "agent:7";
    spec.owner = "gpu1";
    spec.nlabels = 0;
    spec.interval_ms = 1000;
    (void)set(&spec);
    const struct llmreg_spec *now = spec_of("a:1");
    ck_assert_str_eq(now->name, "gpu");
    ck_assert_str_eq(now->origin, "config");
    ck_assert_int_eq(now->priority, 90);
    ck_assert_int_eq(now->interval_ms, 10000);
    ck_assert_uint_eq(now->nlabels, 1);
    ck_assert_int_eq(now->source, LLMREG_SOURCE_MANUAL);
    ck_assert_str_eq(now->owner, "gpu1");
    ck_assert_int_eq(now->kind, LLMREG_KIND_OLLAMA);
    llmreg_spec_put(now);
    spec.kind = LLMREG_KIND_VLLM;
    spec.owner = "";
    ck_assert_uint_eq(set(&spec).seq, 0);
}
END_TEST

START_TEST(what_was_learnt_survives_that_a_person_names_it_again)
{
    struct llmreg_spec named = fleet_spec("a:1"), announced = named;

    named.kind = LLMREG_KIND_AUTO;
    (void)set(&named);
    announced.source = LLMREG_SOURCE_AUTO;
    announced.owner = "gpu1";
    announced.kind = LLMREG_KIND_VLLM;
    (void)set(&announced);
    ck_assert_uint_eq(set(&named).seq, 0);
    const struct llmreg_spec *now = spec_of("a:1");
    ck_assert_str_eq(now->owner, "gpu1");
    ck_assert_int_eq(now->kind, LLMREG_KIND_VLLM);
    llmreg_spec_put(now);
    named.owner = "";
    named.kind = LLMREG_KIND_OLLAMA;
    ck_assert_uint_ne(set(&named).seq, 0);
}
END_TEST

START_TEST(who_announces_renames_what_it_announced)
{
    struct llmreg_spec spec = fleet_spec("a:1");

    spec.source = LLMREG_SOURCE_AUTO;
    (void)set(&spec);
    spec.name = "better";
    spec.source = LLMREG_SOURCE_MDNS;
    (void)set(&spec);
    const struct llmreg_spec *now = spec_of("a:1");
    ck_assert_str_eq(now->name, "better");
    ck_assert_int_eq(now->source, LLMREG_SOURCE_MDNS);
    llmreg_spec_put(now);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("change_who");
    TCase *t = tcase_create("change_who");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, what_a_person_named_is_not_renamed_by_who_announces_it);
    tcase_add_test(t, what_was_learnt_survives_that_a_person_names_it_again);
    tcase_add_test(t, who_announces_renames_what_it_announced);
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
