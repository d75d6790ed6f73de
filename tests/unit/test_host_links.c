/* SPDX-License-Identifier: MIT */
/* test_host_links.c - which host is it on, and what is on it (A4): by what
 * its specification says, by name, by address, whoever came first. */
#include <llmreg/hosts.h>
#include <llmreg/text.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"
#include "tests/unit/people.h"
#include "tests/unit/reporter.h"

static void setup(void)
{
    fleet_setup();
    reporter_reset();
}

/* The id of the host that the endpoint is on, or "". */
static const char *host_of(const char *endpoint)
{
    static char id[LLMREG_HOST_SIZE];
    struct llmreg_endpoint *e = fleet_get(endpoint);
    struct llmreg_host *h = llmreg_host_of_endpoint(fleet, e);

    id[0] = '\0';
    if (h != NULL)
        ck_assert_int_eq(llmreg_copy(id, sizeof id, llmreg_host_id(h)), 0);
    llmreg_host_put(h);
    llmreg_put(e);
    return id;
}

static const struct {
    const char *endpoint, *owner;
} kinds_of_links[] = {
    {"gpu1:11434", ""},          {"10.0.0.1:11434", ""},
    {"[2001:db8::1]:11434", ""}, {"gpu1.lan:11434/v1", ""},
    {"192.0.2.7:11434", "gpu1"}, {"gpu2:11434", "GPU1"},
    {"gpu2:11434", "10.0.0.1"},
};

START_TEST(an_endpoint_and_its_host_find_each_other)
{
    const char *endpoint = kinds_of_links[_i].endpoint;

    ck_assert_int_eq(reporter_says("gpu2", ""), LLMREG_OK);
    reporter_endpoint(endpoint, kinds_of_links[_i].owner);
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1 2001:DB8::1 gpu1.lan"),
                     LLMREG_OK);
    ck_assert_str_eq(host_of(endpoint), "gpu1");
    ck_assert_str_eq(reporter_endpoints("gpu1"), endpoint);
    ck_assert_str_eq(reporter_endpoints("gpu2"), "");
}
END_TEST

START_TEST(an_endpoint_on_no_host_that_reports_is_on_none)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    reporter_endpoint("10.0.0.2:1", "");
    reporter_endpoint("10.0.0.1:1", "gpu9"); /* who says so, knows */
    ck_assert_str_eq(host_of("10.0.0.2:1"), "");
    ck_assert_str_eq(host_of("10.0.0.1:1"), "");
    ck_assert_str_eq(reporter_endpoints("gpu1"), "");
}
END_TEST

START_TEST(all_endpoints_on_a_host_are_found_once)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1 10.0.0.2"), LLMREG_OK);
    reporter_endpoint("10.0.0.1:1", "");
    reporter_endpoint("10.0.0.1:2", "");
    reporter_endpoint("10.0.0.2:1", "");
    reporter_endpoint("gpu1:1", "");
    reporter_endpoint("gpu1:2", "10.0.0.2");
    ck_assert_str_eq(reporter_endpoints("gpu1"),
                     "10.0.0.1:1 10.0.0.1:2 10.0.0.2:1 gpu1:1 gpu1:2");
}
END_TEST

START_TEST(an_endpoint_that_gets_an_owner_moves)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    ck_assert_int_eq(reporter_says("gpu2", ""), LLMREG_OK);
    reporter_endpoint("gpu1:1", "");
    reporter_endpoint("gpu1:1", "gpu2");
    ck_assert_str_eq(host_of("gpu1:1"), "gpu2");
    ck_assert_str_eq(reporter_endpoints("gpu1"), "");
    ck_assert_str_eq(reporter_endpoints("gpu2"), "gpu1:1");
    reporter_endpoint("gpu1:1", "GPU2");
    ck_assert_str_eq(reporter_endpoints("gpu2"), "gpu1:1");
    reporter_endpoint("gpu1:1", "");
    reporter_endpoint("gpu1:1", "gpu2");
    reporter_endpoint("gpu1:1", "");
    ck_assert_str_eq(reporter_endpoints("gpu1"), "gpu1:1");
    ck_assert_str_eq(reporter_endpoints("gpu2"), "");
}
END_TEST

START_TEST(an_endpoint_that_is_removed_is_on_no_host)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    reporter_endpoint("gpu1:1", "");
    reporter_endpoint("gpu1:2", "");
    ck_assert_int_eq(llmreg_remove(fleet, "gpu1:1", NULL, NULL), LLMREG_OK);
    ck_assert_str_eq(reporter_endpoints("gpu1"), "gpu1:2");
}
END_TEST

START_TEST(a_host_that_is_removed_has_nothing_on_it)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    reporter_endpoint("gpu1:1", "");
    struct llmreg_host *h = reporter_get("gpu1");
    ck_assert_int_eq(llmreg_host_remove(fleet, "gpu1", ""), LLMREG_OK);
    ck_assert_str_eq(host_of("gpu1:1"), "");
    llmreg_each_on_host(fleet, h, NULL, NULL); /* calls nobody */
    llmreg_host_put(h);
}
END_TEST

