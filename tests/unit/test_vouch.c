/* SPDX-License-Identifier: MIT */
/* test_vouch.c - endpoints follow the agent that announced them. */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/fleet.h>
#include <llmreg/snapshot.h>

#include "tests/unit/people.h"

/* a1 announces e:1, which is healthy and has the model m. */
static void announce(const char *id, const char *origin)
{
    struct llmreg_spec spec = fleet_spec(id);

    spec.source = LLMREG_SOURCE_AUTO;
    spec.origin = origin;
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, NULL), LLMREG_OK);
    fleet_models(id, "m");
    fleet_observe(id, LLMREG_REASON_OK);
}

static void setup(void)
{
    fleet_setup();
    people_add("a1", "ann");
    people_beat("a1");
    announce("e:1", "agent a1");
    fleet_skip_events();
}

static enum llmreg_presence presence(const char *id)
{
    struct llmreg_endpoint *e = fleet_get(id);
    enum llmreg_presence p = llmreg_endpoint_presence(e);

    llmreg_put(e);
    return p;
}

/* The next event is that of e:1. */
static void ck_told(const char *before, const char *after, const char *reason)
{
    const struct llmreg_event *e = fleet_event();

    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(e->entity, LLMREG_ENTITY_ENDPOINT);
    ck_assert_int_eq(e->type, LLMREG_EVENT_PRESENCE);
    ck_assert_str_eq(e->subject, "e:1");
    ck_assert_str_eq(e->before, before);
    ck_assert_str_eq(e->after, after);
    ck_assert_str_eq(e->reason, reason);
    ck_assert_int_eq(e->time_ms, fleet_now.wall_ms);
}

/* All who tell what is routable say the same of the model m. */
static void ck_routable(const char *ids)
{
    struct llmreg_fleet_model m = {.endpoints = 0};
    struct llmreg_snapshot *s = NULL;
    size_t n = 0;

    for (const char *p = ids; *p != '\0'; p++)
        n += *p == ':';
    ck_assert_str_eq(fleet_with("m", LLMREG_ROUTABLE), ids);
    ck_assert_int_eq(llmreg_fleet_model(fleet, "m", &m), LLMREG_OK);
    ck_assert_uint_eq(m.routable, n);
    ck_assert_int_eq(llmreg_snapshot_take(fleet, &s), LLMREG_OK);
    ck_assert_uint_eq(s->models[0].routable, n);
    ck_assert_uint_eq(s->models[0].serving, m.serving);
    llmreg_snapshot_free(s);
    const struct llmreg_rank_query query = {.model = "m"};
    struct llmreg_candidates *c = NULL;
    ck_assert_int_eq(llmreg_rank(fleet, &query, &fleet_now, &c), LLMREG_OK);
    ck_assert_uint_eq(c->count, n);
    llmreg_candidates_free(c);
}

/* ---- the agent falls silent ---- */

START_TEST(an_endpoint_is_not_routable_while_its_agent_is_stale_or_offline)
{
    ck_routable("e:1");
    people_wait(45000);
    (void)people_tick();
    ck_assert_int_eq(presence("e:1"), LLMREG_PRESENCE_LATE);
    ck_routable("e:1");
    people_wait(45000);
    (void)people_tick();
    ck_assert_int_eq(presence("e:1"), LLMREG_PRESENCE_STALE);
    ck_routable("");
    people_wait(210000);
    (void)people_tick();
    ck_assert_int_eq(presence("e:1"), LLMREG_PRESENCE_OFFLINE);
    ck_routable("");
    ck_assert_int_eq(fleet_state("e:1"), LLMREG_HEALTH_HEALTHY);
    people_beat("a1");
    ck_assert_int_eq(presence("e:1"), LLMREG_PRESENCE_ONLINE);
    ck_routable("e:1");
}
END_TEST

