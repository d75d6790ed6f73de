/* SPDX-License-Identifier: MIT */
/* test_agent_register.c - agents come, come again, and come back. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/people.h"

static int try(const struct llmreg_agent_spec *spec, struct llmreg_error *err)
{
    return llmreg_agent_register(fleet, spec, "", NULL, err);
}

/* ---- new ones ---- */

START_TEST(a_new_agent_is_connecting_and_known_by_its_id)
{
    people_add("a1", "ann");
    struct llmreg_agent *a = people_get("a1");
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    ck_assert_str_eq(llmreg_agent_id(a), "a1");
    ck_assert(llmreg_agent_alive(a));
    ck_assert_str_eq(spec->name, "ann");
    ck_assert_str_eq(spec->url, "http://gpu1.example:8000");
    ck_assert_uint_eq(spec->ncapabilities, 2);
    ck_assert_str_eq(spec->capabilities[1].value, "h100");
    ck_assert_str_eq(people_metadata("a1"), "rack=7");
    ck_assert_str_eq(people_presence("a1"), "connecting");
    ck_assert_str_eq(people_event(), "registered a1 >connecting auto");
    people_no_event();
    llmreg_agent_spec_put(spec);
    llmreg_agent_put(a);
}
END_TEST

START_TEST(its_state_tells_when_and_from_where_it_came)
{
    people_add("a1", "ann");
    const struct llmreg_agent_state s = people_state("a1");
    ck_assert_int_eq(s.presence, LLMREG_PRESENCE_CONNECTING);
    ck_assert_int_eq(s.health, LLMREG_HEALTH_UNKNOWN);
    ck_assert_int_eq(s.since_ms, fleet_now.wall_ms);
    ck_assert_int_eq(s.registered_ms, fleet_now.wall_ms);
    ck_assert_int_eq(s.seen_ms, fleet_now.wall_ms);
    ck_assert_int_eq(s.seen_mono_ns, fleet_now.mono_ns);
    ck_assert_uint_eq(s.beats, 0);
    ck_assert_int_eq(s.latency_us, -1);
    ck_assert_uint_eq(s.registrations, 1);
    ck_assert_uint_eq(s.address_changes, 0);
    ck_assert_str_eq(s.peer, "10.0.0.1");
    ck_assert_str_eq(s.other, "");
    ck_assert_str_eq(s.activity, "");
}
END_TEST

START_TEST(who_brings_no_id_gets_a_uuid)
{
    const struct llmreg_agent_spec spec = people_spec("", "ann");
    const struct llmreg_agent_result result = *people_register(&spec);
    ck_assert(result.created);
    ck_assert_uint_gt(result.seq, 0);
    ck_assert_uint_eq(strlen(result.id), 36);
    ck_assert_int_eq(result.id[14], '7');
    ck_assert(strchr("89ab", result.id[19]) != NULL);
    struct llmreg_agent *a = people_get(result.id);
    ck_assert_uint_eq(llmreg_agent_generation(a), result.generation);
    llmreg_agent_put(a);
}
END_TEST

/* So that the store has them on one page. */
START_TEST(a_uuid_begins_with_the_time)
{
    struct llmreg_agent_spec spec = people_spec("", "ann");

    fleet_now.wall_ms = 0x0123456789ab;
    const struct llmreg_agent_result first = *people_register(&spec);
    ck_assert_int_eq(strncmp(first.id, "01234567-89ab-7", 15), 0);
    spec.name = "bob";
    fleet_now.wall_ms++;
    const struct llmreg_agent_result second = *people_register(&spec);
    ck_assert_int_gt(strcmp(second.id, first.id), 0);
    spec.name = "cleo";
    const struct llmreg_agent_result third = *people_register(&spec);
    ck_assert_str_ne(third.id, second.id);
}
END_TEST

START_TEST(C5_a_restarted_agent_is_the_same_one_by_its_type_and_name)
{
    const struct llmreg_agent_spec spec = people_spec("", "ann");
    const struct llmreg_agent_result first = *people_register(&spec);
    people_wait(5000);
    const struct llmreg_agent_result again = *people_register(&spec);
    ck_assert(!again.created);
    ck_assert_str_eq(again.id, first.id);
    ck_assert_uint_eq(again.generation, first.generation);
    ck_assert_uint_eq(again.seq, 0);
    struct llmreg_agent_counts n;
    llmreg_agent_count(fleet, &n);
    ck_assert_uint_eq(n.agents, 1);
    ck_assert_int_eq(people_state(first.id).registered_ms, 1000);
}
END_TEST

