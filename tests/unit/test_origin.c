/* SPDX-License-Identifier: MIT */
/* test_origin.c - which Host and Origin can be no trick. */
#include "plugins/llm_listen/api/origin.h"

#include <check.h>
#include <stdlib.h>

static const char *const names[] = {"Hub.example", "llmreg"};

static const struct {
    const char *host;
    bool ours;
} hosts[] = {
    {NULL, false},
    {"", false},
    {"127.0.0.1", true},
    {"127.0.0.1:8437", true},
    {"[::1]:8437", true},
    {"[::1]", true},
    {"192.0.2.7:8437", true},
    {"localhost", true},
    {"LOCALHOST:8437", true},
    {"localhost.", true},
    {"hub.example", true},
    {"HUB.EXAMPLE:80", true},
    {"llmreg:1", true},
    {"evil.example", false},
    {"localhost.evil.example", false},
    {"127.0.0.1.evil.example", false},
    {"hub.example.evil.example", false},
    {"xhub.example", false},
    {"user@127.0.0.1", false},
    {"127.0.0.1/x", false},
    {"127.0.0.1?", false},
    {"127.0.0.1:99999", false},
    {"::1", false},
    {"http://127.0.0.1", false},
    {"0177.0.0.1", false},
};

START_TEST(a_host_is_ours_or_not)
{
    ck_assert_int_eq(origin_host_is_ours(hosts[_i].host, names, 2),
                     hosts[_i].ours);
}
END_TEST

static const struct {
    const char *origin, *host;
    bool same;
} origins[] = {
    {NULL, "127.0.0.1:8437", true},
    {"http://127.0.0.1:8437", "127.0.0.1:8437", true},
    {"https://127.0.0.1:8437", "127.0.0.1:8437", true},
    {"http://LOCALHOST:8437", "localhost:8437", true},
    {"http://127.0.0.1:8438", "127.0.0.1:8437", false},
    {"http://127.0.0.1", "127.0.0.1:8437", false},
    {"http://evil.example", "127.0.0.1:8437", false},
    {"http://127.0.0.1:8437.evil.example", "127.0.0.1:8437", false},
    {"null", "127.0.0.1:8437", false},
    {"", "127.0.0.1:8437", false},
    {"127.0.0.1:8437", "127.0.0.1:8437", false},
    {"http://127.0.0.1:8437", NULL, false},
};

START_TEST(an_origin_is_the_same_or_not)
{
    ck_assert_int_eq(origin_is_same(origins[_i].origin, origins[_i].host),
                     origins[_i].same);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("origin");
    TCase *tc = tcase_create("origin");

    tcase_add_loop_test(tc, a_host_is_ours_or_not, 0,
                        (int)(sizeof hosts / sizeof hosts[0]));
    tcase_add_loop_test(tc, an_origin_is_the_same_or_not, 0,
                        (int)(sizeof origins / sizeof origins[0]));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
