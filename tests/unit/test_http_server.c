/* SPDX-License-Identifier: MIT */
/* test_http_server.c - calls from head to end, over real sockets. */
#include "tests/support/http_client.h"
#include "tests/support/http_world.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct world world;

static void set_up(void)
{
    world_open(&world);
    world_start(&world);
}

static void tear_down(void)
{
    world_close(&world);
}

START_TEST(a_route_sees_what_was_asked)
{
    struct client *c = client_open(world.port);
    struct answer a;

    client_ask(c, "PUT", "/echo?a=1&b=%20+", "body");
    client_read(c, &a);
    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(a.body, "PUT\n/echo\na=1&b=%20+\nbody");
    client_ask(c, "HEAD", "/echo", NULL);
    client_read_head(c, &a);
    ck_assert_int_eq(a.status, 200);
    client_ask(c, "GET", "/fixed", NULL);
    client_read(c, &a);
    ck_assert_str_eq(a.body, "{\"ok\":true}");
    client_close(c);
}
END_TEST

START_TEST(many_calls_go_over_one_connection)
{
    struct client *c = client_open(world.port);
    struct answer a;

    for (int i = 0; i < 1000; i++) {
        client_ask(c, "POST", i % 2 == 0 ? "/fixed" : "/echo", "x");
        client_read(c, &a);
        ck_assert_int_eq(a.status, 200);
    }
    ck_assert_uint_eq(atomic_load(&world.runs), 1000);
    client_close(c);
}
END_TEST

START_TEST(a_held_call_goes_on_when_it_is_released)
{
    struct client *c = client_open(world.port);
    struct answer a;

    for (int i = 0; i < 100; i++) {
        client_ask(c, "GET", "/hold", NULL);
        world_await_held(&world, 1);
        world_release(&world);
        client_read(c, &a);
        ck_assert_str_eq(a.body, "released");
    }
    client_close(c);
}
END_TEST

START_TEST(a_stream_says_what_is_published_until_the_server_stops)
{
    struct client *c = client_open(world.port);
    struct answer a;

    client_ask(c, "GET", "/stream", NULL);
    client_read_head(c, &a);
    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(answer_header(&a, "Content-Type"), "text/event-stream");
    world_await_held(&world, 1);
    world_publish(&world, "one");
    ck_assert(client_await(c, "one"));
    world_await_held(&world, 1);
    world_publish(&world, "two");
    ck_assert(client_await(c, "two"));
    world_stop(&world);
    ck_assert(client_await(c, "\r\n0\r\n\r\n"));
    ck_assert(client_ends(c, 1000));
    client_close(c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("http_server");
    TCase *t = tcase_create("http_server");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_route_sees_what_was_asked);
    tcase_add_test(t, many_calls_go_over_one_connection);
    tcase_add_test(t, a_held_call_goes_on_when_it_is_released);
    tcase_add_test(t, a_stream_says_what_is_published_until_the_server_stops);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