START_TEST(it_is_found_by_its_type_and_name)
{
    people_add("a1", "ann");
    struct llmreg_agent *a = llmreg_agent_find(fleet, "worker", "ann");
    ck_assert_str_eq(llmreg_agent_id(a), "a1");
    llmreg_agent_put(a);
    ck_assert_ptr_null(llmreg_agent_find(fleet, "worker", "a1"));
    ck_assert_ptr_null(llmreg_agent_find(fleet, "edge", "ann"));
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", 0, ""), LLMREG_OK);
    ck_assert_ptr_null(llmreg_agent_find(fleet, "worker", "ann"));
}
END_TEST

START_TEST(another_type_with_the_same_name_is_another_agent)
{
    struct llmreg_agent_spec spec = people_spec("", "ann");
    const struct llmreg_agent_result first = *people_register(&spec);
    spec.type = "cost";
    const struct llmreg_agent_result other = *people_register(&spec);
    ck_assert(other.created);
    ck_assert_str_ne(other.id, first.id);
}
END_TEST

START_TEST(another_id_with_the_same_name_is_refused_and_the_first_named)
{
    struct llmreg_error err = {""};
    people_add("a1", "ann");
    const struct llmreg_agent_spec spec = people_spec("a2", "ann");
    ck_assert_int_eq(try(&spec, &err), LLMREG_EEXIST);
    ck_assert_str_eq(err.text, "agent a2: worker \"ann\" is agent a1 already");
    ck_assert_str_eq(people_presence("a2"), "none");
}
END_TEST

START_TEST(at_the_limit_a_new_one_is_refused_and_an_old_one_may_come_again)
{
    struct llmreg_error err = {""};
    char name[8];
    for (int i = 0; i < FLEET_MAX; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        people_add(name, name);
    }
    struct llmreg_agent_spec spec = people_spec("more", "more");
    ck_assert_int_eq(try(&spec, &err), LLMREG_EFULL);
    ck_assert_ptr_nonnull(strstr(err.text, "8"));
    people_add("n3", "n3");
}
END_TEST

START_TEST(C7_what_is_not_valid_is_not_registered)
{
    struct llmreg_error err = {""};
    struct llmreg_agent_spec spec = people_spec("a1", "ann");
    spec.type = "Banana!";
    ck_assert_int_eq(try(&spec, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "Banana!"));
    spec = people_spec("a1", "ann");
    ck_assert_int_eq(llmreg_agent_register(fleet, &spec, "\n", NULL, &err),
                     LLMREG_EINVAL);
    ck_assert_str_eq(people_presence("a1"), "none");
    people_no_event();
}
END_TEST

/* ---- again ---- */

START_TEST(D3_registering_again_keeps_presence_history_and_first_registration)
{
    people_add("a1", "ann");
    people_beat("a1");
    people_wait(10000);
    people_add("a1", "ann");
    const struct llmreg_agent_state s = people_state("a1");
    ck_assert_int_eq(s.presence, LLMREG_PRESENCE_ONLINE);
    ck_assert_int_eq(s.health, LLMREG_HEALTH_HEALTHY);
    ck_assert_uint_eq(s.beats, 1);
    ck_assert_int_eq(s.registered_ms, 1000);
    ck_assert_int_eq(s.seen_ms, 11000);
    ck_assert_uint_eq(s.registrations, 2);
}
END_TEST

START_TEST(D3_what_is_not_said_again_stays_and_what_is_said_to_be_empty_goes)
{
    static const struct llmreg_capability none;
    struct llmreg_agent_spec spec = people_spec("a1", "ann");

    people_register(&spec);
    fleet_skip_events();
    spec.role = spec.domain = spec.cluster = spec.url = spec.version = NULL;
    spec.capabilities = NULL;
    spec.ncapabilities = 0;
    people_register(&spec);
    people_no_event();
    spec.domain = "";
    spec.capabilities = &none;
    people_register(&spec);
    ck_assert_str_eq(people_event(), "updated a1 > domain, capabilities");
    spec = people_spec("a2", "bob");
    spec.role = NULL;
    people_register(&spec);
    ck_assert_str_eq(people_event(), "registered a2 >connecting auto");
}
END_TEST

