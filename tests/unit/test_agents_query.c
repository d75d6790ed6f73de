/* SPDX-License-Identifier: MIT */
/* test_agents_query.c - who is like this, and one of them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/text.h>

#include "tests/unit/people.h"

static const struct llmreg_capability chat[] = {{"chat", ""}};
static const struct llmreg_capability both[] = {{"chat", ""}, {"gpu", "h100"}};
static const struct llmreg_capability old[] = {{"gpu", "a100"}, {"gpu", "l4"}};

/* a1 worker edge lab gpu1     chat gpu=h100
 * b1 worker -    lab gpu1     chat
 * c1 cost   edge -   gpu2     gpu=a100 gpu=l4
 * d1 cost   -    -   -        nothing */
static void setup(void)
{
    struct llmreg_agent_spec s = people_spec("a1", "ann");

    fleet_setup();
    s.capabilities = both;
    people_register(&s);
    s.id = "b1";
    s.name = "bob";
    s.role = "";
    s.capabilities = chat;
    s.ncapabilities = 1;
    people_register(&s);
    s.id = "c1";
    s.type = "cost";
    s.role = "edge";
    s.domain = "";
    s.host = "GPU2.example";
    s.capabilities = old;
    s.ncapabilities = 2;
    people_register(&s);
    s.id = "d1";
    s.name = "dan";
    s.role = s.host = "";
    s.ncapabilities = 0;
    people_register(&s);
    fleet_skip_events();
}

static const struct {
    struct llmreg_agent_filter filter;
    const char *ids;
} cases[] = {
    {{.type = NULL}, "a1 b1 c1 d1"},
    {{.type = "worker"}, "a1 b1"},
    {{.type = "banana"}, ""},
    {{.role = "edge"}, "a1 c1"},
    {{.role = ""}, "b1 d1"},
    {{.domain = "lab"}, "a1 b1"},
    {{.host = "gpu1.example"}, "a1 b1"},
    {{.host = "GPU2.Example"}, "c1"},
    {{.host = "not a host"}, ""},
    {{.capability = "chat"}, "a1 b1"},
    {{.capability = "gpu"}, "a1 c1"},
    {{.capability = "gpu=h100"}, "a1"},
    {{.capability = "gpu=l4"}, "c1"},
    {{.capability = "gpu="}, ""},
    {{.capability = "chat="}, "a1 b1"},
    {{.capability = "gp"}, ""},
    {{.capability = ""}, ""},
    {{.type = "cost", .capability = "chat"}, ""},
    {{.type = "cost", .role = "edge", .capability = "gpu=a100"}, "c1"},
    {{.type = "worker", .domain = "lab", .host = "gpu1.example"}, "a1 b1"},
    {{.type = "worker", .role = "edge"}, "a1"},
    {{.presences = 1U << LLMREG_PRESENCE_CONNECTING}, "a1 b1 c1 d1"},
    {{.presences = 1U << LLMREG_PRESENCE_ONLINE}, ""},
    {{.healthy = true}, ""},
};

#define CASES (sizeof cases / sizeof cases[0])

START_TEST(a_filter_finds_those_for_whom_everything_holds)
{
    ck_assert_str_eq(people_with(&cases[_i].filter), cases[_i].ids);
}
END_TEST

START_TEST(a_name_longer_than_any_is_nobodys)
{
    char text[600];
    struct llmreg_agent_filter f = {.type = text};

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_str_eq(people_with(&f), "");
    f = (struct llmreg_agent_filter){.capability = text};
    ck_assert_str_eq(people_with(&f), "");
    text[598] = '=';
    ck_assert_str_eq(people_with(&f), "");
    f = (struct llmreg_agent_filter){.host = text};
    ck_assert_str_eq(people_with(&f), "");
}
END_TEST

