/* SPDX-License-Identifier: MIT */
/* test_tokens_memory.c - every change of tokens and audit, with each of its
 * allocations failed in turn: it says so, and nothing changed. */
#include <llmreg/audit.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scarce.h"
#include "tests/unit/keyring.h"

#define ID     "ab12cd34"
#define PAYER  "pays0000"
#define NEW_ID "zz99yy88"

static void setup(void)
{
    struct llmreg_token t = keyring_token(ID);
    const struct llmreg_token payer = keyring_enrolment(PAYER, 5);

    fleet_setup();
    t.approved = false;
    keyring_add(&t);
    keyring_add(&payer);
    fleet_skip_events();
}

static bool count(void *ctx, const struct llmreg_audit *entry)
{
    (void)entry;
    ++*(int *)ctx;
    return true;
}

/* All that a reader can see, as text. */
static void describe(char out[static 512])
{
    struct llmreg_token_counts n;
    int entries = 0;
    size_t len = (size_t)snprintf(out, 512, "%s|", keyring_line(ID));

    len += (size_t)snprintf(out + len, 512 - len, "%s|", keyring_line(PAYER));
    len += (size_t)snprintf(out + len, 512 - len, "%s|", keyring_line(NEW_ID));
    llmreg_token_count(fleet, &n);
    llmreg_each_audit(fleet, UINT64_MAX, count, &entries);
    (void)snprintf(out + len, 512 - len, "%zu %zu %zu|%d|%llu",
                   n.by_role[LLMREG_ROLE_AGENT], n.pending, n.revoked, entries,
                   (unsigned long long)llmreg_bus_last(fleet_bus));
}

/* ---- the operations ---- */

static int add(void)
{
    const struct llmreg_token t = keyring_token(NEW_ID);

    return llmreg_token_add(fleet, &t, &fleet_now, NULL, NULL);
}

static int seed(void)
{
    struct llmreg_token t = keyring_token(ID);

    t.role = LLMREG_ROLE_ADMIN;
    return llmreg_token_seed(fleet, &t, &fleet_now, NULL, NULL);
}

static int enrol(void)
{
    const struct llmreg_enrolment e = {PAYER, keyring_token(NEW_ID)};

    return llmreg_token_enrol(fleet, &e, &fleet_now, NULL, NULL);
}

static int spend(void)
{
    return llmreg_token_spend(fleet, PAYER, &fleet_now, NULL);
}

static int approve(void)
{
    return llmreg_token_approve(fleet, ID, &fleet_now, NULL);
}

static int revoke_it(void)
{
    return llmreg_token_revoke(fleet, ID, "", &fleet_now, NULL);
}

static int restore(void)
{
    const struct llmreg_token t = keyring_token(NEW_ID);

    return llmreg_token_restore(fleet, &t, 5, NULL);
}

static int recall(void)
{
    struct llmreg_token t = keyring_token(ID);

    t.revoked_ms = 5;
    return llmreg_token_recall(fleet, &t, 0, &fleet_now);
}

static const struct llmreg_audit entry = {.seq = 100,
                                          .who = "anonymous",
                                          .from = "::1",
                                          .what = "GET /",
                                          .subject = "",
                                          .detail = ""};

static int note(void)
{
    return llmreg_audit_add(fleet, &entry, &fleet_now, NULL, NULL);
}

static int remember(void)
{
    return llmreg_audit_restore(fleet, &entry, NULL);
}

static const struct {
    const char *name;
    int (*run)(void);
    int allocations; /* at least so many fail it */
} operations[] = {
    {"add", add, 2},         {"seed", seed, 1},
    {"enrol", enrol, 3},     {"spend", spend, 1},
    {"approve", approve, 1}, {"revoke", revoke_it, 1},
    {"restore", restore, 2}, {"recall", recall, 1},
    {"audit", note, 1},      {"remember", remember, 1},
};

START_TEST(without_memory_it_says_so_and_changes_nothing)
{
    char before[512], after[512];
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

START_TEST(an_event_without_memory_is_a_gap_and_the_change_stands)
{
    struct llmreg_subscription *s = NULL;
    const struct llmreg_event *event = NULL;

    ck_assert_int_eq(llmreg_subscribe(fleet_bus, UINT64_MAX, &s), LLMREG_OK);
    scarce_from(1); /* the value, then the event */
    int rc = approve();
    (void)scarce_end();
    ck_assert_int_eq(rc, LLMREG_OK);
    ck_assert_str_eq(keyring_line(ID), "agent valid @");
    ck_assert_int_eq(llmreg_subscription_next(s, &event), LLMREG_EGAP);
    scarce_from(1);
    rc = note();
    (void)scarce_end();
    ck_assert_int_eq(rc, LLMREG_OK);
    ck_assert_int_eq(llmreg_subscription_next(s, &event), LLMREG_EGAP);
    llmreg_unsubscribe(s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tokens_memory");
    TCase *tc = tcase_create("tokens_memory");

    tcase_add_checked_fixture(tc, setup, fleet_teardown);
    tcase_add_loop_test(tc, without_memory_it_says_so_and_changes_nothing, 0,
                        (int)(sizeof operations / sizeof operations[0]));
    tcase_add_test(tc, an_event_without_memory_is_a_gap_and_the_change_stands);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