START_TEST(an_update_names_the_fields_that_changed)
{
    people_add("a1", "ann");
    fleet_skip_events();
    struct llmreg_agent_spec spec = people_spec("a1", "ann");
    spec.role = "";
    spec.version = "1.3";
    const struct llmreg_agent_result result = *people_register(&spec);
    ck_assert_uint_gt(result.seq, 0);
    ck_assert_str_eq(people_event(), "updated a1 > role, version");
    people_no_event();
}
END_TEST

START_TEST(capabilities_are_replaced_and_their_order_is_no_difference)
{
    static const struct llmreg_capability turned[] = {{"gpu", "h100"},
                                                      {"chat", ""}};
    static const struct llmreg_capability other[] = {{"chat", "fast"}};
    struct llmreg_agent_spec spec = people_spec("a1", "ann");
    people_register(&spec);
    fleet_skip_events();
    spec.capabilities = turned;
    people_register(&spec);
    people_no_event();
    spec.capabilities = other;
    spec.ncapabilities = 1;
    people_register(&spec);
    ck_assert_str_eq(people_event(), "updated a1 > capabilities");
}
END_TEST

START_TEST(metadata_is_merged_and_null_removes)
{
    static const struct llmreg_member more[] = {
        {"zone", "\"b\""}, {"rack", "null"}, {"none", "null"}, {"at", "[1]"}};
    struct llmreg_agent_spec spec = people_spec("a1", "ann");
    people_register(&spec);
    spec.metadata = more;
    spec.nmetadata = 4;
    people_register(&spec);
    ck_assert_str_eq(people_metadata("a1"), "at=[1] zone=\"b\"");
    spec.nmetadata = 0;
    people_register(&spec);
    ck_assert_str_eq(people_metadata("a1"), "at=[1] zone=\"b\"");
}
END_TEST

START_TEST(metadata_may_not_grow_over_its_bound_by_merging)
{
    static struct llmreg_member many[LLMREG_METADATA_MAX];
    static char names[LLMREG_METADATA_MAX][8];
    struct llmreg_error err = {""};
    struct llmreg_agent_spec spec = people_spec("a1", "ann");
    people_register(&spec);
    for (int i = 0; i < LLMREG_METADATA_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "m%d", i);
        many[i] = (struct llmreg_member){names[i], "1"};
    }
    spec.metadata = many;
    spec.nmetadata = LLMREG_METADATA_MAX;
    ck_assert_int_eq(try(&spec, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "65"));
    ck_assert_str_eq(people_metadata("a1"), "rack=7");
}
END_TEST

START_TEST(a_standing_source_is_never_downgraded)
{
    static const enum llmreg_source named[] = {LLMREG_SOURCE_STATIC,
                                               LLMREG_SOURCE_MANUAL};
    struct llmreg_agent_spec spec = people_spec("a1", "ann");
    spec.source = named[_i];
    people_register(&spec);
    spec.source = LLMREG_SOURCE_AUTO;
    people_register(&spec);
    struct llmreg_agent *a = people_get("a1");
    const struct llmreg_agent_spec *now = llmreg_agent_spec(a);
    ck_assert_int_eq(now->source, named[_i]);
    llmreg_agent_spec_put(now);
    llmreg_agent_put(a);
    spec.source = LLMREG_SOURCE_MANUAL;
    people_register(&spec);
}
END_TEST

START_TEST(an_agent_may_take_another_name_and_leaves_the_old_one)
{
    struct llmreg_agent_spec spec = people_spec("a1", "ann");
    people_register(&spec);
    spec.name = "bob";
    people_register(&spec);
    fleet_skip_events();
    spec = people_spec("", "bob");
    ck_assert_str_eq(people_register(&spec)->id, "a1");
    spec.name = "ann";
    ck_assert(people_register(&spec)->created);
}
END_TEST

START_TEST(a_name_that_is_taken_cannot_be_taken)
{
    struct llmreg_error err = {""};
    people_add("a1", "ann");
    people_add("b1", "bob");
    fleet_skip_events();
    const struct llmreg_agent_spec spec = people_spec("a1", "bob");
    ck_assert_int_eq(try(&spec, &err), LLMREG_EEXIST);
    ck_assert_ptr_nonnull(strstr(err.text, "agent b1 already"));
    people_no_event();
}
END_TEST

