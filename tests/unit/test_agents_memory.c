/* SPDX-License-Identifier: MIT */
/* test_agents_memory.c - every operation on agents, with each of its
 * allocations failed in turn: it says so, and nothing changed.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scarce.h"
#include "tests/unit/people.h"

static void setup(void)
{
    fleet_setup();
    people_add("a1", "ann");
    people_add("b1", "bob");
    people_wait(1000);
    fleet_skip_events();
}

/* All that a reader can see of one, as text. */
static size_t describe_one(char *out, size_t size, const char *id)
{
    struct llmreg_agent *a = llmreg_agent_get(fleet, id);
    struct llmreg_agent_state s;

    if (a == NULL)
        return (size_t)snprintf(out, size, "%s: none\n", id);
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    llmreg_agent_state(a, &s);
    size_t len = (size_t)snprintf(
        out, size, "%s: %s %s %zu %d %d %lld %lld %llu %u %u %s %s %s\n", id,
        spec->name, spec->role, spec->ncapabilities, s.presence, s.health,
        (long long)s.since_ms, (long long)s.seen_ms,
        (unsigned long long)s.beats, s.registrations, s.address_changes,
        s.activity, s.peer, people_metadata(id));
    llmreg_agent_spec_put(spec);
    llmreg_agent_put(a);
    return len;
}

static void describe(char out[static 2048])
{
    static const struct llmreg_agent_filter filters[] = {
        {.type = "worker"}, {.role = "edge"},        {.role = "core"},
        {.domain = "lab"},  {.capability = "gpu"},   {.capability = "new"},
        {.type = "cost"},   {.host = "gpu1.example"}};
    static const char *const ids[] = {"a1", "b1", "c1"};
    struct llmreg_agent_counts n;
    size_t len = 0;

    llmreg_agent_count(fleet, &n);
    for (size_t i = 0; i < 3; i++)
        len += describe_one(out + len, 2048 - len, ids[i]);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        len += (size_t)snprintf(out + len, 2048 - len, "%s|",
                                people_with(&filters[i]));
    (void)snprintf(out + len, 2048 - len, "%zu %zu %llu", n.agents,
                   n.by_presence[LLMREG_PRESENCE_CONNECTING],
                   (unsigned long long)llmreg_bus_last(fleet_bus));
}

/* ---- the operations ---- */

static const struct llmreg_capability can[] = {{"gpu", "l4"}, {"new", ""}};
static const struct llmreg_member more[] = {{"zone", "[1]"}};

static int add(void)
{
    const struct llmreg_agent_spec spec = people_spec("c1", "cid");

    return llmreg_agent_register(fleet, &spec, "10.0.0.3", NULL, NULL);
}

static int update(void)
{
    struct llmreg_agent_spec spec = people_spec("a1", "another");

    spec.type = "cost";
    spec.role = "core";
    spec.capabilities = can;
    spec.metadata = more;
    return llmreg_agent_register(fleet, &spec, "10.0.0.3", NULL, NULL);
}

static int come_again(void)
{
    const struct llmreg_agent_spec spec = people_spec("", "ann");

    return llmreg_agent_register(fleet, &spec, "10.0.0.1", NULL, NULL);
}

static int beat(void)
{
    const struct llmreg_measure load = {"load", 1};
    struct llmreg_heartbeat b = people_heartbeat();

    b.activity = "working";
    b.peer = "10.0.0.9";
    b.metrics = &load;
    b.nmetrics = 1;
    b.metadata = more;
    b.nmetadata = 1;
    return people_send("a1", &b);
}

static int bare_beat(void)
{
    const struct llmreg_heartbeat b = people_heartbeat();

    return people_send("b1", &b);
}

static int mark(void)
{
    return llmreg_agent_mark(fleet, "a1", LLMREG_PRESENCE_STALE, "",
                             &fleet_now);
}

static int take_away(void)
{
    return llmreg_agent_remove(fleet, "a1", 0, "");
}

static int restore(void)
{
    const struct llmreg_agent_spec spec = people_spec("c1", "cid");
    const struct llmreg_agent_state s = {.presence = LLMREG_PRESENCE_OFFLINE,
                                         .latency_us = 5};

    return llmreg_agent_restore(fleet, &spec, &s, NULL);
}

static const struct {
    const char *name;
    int (*run)(void);
    int allocations; /* at least so many fail it */
} operations[] = {
    {"add", add, 7},
    {"update", update, 7},
    {"come again", come_again, 2},
    {"beat", beat, 6},
    {"bare beat", bare_beat, 1},
    {"mark", mark, 0},
    {"remove", take_away, 0},
    {"restore", restore, 7},
};

#define OPERATIONS ((int)(sizeof operations / sizeof operations[0]))

START_TEST(without_memory_it_says_so_and_changes_nothing)
{
    char before[2048], after[2048];
    int rc = LLMREG_ENOMEM, n;

    describe(before);
    for (n = 0; rc != LLMREG_OK; n++) {
        scarce_from(n);
        rc = operations[_i].run();
        (void)scarce_end();
        if (rc == LLMREG_OK)
            break;
        ck_assert_msg(rc == LLMREG_ENOMEM, "%s, allocation %d: %d",
                      operations[_i].name, n, rc);
        describe(after);
        ck_assert_str_eq(before, after);
    }
    ck_assert_msg(n >= operations[_i].allocations, "%s: %d",
                  operations[_i].name, n);
    describe(after);
    ck_assert_str_ne(before, after);
}
END_TEST

START_TEST(deadlines_are_served_without_memory)
{
    struct llmreg_agent_counts n;

    for (int i = 0; i < 20; i++) {
        people_wait(86400000);
        scarce_from(i);
        (void)people_tick();
        (void)scarce_end();
    }
    llmreg_agent_count(fleet, &n);
    ck_assert_uint_eq(n.agents, 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("agents_memory");
    TCase *t = tcase_create("agents_memory");

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_loop_test(t, without_memory_it_says_so_and_changes_nothing, 0,
                        OPERATIONS);
    tcase_add_test(t, deadlines_are_served_without_memory);
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
