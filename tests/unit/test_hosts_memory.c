/* SPDX-License-Identifier: MIT */
/* test_hosts_memory.c - every operation on hosts, with each of its allocations
 * failed in turn: it says so, and nothing changed. */
#include <llmreg/hosts.h>
#include <llmreg/json.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scarce.h"
#include "tests/unit/fleet.h"
#include "tests/unit/reporter.h"

static void setup(void)
{
    fleet_setup();
    reporter_reset();
    reporter_endpoint("10.0.0.1:1", "");
}

static void add_first(void)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    reporter_resources.cpu_percent = 60;
    reporter_wait(10);
    fleet_skip_events();
}

/* All that a reader can see, as text. */
static void describe(char out[static 512])
{
    static const char *const keys[] = {"gpu1", "gpu2", "10.0.0.1", "10.0.0.2"};
    struct llmreg_host_counts n;
    struct llmreg_host *h = llmreg_host_get(fleet, "gpu1");
    size_t len = 0;

    llmreg_host_count(fleet, &n);
    for (size_t i = 0; i < 4; i++)
        len += (size_t)snprintf(out + len, 512 - len, "%s|",
                                reporter_find(keys[i]));
    len += (size_t)snprintf(out + len, 512 - len, "%zu %zu %zu|%llu", n.hosts,
                            n.fresh, n.stale,
                            (unsigned long long)llmreg_bus_last(fleet_bus));
    if (h == NULL)
        return;
    const struct llmreg_host_report *spec = llmreg_host_spec(h);
    const struct llmreg_sample *s = llmreg_host_sample(h, &fleet_now);
    (void)snprintf(out + len, 512 - len, "|%s|%.0f|%lld|%s", spec->name,
                   s == NULL ? -1 : s->resources.cpu_percent,
                   (long long)reporter_state("gpu1").reported_ms,
                   reporter_endpoints("gpu1"));
    llmreg_sample_put(s);
    llmreg_host_spec_put(spec);
    llmreg_host_put(h);
}

/* ---- the operations ---- */

static struct llmreg_host_report report;

static int send(void)
{
    return llmreg_host_report(fleet, &report, &fleet_now, NULL, NULL);
}

static void prepare_add(void)
{
    report = reporter_report("gpu2", "10.0.0.2");
}

static void prepare_again(void)
{
    add_first();
    report = reporter_report("gpu1", "10.0.0.1");
}

static void prepare_update(void)
{
    add_first();
    report = reporter_report("gpu1", "10.0.0.2 gpu1.lan");
    report.name = "other";
}

static int restore(void)
{
    const struct llmreg_host_state stored = {.sampled = true, .since_ms = 5};

    return llmreg_host_restore(fleet, &report, &stored, NULL);
}

static int write_away(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    (void)bytes;
    (void)len;
    return LLMREG_OK;
}

static int write_json(void)
{
    static struct llmreg_json_out w;
    struct llmreg_host *h = llmreg_host_get(fleet, "gpu1");

    llmreg_json_out_init(&w, write_away, NULL);
    llmreg_host_json(&w, NULL, h, &fleet_now);
    llmreg_host_put(h);
    return llmreg_json_out_end(&w);
}

static const struct {
    const char *name;
    void (*prepare)(void);
    int (*run)(void);
    int allocations; /* at least so many fail it */
} operations[] = {
    {"add", prepare_add, send, 9},       {"report", prepare_again, send, 3},
    {"update", prepare_update, send, 7}, {"restore", prepare_add, restore, 8},
    {"json", add_first, write_json, 1},
};

#define OPERATIONS ((int)(sizeof operations / sizeof operations[0]))

START_TEST(without_memory_it_says_so_and_changes_nothing)
{
    char before[512], after[512];
    int rc = LLMREG_ENOMEM, n;

    operations[_i].prepare();
    describe(before);
    for (n = 0;; n++) {
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
}
END_TEST

/* Refused all the same; only the count is poorer. */
START_TEST(a_claim_that_finds_no_memory_is_not_counted)
{
    add_first();
    report = reporter_report("gpu2", "10.0.0.1");
    int rc = LLMREG_ENOMEM;

    for (int n = 0; rc == LLMREG_ENOMEM; n++) {
        scarce_from(n);
        rc = send();
        (void)scarce_end();
    }
    ck_assert_int_eq(rc, LLMREG_EEXIST);
    ck_assert_uint_eq(reporter_state("gpu1").claims, 0);
    ck_assert_int_eq(send(), LLMREG_EEXIST);
    ck_assert_uint_eq(reporter_state("gpu1").claims, 1);
}
END_TEST

/* Time goes on whether there is memory or not. */
START_TEST(deadlines_need_no_memory)
{
    add_first();
    reporter_wait(7 * 86400);
    scarce_from(0);
    (void)llmreg_tick(fleet, &fleet_now);
    (void)scarce_end();
    ck_assert_str_eq(reporter_hosts(), "");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hosts_memory");
    TCase *t = tcase_create("hosts_memory");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_loop_test(t, without_memory_it_says_so_and_changes_nothing, 0,
                        OPERATIONS);
    tcase_add_test(t, a_claim_that_finds_no_memory_is_not_counted);
    tcase_add_test(t, deadlines_need_no_memory);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