START_TEST(an_address_that_moved_takes_its_endpoints_along)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    reporter_endpoint("10.0.0.1:1", "");
    reporter_wait(90);
    ck_assert_int_eq(reporter_says("gpu2", "10.0.0.1"), LLMREG_OK);
    ck_assert_str_eq(host_of("10.0.0.1:1"), "gpu2");
    ck_assert_str_eq(reporter_endpoints("gpu1"), "");
    ck_assert_str_eq(reporter_endpoints("gpu2"), "10.0.0.1:1");
}
END_TEST

/* ---- agents ---- */

static void add_agent(const char *id, const char *host)
{
    struct llmreg_agent_spec spec = people_spec(id, id);

    spec.host = host;
    (void)people_register(&spec);
}

static const char *host_of_agent(const char *agent)
{
    static char id[LLMREG_HOST_SIZE];
    struct llmreg_agent *a = people_get(agent);
    struct llmreg_host *h = llmreg_host_of_agent(fleet, a);

    ck_assert_int_eq(
        llmreg_copy(id, sizeof id, h == NULL ? "" : llmreg_host_id(h)),
        LLMREG_OK);
    llmreg_host_put(h);
    llmreg_agent_put(a);
    return id;
}

static bool add_id(void *ctx, struct llmreg_agent *a)
{
    struct llmreg_text *text = ctx;

    llmreg_text_addf(text, "%s ", llmreg_agent_id(a));
    return text->len < 8; /* two of them are enough */
}

static const char *agents_on(const char *host)
{
    static char ids[256];
    struct llmreg_text text;
    struct llmreg_host *h = reporter_get(host);

    llmreg_text_init(&text, ids, sizeof ids);
    llmreg_each_agent_on_host(fleet, h, add_id, &text);
    llmreg_host_put(h);
    return ids;
}

START_TEST(an_agent_and_its_host_find_each_other)
{
    add_agent("a-1", "GPU1");
    add_agent("a-2", "gpu2");
    ck_assert_str_eq(host_of_agent("a-1"), "");
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    ck_assert_int_eq(reporter_says("gpu2", ""), LLMREG_OK);
    ck_assert_str_eq(host_of_agent("a-1"), "gpu1");
    ck_assert_str_eq(host_of_agent("a-2"), "gpu2");
    ck_assert_str_eq(agents_on("gpu1"), "a-1 ");
    add_agent("a-1", "gpu2");
    ck_assert_str_eq(agents_on("gpu1"), "");
    ck_assert_str_eq(host_of_agent("a-1"), "gpu2");
}
END_TEST

START_TEST(an_agent_may_name_its_host_by_an_address)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1 10.0.0.2"), LLMREG_OK);
    add_agent("a-1", "::ffff:10.0.0.2");
    ck_assert_str_eq(host_of_agent("a-1"), "gpu1");
    ck_assert_str_eq(agents_on("gpu1"), "a-1 ");
}
END_TEST

START_TEST(an_agent_that_names_no_host_is_on_none)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    add_agent("a-1", "");
    ck_assert_str_eq(host_of_agent("a-1"), "");
    ck_assert_str_eq(agents_on("gpu1"), "");
}
END_TEST

START_TEST(a_walk_over_several_keys_is_left_once)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1 10.0.0.2"), LLMREG_OK);
    add_agent("a-1", "10.0.0.1");
    add_agent("a-2", "10.0.0.2");
    add_agent("a-3", "gpu1");
    ck_assert_uint_eq(strlen(agents_on("gpu1")), 8);
}
END_TEST

/* A3: each of the two is on the host of the one that announced it. */
START_TEST(localhosts_of_two_announcers_are_on_two_hosts)
{
    static const char *const peers[] = {"10.0.0.1", "10.0.0.2"};

    for (int i = 0; i < 2; i++) {
        struct llmreg_url url;
        ck_assert_int_eq(llmreg_url_parse("localhost:1", 0, &url, NULL), 0);
        ck_assert_int_eq(llmreg_url_announced(&url, peers[i], NULL), LLMREG_OK);
        reporter_endpoint(url.id, "");
    }
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    ck_assert_int_eq(reporter_says("gpu2", "10.0.0.2"), LLMREG_OK);
    ck_assert_str_eq(reporter_endpoints("gpu1"), "10.0.0.1:1");
    ck_assert_str_eq(reporter_endpoints("gpu2"), "10.0.0.2:1");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("host_links");
    TCase *t = tcase_create("host_links");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_loop_test(t, an_endpoint_and_its_host_find_each_other, 0,
                        sizeof kinds_of_links / sizeof kinds_of_links[0]);
    tcase_add_test(t, an_endpoint_on_no_host_that_reports_is_on_none);
    tcase_add_test(t, all_endpoints_on_a_host_are_found_once);
    tcase_add_test(t, an_endpoint_that_gets_an_owner_moves);
    tcase_add_test(t, an_endpoint_that_is_removed_is_on_no_host);
    tcase_add_test(t, a_host_that_is_removed_has_nothing_on_it);
    tcase_add_test(t, an_address_that_moved_takes_its_endpoints_along);
    tcase_add_test(t, an_agent_and_its_host_find_each_other);
    tcase_add_test(t, an_agent_may_name_its_host_by_an_address);
    tcase_add_test(t, an_agent_that_names_no_host_is_on_none);
    tcase_add_test(t, a_walk_over_several_keys_is_left_once);
    tcase_add_test(t, localhosts_of_two_announcers_are_on_two_hosts);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
