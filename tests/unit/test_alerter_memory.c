/* SPDX-License-Identifier: MIT */
/* test_alerter_memory.c - each allocation of judgements and of a pass failed in
 * turn: an alert is as it was or as it is to be, and with memory again all of
 * them are as if there had always been some, each raised as often.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scarce.h"
#include "tests/support/tenants.h"
#include "tests/support/watch.h"

#define FLEET 15
#define LINE  160

/* ---- what can be seen ---- */

struct seen {
    char lines[64][LINE]; /* one for each alert, sorted */
    size_t count;
};

static bool see(void *ctx, const struct llmreg_alert *a)
{
    struct seen *s = ctx;

    ck_assert_uint_lt(s->count, sizeof s->lines / sizeof s->lines[0]);
    snprintf(s->lines[s->count++], LINE, "%s %s %s %u %s", a->id,
             llmreg_severity_text(a->s.severity),
             llmreg_severity_text(a->s.pending), a->times, a->state);
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void look_at_all(struct seen *s)
{
    memset(s, 0, sizeof *s);
    llmreg_each_alert(watch_room.registry, see, s);
    qsort(s->lines, s->count, LINE, by_bytes);
}

static bool has(const struct seen *s, const char *line)
{
    return bsearch(line, s->lines, s->count, LINE, by_bytes) != NULL;
}

/* ---- what happens ---- */

static void fails_twice(const char *name)
{
    room_observe(&watch_room, name, LLMREG_REASON_REFUSED);
    room_pass(&watch_room, 30000);
    room_observe(&watch_room, name, LLMREG_REASON_REFUSED);
}

static void one_goes_down(void)
{
    room_models(&watch_room, "gpu0", "only:here");
    watch_pass(1000);
    fails_twice("gpu0");
}

static void one_is_up_again(void)
{
    one_goes_down();
    watch_pass(1000);
    watch_tell("endpoint_unhealthy/gpu0:11434");
    room_observe(&watch_room, "gpu0", LLMREG_REASON_OK);
}

static void its_reason_is_another(void)
{
    one_goes_down();
    watch_pass(1000);
    room_observe(&watch_room, "gpu0", LLMREG_REASON_HTTP_STATUS);
}

static void it_is_removed(void)
{
    one_goes_down();
    watch_pass(1000);
    room_remove(&watch_room, "gpu0");
}

static void many_only_pend(void)
{
    watch_rules[LLMREG_RULE_ENDPOINT_UNHEALTHY].after_ns = 60 * LLMREG_NS_PER_S;
    watch_observe_many("gpu", FLEET, LLMREG_REASON_BUSY);
}

static void all_go_down(void)
{
    watch_observe_many("gpu", FLEET, LLMREG_REASON_REFUSED);
    watch_pass(30000);
    watch_observe_many("gpu", FLEET, LLMREG_REASON_REFUSED);
}

static void agents_and_hosts_fall_silent(void)
{
    tenant_add(&watch_room, "scout");
    tenant_beat(&watch_room, "scout", LLMREG_PRESENCE_ONLINE);
    host_report(&watch_room, "node7");
    watch_pass(1000);
    room_pass(&watch_room, 3600000);
    (void)llmreg_tick(watch_room.registry, &watch_room.now);
}

static void the_store_fails(void)
{
    standing_set(watch_store, LLMREG_ENOSPACE, watch_room.now.wall_ms,
                 "/x: disk full");
}

static const struct {
    void (*happens)(void);
    int allocations; /* at least so many fail it */
} cases[] = {
    {one_goes_down, 8},
    {one_is_up_again, 4},
    {its_reason_is_another, 1},
    {it_is_removed, 4},
    {many_only_pend, 2 * FLEET},
    {all_go_down, 4},
    {agents_and_hosts_fall_silent, 8},
    {the_store_fails, 4},
};

#define CASES ((int)(sizeof cases / sizeof cases[0]))

static void begin(int i)
{
    watch_setup();
    watch_add_many("gpu", FLEET);
    watch_pass(1000);
    cases[i].happens();
    room_pass(&watch_room, 1000); /* a pass is due */
}

/* It hears of it and makes a pass, without allocation n. */
static bool work_without(long n)
{
    scarce_from(n);
    watch_look();
    (void)alerter_step(watch_alerter, &watch_room.now);
    return scarce_end();
}

static void heal(struct seen *out)
{
    for (int i = 0; i < 3; i++)
        watch_pass(1000);
    look_at_all(out);
}

static void expect_same(const struct seen *a, const struct seen *b, long n)
{
    for (size_t i = 0; i < a->count || i < b->count; i++)
        ck_assert_msg(strcmp(a->lines[i], b->lines[i]) == 0,
                      "allocation %ld: %s, not %s", n, a->lines[i],
                      b->lines[i]);
}

START_TEST(an_alert_is_as_it_was_or_as_it_is_to_be)
{
    struct seen before, at_once, now;
    bool failed = true;
    long n;

    begin(_i);
    look_at_all(&before);
    ck_assert(!work_without(LONG_MAX));
    look_at_all(&at_once);
    watch_teardown();
    for (n = 0; failed; n++) {
        begin(_i);
        failed = work_without(n);
        look_at_all(&now);
        for (size_t i = 0; i < now.count; i++)
            ck_assert_msg(has(&before, now.lines[i]) ||
                              has(&at_once, now.lines[i]),
                          "allocation %ld: %s", n, now.lines[i]);
        watch_teardown();
    }
    ck_assert_int_gt(n, cases[_i].allocations);
}
END_TEST

START_TEST(with_memory_again_all_is_as_if_there_had_been_some)
{
    struct seen reference, healed;
    bool failed = true;

    begin(_i);
    ck_assert(!work_without(LONG_MAX));
    heal(&reference);
    watch_teardown();
    for (long n = 0; failed; n++) {
        begin(_i);
        failed = work_without(n);
        heal(&healed);
        expect_same(&healed, &reference, n);
        watch_teardown();
    }
}
END_TEST

START_TEST(however_long_there_was_none_all_is_found_after)
{
    struct seen reference, healed;

    begin(_i);
    ck_assert(!work_without(LONG_MAX));
    heal(&reference);
    watch_teardown();
    begin(_i);
    for (int i = 0; i < 3; i++) {
        scarce_all();
        watch_look();
        (void)alerter_step(watch_alerter, &watch_room.now);
        ck_assert(scarce_end());
        room_pass(&watch_room, 1000);
    }
    heal(&healed);
    expect_same(&healed, &reference, -1);
    watch_teardown();
}
END_TEST

START_TEST(it_is_there_or_it_is_not)
{
    const struct llmreg_registry_conf limits = llmreg_registry_conf();
    struct alerter *other = NULL;

    watch_setup();
    const struct store_world world = {watch_room.registry, watch_room.bus,
                                      &watch_room.clock, &watch_room.log};
    const struct alerter_conf conf = {watch_rules, &limits, watch_store,
                                      watch_care,  0,       0};
    scarce_from(0);
    int rc = alerter_new(&other, &world, &conf);
    ck_assert(scarce_end());
    ck_assert_int_eq(rc, LLMREG_ENOMEM);
    ck_assert_ptr_null(other);
    watch_teardown();
}
END_TEST

/* What was not looked at may have no room either. */
START_TEST(a_pass_that_could_not_look_at_all_does_not_say_there_is_room)
{
    watch_share = 3;
    begin(4);
    watch_pass(1000);
    ck_assert(room_logged(&watch_room, "more are left out"));
    scarce_all();
    room_pass(&watch_room, 1000);
    (void)alerter_step(watch_alerter, &watch_room.now);
    ck_assert(scarce_end());
    ck_assert(!room_logged(&watch_room, "there is room"));
    watch_share = 0;
    watch_teardown();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alerter_memory");
    TCase *tc = tcase_create("alerter_memory");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, it_is_there_or_it_is_not);
    tcase_add_loop_test(tc, an_alert_is_as_it_was_or_as_it_is_to_be, 0, CASES);
    tcase_add_loop_test(tc, with_memory_again_all_is_as_if_there_had_been_some,
                        0, CASES);
    tcase_add_loop_test(tc, however_long_there_was_none_all_is_found_after, 0,
                        CASES);
    tcase_add_test(
        tc, a_pass_that_could_not_look_at_all_does_not_say_there_is_room);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