START_TEST(it_is_told_when_that_begins_and_when_it_ends)
{
    people_wait(86400000 - 1);
    (void)people_tick();
    ck_assert_str_eq(people_event(), "presence a1 online>late no heartbeat");
    ck_assert_str_eq(people_event(), "presence a1 late>stale no heartbeat");
    ck_assert_str_eq(people_event(), "presence a1 stale>offline no heartbeat");
    /* All three were one batch. */
    ck_told("online", "offline", "no heartbeat");
    people_no_event();
    people_beat("a1");
    ck_assert_str_eq(people_event(), "presence a1 offline>online heartbeat");
    ck_told("offline", "online", "heartbeat");
    people_no_event();
}
END_TEST

START_TEST(a_mark_a_stop_and_a_registration_move_it_too)
{
    struct llmreg_heartbeat bye = people_heartbeat();

    bye.presence = LLMREG_PRESENCE_STOPPED;
    ck_assert_int_eq(people_send("a1", &bye), LLMREG_OK);
    ck_routable("");
    people_add("a1", "ann");
    ck_assert_int_eq(presence("e:1"), LLMREG_PRESENCE_CONNECTING);
    ck_routable("e:1");
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "a1", LLMREG_PRESENCE_OFFLINE, "", &fleet_now),
        LLMREG_OK);
    ck_routable("");
}
END_TEST

START_TEST(who_is_removed_vouches_for_nothing)
{
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", 0, "bye"), LLMREG_OK);
    ck_assert_str_eq(people_event(), "removed a1 online> bye");
    ck_told("online", "offline", "bye");
    ck_routable("");
    people_add("a1", "ann");
    ck_assert_int_eq(presence("e:1"), LLMREG_PRESENCE_CONNECTING);
    ck_routable("e:1");
}
END_TEST

START_TEST(who_is_reaped_vouches_for_nothing)
{
    people_wait(86400000 - 1);
    (void)people_tick();
    people_wait(86400000 + 1);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "none");
    ck_assert_int_eq(presence("e:1"), LLMREG_PRESENCE_OFFLINE);
    ck_routable("");
}
END_TEST

/* ---- whose it is ---- */

START_TEST(others_need_nobody_to_vouch_for_them)
{
    struct llmreg_spec spec = fleet_spec("s:1");

    spec.origin = "agent a1"; /* but it is static */
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, NULL), LLMREG_OK);
    fleet_models("s:1", "m");
    fleet_observe("s:1", LLMREG_REASON_OK);
    announce("o:1", "somebody");
    people_add("a2", "bob");
    people_beat("a2");
    announce("e:2", "agent a2");
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", 0, "bye"), LLMREG_OK);
    ck_routable("e:2 o:1 s:1");
}
END_TEST

START_TEST(an_endpoint_may_be_there_before_its_agent)
{
    announce("e:2", "agent a2");
    ck_assert_int_eq(presence("e:2"), LLMREG_PRESENCE_OFFLINE);
    ck_routable("e:1");
    people_add("a2", "bob");
    ck_assert_int_eq(presence("e:2"), LLMREG_PRESENCE_CONNECTING);
    ck_routable("e:1 e:2");
}
END_TEST

START_TEST(it_follows_whoever_announced_it_last)
{
    people_add("a2", "bob");
    people_beat("a2");
    announce("e:1", "agent a2");
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", 0, "bye"), LLMREG_OK);
    ck_routable("e:1");
    announce("e:1", "agent a1");
    ck_routable("");
    announce("e:1", "somebody");
    ck_routable("e:1");
}
END_TEST

static bool count(void *ctx, struct llmreg_endpoint *e)
{
    (void)e;
    ++*(size_t *)ctx;
    return true;
}

static size_t of_agent(const char *agent)
{
    size_t n = 0;

    llmreg_each_of_agent(fleet, agent, count, &n);
    return n;
}