START_TEST(who_was_given_up_is_connecting_again)
{
    static const enum llmreg_presence down[] = {
        LLMREG_PRESENCE_LATE, LLMREG_PRESENCE_STALE, LLMREG_PRESENCE_OFFLINE,
        LLMREG_PRESENCE_STOPPED};
    people_add("a1", "ann");
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "a1", down[_i], "test", &fleet_now),
        LLMREG_OK);
    fleet_skip_events();
    people_add("a1", "ann");
    ck_assert_str_eq(people_presence("a1"), "connecting");
    const char *event = people_event();
    ck_assert_ptr_nonnull(strstr(event, "presence a1 "));
    ck_assert_ptr_nonnull(strstr(event, ">connecting registered"));
    people_no_event();
}
END_TEST

START_TEST(registrations_and_addresses_count_for_ten_minutes)
{
    const struct llmreg_agent_spec spec = people_spec("a1", "ann");
    people_register(&spec);
    people_wait(60000);
    ck_assert_int_eq(
        llmreg_agent_register(fleet, &spec, "10.0.0.2", NULL, NULL), LLMREG_OK);
    struct llmreg_agent_state s = people_state("a1");
    ck_assert_uint_eq(s.registrations, 2);
    ck_assert_uint_eq(s.address_changes, 1);
    ck_assert_str_eq(s.peer, "10.0.0.2");
    ck_assert_str_eq(s.other, "10.0.0.1");
    people_wait(550000);
    s = people_state("a1");
    ck_assert_uint_eq(s.registrations, 1);
    ck_assert_uint_eq(s.address_changes, 1);
    people_wait(60000);
    s = people_state("a1");
    ck_assert_uint_eq(s.registrations, 0);
    ck_assert_uint_eq(s.address_changes, 0);
}
END_TEST

/* ---- back from the store ---- */

static int restore(const struct llmreg_agent_spec *spec,
                   enum llmreg_presence presence, struct llmreg_error *err)
{
    const struct llmreg_agent_state stored = {
        .presence = presence,
        .health = LLMREG_HEALTH_DEGRADED,
        .since_ms = 77,
        .seen_ms = 88,
        .seen_mono_ns = 99,
        .registered_ms = 66,
        .beats = 5,
        .latency_us = 1500,
        .activity = "working",
        .peer = "10.0.0.9",
        .other = "10.0.0.8",
    };

    return llmreg_agent_restore(fleet, spec, &stored, err);
}

START_TEST(E10_a_restored_agent_is_who_it_was)
{
    const struct llmreg_agent_spec spec = people_spec("a1", "ann");
    ck_assert_int_eq(restore(&spec, LLMREG_PRESENCE_ONLINE, NULL), LLMREG_OK);
    const struct llmreg_agent_state s = people_state("a1");
    ck_assert_int_eq(s.presence, LLMREG_PRESENCE_CONNECTING);
    ck_assert_int_eq(s.since_ms, fleet_now.wall_ms);
    ck_assert_int_eq(s.health, LLMREG_HEALTH_DEGRADED);
    ck_assert_int_eq(s.seen_ms, 88);
    ck_assert_int_eq(s.seen_mono_ns, 0);
    ck_assert_int_eq(s.registered_ms, 66);
    ck_assert_uint_eq(s.beats, 0);
    ck_assert_int_eq(s.latency_us, 1500);
    ck_assert_str_eq(s.activity, "working");
    ck_assert_str_eq(s.peer, "10.0.0.9");
    ck_assert_str_eq(s.other, "10.0.0.8");
    people_no_event();
    const struct llmreg_agent_spec nameless = people_spec("", "ann");
    ck_assert_str_eq(people_register(&nameless)->id, "a1");
}
END_TEST

START_TEST(who_was_offline_or_stopped_still_is)
{
    const struct llmreg_agent_spec a = people_spec("a1", "ann");
    const struct llmreg_agent_spec b = people_spec("b1", "bob");
    ck_assert_int_eq(restore(&a, LLMREG_PRESENCE_OFFLINE, NULL), LLMREG_OK);
    ck_assert_int_eq(restore(&b, LLMREG_PRESENCE_STOPPED, NULL), LLMREG_OK);
    ck_assert_str_eq(people_presence("a1"), "offline");
    ck_assert_str_eq(people_presence("b1"), "stopped");
    ck_assert_int_eq(people_state("a1").since_ms, 77);
}
END_TEST