START_TEST(C8_healthy_is_who_is_present_and_says_no_ill)
{
    const struct llmreg_agent_filter f = {.healthy = true};
    struct llmreg_heartbeat beat = people_heartbeat();

    people_beat("a1");
    beat.health = LLMREG_HEALTH_UNHEALTHY;
    ck_assert_int_eq(people_send("b1", &beat), LLMREG_OK);
    beat.health = LLMREG_HEALTH_DEGRADED;
    ck_assert_int_eq(people_send("c1", &beat), LLMREG_OK);
    ck_assert_str_eq(people_with(&f), "a1 c1");
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "a1", LLMREG_PRESENCE_LATE, "", &fleet_now),
        LLMREG_OK);
    ck_assert_str_eq(people_with(&f), "a1 c1");
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "a1", LLMREG_PRESENCE_STALE, "", &fleet_now),
        LLMREG_OK);
    ck_assert_str_eq(people_with(&f), "c1");
}
END_TEST

START_TEST(the_index_follows_what_an_agent_is_and_can)
{
    const struct llmreg_agent_filter gpu = {.capability = "gpu"};
    const struct llmreg_agent_filter edge = {.role = "edge"};
    struct llmreg_agent_spec s = people_spec("a1", "ann");

    s.capabilities = chat;
    s.ncapabilities = 1;
    s.role = "core";
    people_register(&s);
    ck_assert_str_eq(people_with(&gpu), "c1");
    ck_assert_str_eq(people_with(&edge), "c1");
    ck_assert_int_eq(llmreg_agent_remove(fleet, "c1", 0, ""), LLMREG_OK);
    ck_assert_str_eq(people_with(&gpu), "");
    ck_assert_str_eq(people_with(&edge), "");
}
END_TEST

static bool first_only(void *ctx, struct llmreg_agent *a)
{
    struct llmreg_agent **kept = ctx;

    ck_assert_ptr_null(*kept);
    *kept = llmreg_agent_hold(a);
    return false;
}

START_TEST(a_walk_can_be_ended_and_a_lent_one_kept)
{
    const struct llmreg_agent_filter all = {.type = NULL};
    struct llmreg_agent *kept = NULL;

    llmreg_each_agent(fleet, &all, first_only, &kept);
    ck_assert_ptr_nonnull(kept);
    ck_assert(llmreg_agent_alive(kept));
    llmreg_agent_put(kept);
}
END_TEST

static bool write_id(void *ctx, struct llmreg_agent *a)
{
    llmreg_text_addf(ctx, "%s ", llmreg_agent_id(a));
    return true;
}

static const char *after(const char *id, const struct llmreg_agent_filter *f)
{
    static char ids[256];
    struct llmreg_text t;

    llmreg_text_init(&t, ids, sizeof ids);
    llmreg_each_agent_after(fleet, f, id, write_id, &t);
    return ids;
}

START_TEST(in_the_order_of_ids_from_behind_one)
{
    const struct llmreg_agent_filter all = {.type = NULL};
    const struct llmreg_agent_filter nowhere = {.host = "no host at all"};
    const struct llmreg_agent_filter gone = {.presences =
                                                 1U << LLMREG_PRESENCE_STOPPED};

    ck_assert_str_eq(after("a1", &all), "b1 c1 d1 ");
    ck_assert_str_eq(after("", &nowhere), "");
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "b1", LLMREG_PRESENCE_STOPPED, "", &fleet_now),
        LLMREG_OK);
    ck_assert_str_eq(after("a1", &gone), "b1 ");
    ck_assert_int_eq(llmreg_agent_remove(fleet, "b1", 0, ""), LLMREG_OK);
    ck_assert_str_eq(after("a1", &all), "c1 d1 ");
}
END_TEST

/* ---- choosing ---- */

static const char *chosen(const struct llmreg_agent_filter *filter)
{
    static char id[LLMREG_AGENT_ID_SIZE];
    struct llmreg_agent *a = llmreg_agent_choose(fleet, filter);

    (void)snprintf(id, sizeof id, "%s", a == NULL ? "" : llmreg_agent_id(a));
    llmreg_agent_put(a);
    return id;
}

START_TEST(nobody_is_chosen_where_nobody_passes)
{
    const struct llmreg_agent_filter type = {.type = "banana"};
    const struct llmreg_agent_filter healthy = {.healthy = true};

    ck_assert_str_eq(chosen(&type), "");
    ck_assert_str_eq(chosen(&healthy), "");
}
END_TEST