START_TEST(what_an_agent_announced_is_found_by_it)
{
    announce("e:2", "agent a1");
    announce("o:1", "agent a10");
    ck_assert_uint_eq(of_agent("a1"), 2);
    ck_assert_uint_eq(of_agent("a10"), 1);
    ck_assert_uint_eq(of_agent("a"), 0);
    announce("e:2", "agent a10");
    ck_assert_uint_eq(of_agent("a1"), 1);
    ck_assert_uint_eq(of_agent("a10"), 2);
    ck_assert_int_eq(llmreg_remove(fleet, "e:1", NULL, NULL), LLMREG_OK);
    ck_assert_uint_eq(of_agent("a1"), 0);
}
END_TEST

/* ---- a restart ---- */

START_TEST(what_comes_back_is_as_its_agent_is_and_not_told)
{
    struct llmreg_memory memory = {.spec = fleet_spec("r:1")};
    struct llmreg_agent_spec bob = people_spec("a2", "bob");
    struct llmreg_agent_state state = people_state("a1");

    memory.spec.source = LLMREG_SOURCE_AUTO;
    memory.spec.origin = "agent a2";
    ck_assert_int_eq(llmreg_restore(fleet, &memory, NULL), LLMREG_OK);
    ck_assert_int_eq(presence("r:1"), LLMREG_PRESENCE_OFFLINE);
    ck_assert_int_eq(llmreg_agent_restore(fleet, &bob, &state, NULL),
                     LLMREG_OK);
    ck_assert_int_eq(presence("r:1"), LLMREG_PRESENCE_CONNECTING);
    people_no_event();
    people_wait(90000);
    (void)people_tick();
    ck_assert_int_eq(presence("r:1"), LLMREG_PRESENCE_STALE);
}
END_TEST

/* ---- at once ---- */

#define TURNS 2000

static _Atomic bool over;

static void *announcer(void *ctx)
{
    (void)ctx;
    while (!atomic_load(&over)) {
        struct llmreg_spec spec = fleet_spec("x:1");

        spec.source = LLMREG_SOURCE_AUTO;
        spec.origin = "agent a1";
        if (llmreg_set(fleet, &spec, NULL, NULL) != LLMREG_OK)
            abort();
        (void)!llmreg_remove(fleet, "x:1", NULL, NULL);
    }
    return NULL;
}

/* Whichever is last, an announcement or a rung, sees the other. */
START_TEST(an_endpoint_that_comes_while_its_agent_goes_is_right_in_the_end)
{
    pthread_t thread;

    atomic_store(&over, false);
    ck_assert_int_eq(pthread_create(&thread, NULL, announcer, NULL), 0);
    for (int i = 0; i < TURNS; i++) {
        const enum llmreg_presence p =
            i % 2 == 0 ? LLMREG_PRESENCE_OFFLINE : LLMREG_PRESENCE_ONLINE;

        ck_assert_int_eq(llmreg_agent_mark(fleet, "a1", p, "", &fleet_now),
                         LLMREG_OK);
        struct llmreg_endpoint *e = llmreg_get(fleet, "x:1");
        if (e != NULL && llmreg_endpoint_alive(e))
            ck_assert_int_eq(llmreg_endpoint_presence(e), p);
        llmreg_put(e);
    }
    atomic_store(&over, true);
    (void)pthread_join(thread, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vouch");
    TCase *t = tcase_create("vouch");

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(
        t, an_endpoint_is_not_routable_while_its_agent_is_stale_or_offline);
    tcase_add_test(t, it_is_told_when_that_begins_and_when_it_ends);
    tcase_add_test(t, a_mark_a_stop_and_a_registration_move_it_too);
    tcase_add_test(t, who_is_removed_vouches_for_nothing);
    tcase_add_test(t, who_is_reaped_vouches_for_nothing);
    tcase_add_test(t, others_need_nobody_to_vouch_for_them);
    tcase_add_test(t, an_endpoint_may_be_there_before_its_agent);
    tcase_add_test(t, it_follows_whoever_announced_it_last);
    tcase_add_test(t, what_an_agent_announced_is_found_by_it);
    tcase_add_test(t, what_comes_back_is_as_its_agent_is_and_not_told);
    tcase_add_test(
        t, an_endpoint_that_comes_while_its_agent_goes_is_right_in_the_end);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