START_TEST(what_cannot_be_restored_is_refused)
{
    struct llmreg_error err = {""};
    struct llmreg_agent_spec spec = people_spec("", "ann");
    ck_assert_int_eq(restore(&spec, LLMREG_PRESENCE_ONLINE, &err),
                     LLMREG_EINVAL);
    spec.id = "a1";
    ck_assert_int_eq(restore(&spec, LLMREG_PRESENCES, &err), LLMREG_EINVAL);
    ck_assert_int_eq(restore(&spec, LLMREG_PRESENCE_ONLINE, &err), LLMREG_OK);
    ck_assert_int_eq(restore(&spec, LLMREG_PRESENCE_ONLINE, &err),
                     LLMREG_EEXIST);
    ck_assert_ptr_nonnull(strstr(err.text, "a1"));
    spec.id = "a2";
    ck_assert_int_eq(restore(&spec, LLMREG_PRESENCE_ONLINE, &err),
                     LLMREG_EEXIST);
    spec.interval_ms = 1;
    ck_assert_int_eq(restore(&spec, LLMREG_PRESENCE_ONLINE, &err),
                     LLMREG_EINVAL);
}
END_TEST

START_TEST(a_stored_text_without_an_end_is_refused)
{
    const struct llmreg_agent_spec spec = people_spec("a1", "ann");
    struct llmreg_agent_state stored = {.latency_us = -1};
    memset(stored.peer, 'x', sizeof stored.peer);
    ck_assert_int_eq(llmreg_agent_restore(fleet, &spec, &stored, NULL),
                     LLMREG_EINVAL);
    ck_assert_str_eq(people_presence("a1"), "none");
}
END_TEST

START_TEST(a_stored_latency_that_nobody_measured_is_refused)
{
    const struct llmreg_agent_spec spec = people_spec("a1", "ann");
    struct llmreg_agent_state stored = {.latency_us = INT64_MAX};

    ck_assert_int_eq(llmreg_agent_restore(fleet, &spec, &stored, NULL),
                     LLMREG_EINVAL);
    stored.latency_us = -2;
    ck_assert_int_eq(llmreg_agent_restore(fleet, &spec, &stored, NULL),
                     LLMREG_EINVAL);
    stored.latency_us = INT64_C(86400000000);
    ck_assert_int_eq(llmreg_agent_restore(fleet, &spec, &stored, NULL),
                     LLMREG_OK);
    ck_assert_int_eq(people_state("a1").latency_us, stored.latency_us);
}
END_TEST

/* ---- the program ---- */

static Suite *suite(void)
{
    Suite *s = suite_create("agent_register");
    TCase *t = tcase_create("agent_register");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, a_new_agent_is_connecting_and_known_by_its_id);
    tcase_add_test(t, its_state_tells_when_and_from_where_it_came);
    tcase_add_test(t, who_brings_no_id_gets_a_uuid);
    tcase_add_test(t, a_uuid_begins_with_the_time);
    tcase_add_test(t,
                   C5_a_restarted_agent_is_the_same_one_by_its_type_and_name);
    tcase_add_test(t, it_is_found_by_its_type_and_name);
    tcase_add_test(t, another_type_with_the_same_name_is_another_agent);
    tcase_add_test(
        t, another_id_with_the_same_name_is_refused_and_the_first_named);
    tcase_add_test(
        t, at_the_limit_a_new_one_is_refused_and_an_old_one_may_come_again);
    tcase_add_test(t, C7_what_is_not_valid_is_not_registered);
    tcase_add_test(
        t, D3_registering_again_keeps_presence_history_and_first_registration);
    tcase_add_test(
        t, D3_what_is_not_said_again_stays_and_what_is_said_to_be_empty_goes);
    tcase_add_test(t, an_update_names_the_fields_that_changed);
    tcase_add_test(t,
                   capabilities_are_replaced_and_their_order_is_no_difference);
    tcase_add_test(t, metadata_is_merged_and_null_removes);
    tcase_add_test(t, metadata_may_not_grow_over_its_bound_by_merging);
    tcase_add_loop_test(t, a_standing_source_is_never_downgraded, 0, 2);
    tcase_add_test(t, an_agent_may_take_another_name_and_leaves_the_old_one);
    tcase_add_test(t, a_name_that_is_taken_cannot_be_taken);
    tcase_add_loop_test(t, who_was_given_up_is_connecting_again, 0, 4);
    tcase_add_test(t, registrations_and_addresses_count_for_ten_minutes);
    tcase_add_test(t, E10_a_restored_agent_is_who_it_was);
    tcase_add_test(t, who_was_offline_or_stopped_still_is);
    tcase_add_test(t, what_cannot_be_restored_is_refused);
    tcase_add_test(t, a_stored_text_without_an_end_is_refused);
    tcase_add_test(t, a_stored_latency_that_nobody_measured_is_refused);
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
