/* SPDX-License-Identifier: MIT */
/* test_who.c - who asks, and what the audit calls it. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct desk d;
static struct http_request req;
static struct who who;

static void setup(void)
{
    desk_open(&d);
    req = (struct http_request){
        .peer = "192.0.2.7", .unix_uid = -1, .door = &d.door, .now = d.now};
}

static void teardown(void)
{
    who_fini(&who);
    desk_close(&d);
}

static const char *text(void)
{
    static char out[200];

    who_text(&who, &req, out, sizeof out);
    return out;
}

static enum who_verdict find(const char *authorization)
{
    who_fini(&who);
    return who_find(d.registry, authorization, &req, &who);
}

START_TEST(a_token_is_its_owner_and_is_seen_to_be_used)
{
    char shown[WHO_TOKEN_SIZE + 8] = "Bearer ";

    memcpy(shown + 7, desk_token("reader"), WHO_TOKEN_SIZE);
    ck_assert_int_eq(find(shown), WHO_FINE);
    ck_assert_int_eq(who.kind, WHO_TOKEN);
    ck_assert_str_eq(text(), "token:readerrd reader");
    ck_assert_int_ge(llmreg_token_used(who.token), d.now.wall_ms / 1000 * 1000);
    /* The same length, another secret; and half of it. */
    shown[strlen(shown) - 1] ^= 1;
    ck_assert_int_eq(find(shown), WHO_WRONG);
    shown[30] = '\0';
    ck_assert_int_eq(find(shown), WHO_WRONG);
}
END_TEST

START_TEST(a_token_may_be_over_pending_or_spent)
{
    struct llmreg_token t = {.id = "limited0",
                             .name = "",
                             .agent = "",
                             .host = "",
                             .origin = "test",
                             .expires_ms = d.now.wall_ms + 1000};
    char shown[WHO_TOKEN_SIZE + 8] = "Bearer ", id[LLMREG_TOKEN_ID_SIZE];

    memcpy(shown + 7, desk_token("reader"), WHO_TOKEN_SIZE);
    memcpy(shown + 7 + 4, t.id, 8);
    ck_assert(who_parse(shown + 7, strlen(shown + 7), id, t.digest));
    ck_assert_str_eq(id, "limited0");
    ck_assert_int_eq(llmreg_token_add(d.registry, &t, &d.now, NULL, NULL),
                     LLMREG_OK);
    ck_assert_int_eq(find(shown), WHO_WRONG); /* pending */
    ck_assert_int_eq(llmreg_token_approve(d.registry, "limited0", &d.now, NULL),
                     LLMREG_OK);
    ck_assert_int_eq(find(shown), WHO_FINE);
    ck_assert_str_eq(text(), "token:limited0");
    req.now.wall_ms += 1000;
    ck_assert_int_eq(find(shown), WHO_WRONG);
}
END_TEST

START_TEST(nobody_is_told_apart_by_where_he_is)
{
    ck_assert_int_eq(find(NULL), WHO_FINE);
    ck_assert_int_eq(who.kind, WHO_NOBODY);
    ck_assert_str_eq(text(), "anonymous");
    req.peer = "10.1.2.3";
    ck_assert_int_eq(find(NULL), WHO_FINE);
    ck_assert_int_eq(who.kind, WHO_TOKENLESS);
    req.peer = "127.0.0.1";
    req.local = true;
    ck_assert_int_eq(find(NULL), WHO_FINE);
    ck_assert_int_eq(who.kind, WHO_LOCAL);
    ck_assert(!who.may_write);
    req.peer = "unix";
    req.unix_uid = 1000;
    req.door = &d.open_door;
    ck_assert_int_eq(find(NULL), WHO_FINE);
    ck_assert_int_eq(who.kind, WHO_LOCAL);
    ck_assert(who.may_write);
    ck_assert_str_eq(text(), "unix:uid=1000");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("who");
    TCase *tc = tcase_create("who");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_token_is_its_owner_and_is_seen_to_be_used);
    tcase_add_test(tc, a_token_may_be_over_pending_or_spent);
    tcase_add_test(tc, nobody_is_told_apart_by_where_he_is);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