START_TEST(the_only_one_is_chosen_always)
{
    const struct llmreg_agent_filter f = {.capability = "gpu=h100"};

    for (int i = 0; i < 100; i++)
        ck_assert_str_eq(chosen(&f), "a1");
}
END_TEST

#define DRAWS 30000

/* For k equal boxes: the sum of squared deviations over what is expected.
 * Below 30 for up to 7 degrees of freedom but once in 10,000 runs. */
static double unfairness(const unsigned *hits, int k)
{
    double expected = (double)DRAWS / k, sum = 0;

    for (int i = 0; i < k; i++)
        sum += (hits[i] - expected) * (hits[i] - expected) / expected;
    return sum;
}

START_TEST(C8_everybody_who_passes_is_chosen_as_often_as_any_other)
{
    const struct llmreg_agent_filter all = {.type = NULL};
    unsigned hits[4] = {0};

    for (int i = 0; i < DRAWS; i++)
        hits[chosen(&all)[0] - 'a']++;
    ck_assert_double_lt(unfairness(hits, 4), 30);
}
END_TEST

/* Many places, most of them holes or of those that do not pass. */
static void crowd_setup(void)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    char name[16];

    conf.agents = 2000;
    conf.endpoints = conf.hosts = conf.sessions = 1;
    fleet_now = (struct llmreg_now){.mono_ns = 5000000000, .wall_ms = 1000};
    ck_assert_int_eq(llmreg_bus_new(&fleet_bus, 16, 1), LLMREG_OK);
    ck_assert_int_eq(
        llmreg_registry_new(&fleet, &conf, fleet_bus, &fleet_clock), LLMREG_OK);
    for (int i = 0; i < 2000; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        people_add(name, name);
    }
    for (int i = 0; i < 2000; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        if (i % 3 == 0)
            ck_assert_int_eq(llmreg_agent_remove(fleet, name, 0, ""),
                             LLMREG_OK);
    }
}

static void crowd_teardown(void)
{
    llmreg_registry_free(fleet);
    llmreg_bus_free(fleet_bus);
}

START_TEST(the_few_among_many_are_chosen_fairly_too)
{
    static const char *const few[] = {"n1", "n2", "n500", "n1000", "n1999"};
    const struct llmreg_agent_filter f = {.healthy = true};
    unsigned hits[5] = {0};

    for (int i = 0; i < 5; i++)
        people_beat(few[i]);
    for (int i = 0; i < DRAWS; i++) {
        const char *id = chosen(&f);
        for (int k = 0; k < 5; k++)
            hits[k] += strcmp(id, few[k]) == 0;
    }
    ck_assert_uint_eq(hits[0] + hits[1] + hits[2] + hits[3] + hits[4], DRAWS);
    ck_assert_double_lt(unfairness(hits, 5), 30);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("agents_query");
    TCase *t = tcase_create("agents_query");
    TCase *many = tcase_create("crowd");

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_loop_test(t, a_filter_finds_those_for_whom_everything_holds, 0,
                        CASES);
    tcase_add_test(t, a_name_longer_than_any_is_nobodys);
    tcase_add_test(t, C8_healthy_is_who_is_present_and_says_no_ill);
    tcase_add_test(t, the_index_follows_what_an_agent_is_and_can);
    tcase_add_test(t, a_walk_can_be_ended_and_a_lent_one_kept);
    tcase_add_test(t, in_the_order_of_ids_from_behind_one);
    tcase_add_test(t, nobody_is_chosen_where_nobody_passes);
    tcase_add_test(t, the_only_one_is_chosen_always);
    tcase_add_test(t, C8_everybody_who_passes_is_chosen_as_often_as_any_other);
    suite_add_tcase(s, t);
    tcase_add_checked_fixture(many, crowd_setup, crowd_teardown);
    tcase_set_timeout(many, 60);
    tcase_add_test(many, the_few_among_many_are_chosen_fairly_too);
    suite_add_tcase(s, many);
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
