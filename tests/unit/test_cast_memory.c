/* SPDX-License-Identifier: MIT */
/* test_cast_memory.c - a page is told of everything, whichever allocation
 * failed meanwhile; a moment later, if it must be. */
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk_fleet.h"
#include "tests/support/desk_socket.h"
#include "tests/support/scarce.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct desk d;
static struct peer page;

static void open_with(unsigned dialects, const char *what)
{
    desk_open_with(&d, dialects);
    peer_open(&page, &d, "reader", what);
}

static void teardown(void)
{
    (void)scarce_end();
    peer_close(&page, 1000);
    desk_close(&d);
}

/* It hears of it, by name or by a word that makes it ask. */
static bool hears_of(const char *host)
{
    for (int tries = 0; tries < 5; tries++) {
        desk_pass(&d, 1000);
        for (bool more = peer_hear(&page); more; more = peer_next(&page))
            if (strstr(page.said, host) != NULL ||
                strstr(page.said, "llm_registry_update") != NULL)
                return true;
    }
    return false;
}

/* News while the n-th allocation fails.  True: one did. */
static bool hear_with_one_failing(long n)
{
    bool failed;

    scarce_from(n);
    fake_socket_news(page.call);
    failed = scarce_end();
    return failed;
}

/* How many failures there were to try. */
static long try_all(void)
{
    bool failed = true;
    char host[32];
    long n = 0;

    for (; failed && n < 1000; n++) {
        snprintf(host, sizeof host, "host%ld", n);
        desk_add(&d, host, "");
        ck_assert(hears_of(host));
        snprintf(host, sizeof host, "other%ld", n);
        desk_add(&d, host, "");
        desk_pass(&d, 1000);
        peer_await(&page);
        failed = hear_with_one_failing(n);
        ck_assert_uint_eq(fake_socket_code(page.call), 0);
        ck_assert_msg(hears_of(host), "%ld: %s", n, page.said);
    }
    return n;
}

START_TEST(a_dashboard_is_told_in_the_end)
{
    open_with(DIALECT_BIT(AGENTCOM), "GET /ws/dashboard");
    ck_assert_int_gt(try_all(), 2);
}
END_TEST

START_TEST(a_page_of_backends_is_told_in_the_end)
{
    open_with(DIALECT_BIT(NEXUS), "GET /ws");
    ck_assert_int_gt(try_all(), 2);
}
END_TEST

START_TEST(without_any_memory_it_waits)
{
    open_with(DIALECT_BIT(AGENTCOM), "GET /ws/dashboard");
    peer_await(&page);
    scarce_all();
    fake_socket_news(page.call);
    ck_assert(scarce_end());
    ck_assert(!peer_next(&page));
    ck_assert(fake_socket_again(page.call));
    ck_assert(peer_hear(&page));
    peer_expect(&page, "type", "snapshot");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cast memory");
    TCase *t = tcase_create("memory");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_dashboard_is_told_in_the_end);
    tcase_add_test(t, a_page_of_backends_is_told_in_the_end);
    tcase_add_test(t, without_any_memory_it_waits);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
