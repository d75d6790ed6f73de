/* SPDX-License-Identifier: MIT */
/* test_tokens.c - what is done to a token: made, bound, approved, revoked. */
#include "common/registry/tokens_table.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/keyring.h"

#define ID  "ab12cd34"
#define ID2 "zz99yy88"

static uint64_t seq;

static int add(const char *id)
{
    const struct llmreg_token t = keyring_token(id);

    return llmreg_token_add(fleet, &t, &fleet_now, &seq, NULL);
}

static int bind_to(const char *agent, const char *host)
{
    const struct llmreg_binding to = {agent, host};

    return llmreg_token_bind(fleet, ID, &to, &fleet_now, &seq);
}

static int revoke_it(void)
{
    return llmreg_token_revoke(fleet, ID, "lost", &fleet_now, &seq);
}

/* ---- made ---- */

START_TEST(a_new_token_is_an_event_and_there)
{
    ck_assert_int_eq(add(ID), LLMREG_OK);
    ck_assert_uint_eq(seq, llmreg_bus_last(fleet_bus));
    ck_assert_str_eq(keyring_event(), "registered " ID " >valid file");
    ck_assert_str_eq(keyring_line(ID), "agent valid @");
    ck_assert_str_eq(keyring_line(ID2), "none");
}
END_TEST

START_TEST(a_new_token_begins_now_whatever_it_says)
{
    struct llmreg_token t = keyring_enrolment(ID, 3);

    t.created_ms = 1;
    t.revoked_ms = 1;
    t.uses_left = 1;
    keyring_add(&t);
    const struct llmreg_token *is = llmreg_token_get(fleet, ID);
    ck_assert_int_eq(is->created_ms, fleet_now.wall_ms);
    ck_assert_int_eq(is->revoked_ms, 0);
    ck_assert_uint_eq(is->uses_left, 3);
    ck_assert_mem_eq(is->digest, t.digest, sizeof t.digest);
    llmreg_token_put(is);
}
END_TEST

START_TEST(a_host_is_kept_in_its_one_spelling)
{
    struct llmreg_token t = keyring_token(ID);

    t.host = "GPU1.Example.";
    keyring_add(&t);
    ck_assert_str_eq(keyring_line(ID), "agent valid @gpu1.example");
    ck_assert_int_eq(bind_to("", "gpu1.EXAMPLE"), LLMREG_OK);
    ck_assert_uint_eq(seq, 0);
}
END_TEST

START_TEST(an_id_is_given_once)
{
    struct llmreg_error err = {""};
    const struct llmreg_token t = keyring_token(ID);

    keyring_add(&t);
    ck_assert_int_eq(llmreg_token_add(fleet, &t, &fleet_now, &seq, &err),
                     LLMREG_EEXIST);
    ck_assert_ptr_nonnull(strstr(err.text, ID));
    ck_assert_int_eq(revoke_it(), LLMREG_OK);
    ck_assert_int_eq(add(ID), LLMREG_EEXIST);
}
END_TEST

START_TEST(what_is_not_valid_is_not_taken)
{
    struct llmreg_error err = {""};
    struct llmreg_token t = keyring_token("nope");

    ck_assert_int_eq(llmreg_token_add(fleet, &t, &fleet_now, &seq, &err),
                     LLMREG_EINVAL);
    ck_assert_str_ne(err.text, "");
    ck_assert_int_eq(llmreg_token_seed(fleet, &t, &fleet_now, &seq, &err),
                     LLMREG_EINVAL);
    ck_assert_int_eq(llmreg_token_restore(fleet, &t, 0, &err), LLMREG_EINVAL);
    ck_assert_str_eq(keyring_event(), "");
}
END_TEST

/* ---- a line of a token file ---- */

static int seed(const struct llmreg_token *t)
{
    return llmreg_token_seed(fleet, t, &fleet_now, &seq, NULL);
}

START_TEST(a_line_makes_a_token_once)
{
    const struct llmreg_token t = keyring_token(ID);

    ck_assert_int_eq(seed(&t), LLMREG_OK);
    ck_assert_str_eq(keyring_event(), "registered " ID " >valid file");
    fleet_now.wall_ms += 5000;
    ck_assert_int_eq(seed(&t), LLMREG_OK);
    ck_assert_uint_eq(seq, 0);
    ck_assert_str_eq(keyring_event(), "");
}
END_TEST

START_TEST(a_line_that_changed_changes_its_token)
{
    struct llmreg_token t = keyring_token(ID);

    keyring_add(&t);
    ck_assert_int_eq(bind_to("a-1", "gpu1"), LLMREG_OK);
    fleet_skip_events();
    t.digest[0] = 9;
    ck_assert_int_eq(seed(&t), LLMREG_OK);
    ck_assert_str_eq(keyring_event(), "updated " ID " valid>valid file");
    ck_assert_str_eq(keyring_line(ID), "agent valid a-1@gpu1");
    t.role = LLMREG_ROLE_ADMIN;
    ck_assert_int_eq(seed(&t), LLMREG_OK);
    ck_assert_str_eq(keyring_line(ID), "admin valid @");
}
END_TEST

START_TEST(a_line_does_not_refill_an_enrolment)
{
    struct llmreg_token t = keyring_enrolment(ID, 2);

    keyring_add(&t);
    ck_assert_int_eq(llmreg_token_spend(fleet, ID, &fleet_now, &seq),
                     LLMREG_OK);
    ck_assert_int_eq(seed(&t), LLMREG_OK);
    ck_assert_str_eq(keyring_line(ID), "agent valid @ 1 of 2");
    t.uses = 5;
    ck_assert_int_eq(seed(&t), LLMREG_OK);
    ck_assert_str_eq(keyring_line(ID), "agent valid @ 5 of 5");
}
END_TEST

START_TEST(a_line_does_not_bring_back_what_was_revoked)
{
    const struct llmreg_token t = keyring_token(ID);

    keyring_add(&t);
    ck_assert_int_eq(revoke_it(), LLMREG_OK);
    ck_assert_int_eq(seed(&t), LLMREG_EEXIST);
    ck_assert_str_eq(keyring_line(ID), "agent revoked @");
}
END_TEST

START_TEST(a_line_does_not_touch_what_others_made)
{
    struct llmreg_token t = keyring_token(ID);

    t.origin = "api";
    keyring_add(&t);
    t.origin = "file";
    t.role = LLMREG_ROLE_ADMIN;
    ck_assert_int_eq(seed(&t), LLMREG_EEXIST);
    ck_assert_str_eq(keyring_line(ID), "agent valid @");
}
END_TEST

/* ---- enrolment ---- */

static int enrol(const char *by, const char *id)
{
    struct llmreg_enrolment e = {by, keyring_token(id)};

    e.token.origin = "enrolment";
    return llmreg_token_enrol(fleet, &e, &fleet_now, &seq, NULL);
}

START_TEST(one_token_pays_for_another_until_it_is_spent)
{
    const struct llmreg_token t = keyring_enrolment(ID, 1);

    keyring_add(&t);
    fleet_skip_events();
    ck_assert_int_eq(enrol(ID, ID2), LLMREG_OK);
    ck_assert_uint_eq(seq, llmreg_bus_last(fleet_bus));
    ck_assert_str_eq(keyring_event(), "updated " ID " valid>spent used");
    ck_assert_str_eq(keyring_event(), "registered " ID2 " >valid enrolment");
    ck_assert_str_eq(keyring_line(ID), "agent spent @ 0 of 1");
    ck_assert_int_eq(enrol(ID, "third000"), LLMREG_ESTALE);
    ck_assert_str_eq(keyring_line("third000"), "none");
    ck_assert_str_eq(keyring_event(), "");
}
END_TEST

START_TEST(nobody_pays_for_what_cannot_be_made)
{
    const struct llmreg_token t = keyring_enrolment(ID, 1);

    keyring_add(&t);
    ck_assert_int_eq(enrol(ID, ID), LLMREG_EEXIST);
    ck_assert_int_eq(enrol("nobody00", ID2), LLMREG_ENOENT);
    ck_assert_int_eq(enrol(ID, "x"), LLMREG_EINVAL);
    ck_assert_str_eq(keyring_line(ID), "agent valid @ 1 of 1");
    ck_assert_str_eq(keyring_line(ID2), "none");
}
END_TEST

START_TEST(only_a_valid_enrolment_pays)
{
    struct llmreg_token plain = keyring_token(ID);
    struct llmreg_token pending = keyring_enrolment(ID2, 9);
    struct llmreg_error err = {""};
    const struct llmreg_enrolment e = {ID, keyring_token("third000")};

    pending.approved = false;
    keyring_add(&plain);
    keyring_add(&pending);
    ck_assert_int_eq(enrol(ID, "third000"), LLMREG_ESTALE);
    ck_assert_int_eq(enrol(ID2, "third000"), LLMREG_ESTALE);
    ck_assert_int_eq(llmreg_token_enrol(fleet, &e, &fleet_now, NULL, &err),
                     LLMREG_ESTALE);
    ck_assert_ptr_nonnull(strstr(err.text, ID));
    ck_assert_int_eq(llmreg_token_spend(fleet, ID2, &fleet_now, &seq),
                     LLMREG_ESTALE);
    ck_assert_int_eq(llmreg_token_spend(fleet, "nobody00", &fleet_now, NULL),
                     LLMREG_ENOENT);
}
END_TEST

/* ---- bound ---- */

START_TEST(the_first_use_binds)
{
    const struct llmreg_token t = keyring_token(ID);

    keyring_add(&t);
    fleet_skip_events();
    ck_assert_int_eq(bind_to("a-1", ""), LLMREG_OK);
    ck_assert_str_eq(keyring_event(), "updated " ID " valid>valid bound");
    ck_assert_str_eq(keyring_line(ID), "agent valid a-1@");
    ck_assert_int_eq(bind_to("a-1", "gpu1"), LLMREG_OK);
    ck_assert_str_eq(keyring_line(ID), "agent valid a-1@gpu1");
}
END_TEST

START_TEST(the_same_again_changes_nothing)
{
    const struct llmreg_token t = keyring_token(ID);

    keyring_add(&t);
    ck_assert_int_eq(bind_to("a-1", "gpu1"), LLMREG_OK);
    fleet_skip_events();
    ck_assert_int_eq(bind_to("a-1", "gpu1"), LLMREG_OK);
    ck_assert_uint_eq(seq, 0);
    ck_assert_int_eq(bind_to("", ""), LLMREG_OK);
    ck_assert_str_eq(keyring_event(), "");
}
END_TEST

START_TEST(a_bound_token_is_nobody_elses)
{
    const struct llmreg_token t = keyring_token(ID);

    keyring_add(&t);
    ck_assert_int_eq(bind_to("a-1", "gpu1"), LLMREG_OK);
    ck_assert_int_eq(bind_to("a-2", ""), LLMREG_EEXIST);
    ck_assert_int_eq(bind_to("a-1", "gpu2"), LLMREG_EEXIST);
    ck_assert_str_eq(keyring_line(ID), "agent valid a-1@gpu1");
}
END_TEST

START_TEST(what_cannot_be_bound_is_not)
{
    struct llmreg_token reader = keyring_token(ID2);
    const struct llmreg_token t = keyring_token(ID);
    const struct llmreg_binding to = {"a-1", ""};

    ck_assert_int_eq(bind_to("a-1", ""), LLMREG_ENOENT);
    keyring_add(&t);
    reader.role = LLMREG_ROLE_READER;
    keyring_add(&reader);
    ck_assert_int_eq(llmreg_token_bind(fleet, ID2, &to, &fleet_now, NULL),
                     LLMREG_EINVAL);
    ck_assert_int_eq(bind_to("a b", ""), LLMREG_EINVAL);
    ck_assert_int_eq(bind_to("", "b/c"), LLMREG_EINVAL);
    ck_assert_int_eq(revoke_it(), LLMREG_OK);
    ck_assert_int_eq(bind_to("a-1", ""), LLMREG_ESTALE);
}
END_TEST

START_TEST(an_enrolment_is_bound_to_nobody)
{
    const struct llmreg_token t = keyring_enrolment(ID, 2);

    keyring_add(&t);
    ck_assert_int_eq(bind_to("a-1", ""), LLMREG_EINVAL);
}
END_TEST

/* ---- approved, revoked, forgotten ---- */

START_TEST(a_pending_token_is_approved_once)
{
    struct llmreg_token t = keyring_token(ID);

    t.approved = false;
    keyring_add(&t);
    ck_assert_str_eq(keyring_event(), "registered " ID " >pending file");
    ck_assert_int_eq(bind_to("a-1", ""), LLMREG_ESTALE);
    ck_assert_int_eq(llmreg_token_approve(fleet, ID, &fleet_now, &seq),
                     LLMREG_OK);
    ck_assert_str_eq(keyring_event(), "updated " ID " pending>valid approved");
    ck_assert_int_eq(llmreg_token_approve(fleet, ID, &fleet_now, &seq),
                     LLMREG_OK);
    ck_assert_uint_eq(seq, 0);
    ck_assert_int_eq(revoke_it(), LLMREG_OK);
    ck_assert_int_eq(llmreg_token_approve(fleet, ID, &fleet_now, &seq),
                     LLMREG_ESTALE);
    ck_assert_int_eq(llmreg_token_approve(fleet, ID2, &fleet_now, NULL),
                     LLMREG_ENOENT);
}
END_TEST

START_TEST(a_revoked_token_stays_as_a_tombstone)
{
    const struct llmreg_token t = keyring_token(ID);

    keyring_add(&t);
    fleet_skip_events();
    fleet_now.wall_ms += 7;
    ck_assert_int_eq(revoke_it(), LLMREG_OK);
    ck_assert_str_eq(keyring_event(), "removed " ID " valid>revoked lost");
    const struct llmreg_token *is = llmreg_token_get(fleet, ID);
    ck_assert_int_eq(is->revoked_ms, fleet_now.wall_ms);
    llmreg_token_put(is);
    fleet_now.wall_ms += 7;
    ck_assert_int_eq(revoke_it(), LLMREG_OK);
    ck_assert_uint_eq(seq, 0);
    ck_assert_int_eq(llmreg_token_revoke(fleet, ID2, "", &fleet_now, &seq),
                     LLMREG_ENOENT);
}
END_TEST

START_TEST(only_a_tombstone_is_forgotten)
{
    const struct llmreg_token t = keyring_token(ID);

    ck_assert_int_eq(llmreg_token_forget(fleet, ID, &fleet_now, &seq),
                     LLMREG_ENOENT);
    keyring_add(&t);
    ck_assert_int_eq(llmreg_token_forget(fleet, ID, &fleet_now, &seq),
                     LLMREG_EBUSY);
    ck_assert_int_eq(revoke_it(), LLMREG_OK);
    fleet_skip_events();
    ck_assert_int_eq(llmreg_token_forget(fleet, ID, &fleet_now, &seq),
                     LLMREG_OK);
    ck_assert_uint_eq(seq, llmreg_bus_last(fleet_bus));
    ck_assert_str_eq(keyring_event(), "removed " ID " revoked> forgotten");
    ck_assert_str_eq(keyring_line(ID), "none");
    ck_assert_int_eq(add(ID), LLMREG_OK);
}
END_TEST

/* ---- used ---- */

START_TEST(the_last_use_is_no_event_and_is_kept_over_changes)
{
    const struct llmreg_token t = keyring_token(ID);

    keyring_add(&t);
    fleet_skip_events();
    const struct llmreg_token *is = llmreg_token_get(fleet, ID);
    ck_assert_int_eq(llmreg_token_used(is), 0);
    llmreg_token_use(is, 5000);
    llmreg_token_use(is, 5999); /* of the same second */
    ck_assert_int_eq(llmreg_token_used(is), 5000);
    llmreg_token_use(is, 6000);
    llmreg_token_put(is);
    ck_assert_str_eq(keyring_event(), "");
    ck_assert_int_eq(bind_to("a-1", ""), LLMREG_OK);
    is = llmreg_token_get(fleet, ID);
    ck_assert_int_eq(llmreg_token_used(is), 6000);
    llmreg_token_use(is, 1000); /* the clock was set back */
    ck_assert_int_eq(llmreg_token_used(is), 1000);
    llmreg_token_put(is);
}
END_TEST

START_TEST(a_reference_outlives_its_token)
{
    const struct llmreg_token t = keyring_token(ID);

    keyring_add(&t);
    const struct llmreg_token *is = llmreg_token_get(fleet, ID);
    ck_assert_int_eq(revoke_it(), LLMREG_OK);
    ck_assert_int_eq(llmreg_token_forget(fleet, ID, &fleet_now, NULL),
                     LLMREG_OK);
    ck_assert_str_eq(is->name, "rack 7");
    ck_assert_int_eq(is->revoked_ms, 0);
    llmreg_token_put(is);
    llmreg_token_put(NULL);
}
END_TEST

/* ---- remembered ---- */

START_TEST(what_is_remembered_comes_back_as_it_was_and_silently)
{
    struct llmreg_token t = keyring_enrolment(ID, 9);
    struct llmreg_error err = {""};

    t.uses_left = 4;
    t.created_ms = 77;
    t.revoked_ms = 88;
    ck_assert_int_eq(llmreg_token_restore(fleet, &t, 66, &err), LLMREG_OK);
    ck_assert_str_eq(keyring_event(), "");
    const struct llmreg_token *is = llmreg_token_get(fleet, ID);
    ck_assert(token_part_alike(is, &t));
    ck_assert_int_eq(llmreg_token_used(is), 66);
    llmreg_token_put(is);
    ck_assert_int_eq(llmreg_token_restore(fleet, &t, 66, &err), LLMREG_EEXIST);
}
END_TEST

/* As a file says that was read late: made anew meanwhile. */
static int recall(const struct llmreg_token *stored, int64_t used_ms)
{
    fleet_skip_events();
    return llmreg_token_recall(fleet, stored, used_ms, &fleet_now);
}

START_TEST(a_revocation_that_is_remembered_wins)
{
    struct llmreg_token t = keyring_token(ID);

    ck_assert_int_eq(recall(&t, 0), LLMREG_ENOENT);
    keyring_add(&t);
    t.revoked_ms = 77;
    ck_assert_int_eq(recall(&t, 0), LLMREG_OK);
    ck_assert_str_eq(keyring_event(),
                     "removed " ID " valid>revoked remembered");
    ck_assert_str_eq(keyring_line(ID), "agent revoked @");
    t.revoked_ms = 0;
    ck_assert_int_eq(recall(&t, 0), LLMREG_OK);
    ck_assert_str_eq(keyring_line(ID), "agent revoked @");
}
END_TEST

START_TEST(what_was_learned_before_is_remembered_where_it_is_missing)
{
    struct llmreg_token t = keyring_token(ID);

    keyring_add(&t);
    ck_assert_int_eq(bind_to("a-2", ""), LLMREG_OK);
    t.agent = "a-1";
    t.host = "gpu1";
    t.created_ms = 5;
    ck_assert_int_eq(recall(&t, 900), LLMREG_OK);
    ck_assert_str_eq(keyring_event(), "updated " ID " valid>valid remembered");
    ck_assert_str_eq(keyring_line(ID), "agent valid a-2@gpu1");
    const struct llmreg_token *is = llmreg_token_get(fleet, ID);
    ck_assert_int_eq(is->created_ms, 5);
    ck_assert_int_eq(llmreg_token_used(is), 900);
    llmreg_token_put(is);
    ck_assert_int_eq(recall(&t, 100), LLMREG_OK);
    ck_assert_str_eq(keyring_event(), "");
}
END_TEST

START_TEST(what_was_spent_before_stays_spent)
{
    struct llmreg_token t = keyring_enrolment(ID, 9);

    keyring_add(&t);
    t.uses_left = 4;
    ck_assert_int_eq(recall(&t, 0), LLMREG_OK);
    ck_assert_str_eq(keyring_line(ID), "agent valid @ 4 of 9");
    t.uses_left = 6;
    ck_assert_int_eq(recall(&t, 0), LLMREG_OK);
    ck_assert_str_eq(keyring_line(ID), "agent valid @ 4 of 9");
}
END_TEST

/* ---- many ---- */

static bool count_up(void *ctx, const struct llmreg_token *t)
{
    size_t *left = ctx;

    ck_assert_str_ne(t->id, "");
    return --*left != 0;
}

START_TEST(a_walk_sees_each_until_it_is_stopped)
{
    size_t left = 2, all = 99;

    ck_assert_int_eq(add(ID), LLMREG_OK);
    ck_assert_int_eq(add(ID2), LLMREG_OK);
    ck_assert_int_eq(add("third000"), LLMREG_OK);
    llmreg_each_token(fleet, count_up, &left);
    ck_assert_uint_eq(left, 0);
    llmreg_each_token(fleet, count_up, &all);
    ck_assert_uint_eq(all, 96);
}
END_TEST

START_TEST(tokens_are_counted_by_what_they_are)
{
    struct llmreg_token pending = keyring_token(ID2);
    struct llmreg_token admin = keyring_token("third000");
    struct llmreg_token_counts n;

    pending.approved = false;
    admin.role = LLMREG_ROLE_ADMIN;
    ck_assert_int_eq(add(ID), LLMREG_OK);
    keyring_add(&pending);
    keyring_add(&admin);
    ck_assert_int_eq(revoke_it(), LLMREG_OK);
    llmreg_token_count(fleet, &n);
    ck_assert_uint_eq(n.by_role[LLMREG_ROLE_AGENT], 1);
    ck_assert_uint_eq(n.by_role[LLMREG_ROLE_ADMIN], 1);
    ck_assert_uint_eq(n.by_role[LLMREG_ROLE_READER], 0);
    ck_assert_uint_eq(n.pending, 1);
    ck_assert_uint_eq(n.revoked, 1);
    ck_assert_int_eq(llmreg_token_forget(fleet, ID, &fleet_now, NULL),
                     LLMREG_OK);
    llmreg_token_count(fleet, &n);
    ck_assert_uint_eq(n.revoked, 0);
}
END_TEST

START_TEST(there_is_a_limit_and_tombstones_count)
{
    struct llmreg_error err = {""};
    struct llmreg_token t = keyring_token(ID);
    char id[LLMREG_TOKEN_ID_SIZE];

    t.id = id;
    for (unsigned n = 0; n < LLMREG_TOKENS_MAX; n++) {
        (void)snprintf(id, sizeof id, "%08u", n);
        t.revoked_ms = n % 2;
        ck_assert_int_eq(llmreg_token_restore(fleet, &t, 0, NULL), LLMREG_OK);
    }
    t.id = ID;
    ck_assert_int_eq(llmreg_token_add(fleet, &t, &fleet_now, NULL, &err),
                     LLMREG_EFULL);
    ck_assert_ptr_nonnull(strstr(err.text, "100000"));
    ck_assert_int_eq(llmreg_token_forget(fleet, "00000001", &fleet_now, NULL),
                     LLMREG_OK);
    keyring_add(&t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tokens");
    TCase *tc = tcase_create("tokens");

    tcase_add_checked_fixture(tc, fleet_setup, fleet_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_new_token_is_an_event_and_there);
    tcase_add_test(tc, a_new_token_begins_now_whatever_it_says);
    tcase_add_test(tc, a_host_is_kept_in_its_one_spelling);
    tcase_add_test(tc, an_id_is_given_once);
    tcase_add_test(tc, what_is_not_valid_is_not_taken);
    tcase_add_test(tc, a_line_makes_a_token_once);
    tcase_add_test(tc, a_line_that_changed_changes_its_token);
    tcase_add_test(tc, a_line_does_not_refill_an_enrolment);
    tcase_add_test(tc, a_line_does_not_bring_back_what_was_revoked);
    tcase_add_test(tc, a_line_does_not_touch_what_others_made);
    tcase_add_test(tc, one_token_pays_for_another_until_it_is_spent);
    tcase_add_test(tc, nobody_pays_for_what_cannot_be_made);
    tcase_add_test(tc, only_a_valid_enrolment_pays);
    tcase_add_test(tc, the_first_use_binds);
    tcase_add_test(tc, the_same_again_changes_nothing);
    tcase_add_test(tc, a_bound_token_is_nobody_elses);
    tcase_add_test(tc, what_cannot_be_bound_is_not);
    tcase_add_test(tc, an_enrolment_is_bound_to_nobody);
    tcase_add_test(tc, a_pending_token_is_approved_once);
    tcase_add_test(tc, a_revoked_token_stays_as_a_tombstone);
    tcase_add_test(tc, only_a_tombstone_is_forgotten);
    tcase_add_test(tc, the_last_use_is_no_event_and_is_kept_over_changes);
    tcase_add_test(tc, a_reference_outlives_its_token);
    tcase_add_test(tc, what_is_remembered_comes_back_as_it_was_and_silently);
    tcase_add_test(tc, a_revocation_that_is_remembered_wins);
    tcase_add_test(tc,
                   what_was_learned_before_is_remembered_where_it_is_missing);
    tcase_add_test(tc, what_was_spent_before_stays_spent);
    tcase_add_test(tc, a_walk_sees_each_until_it_is_stopped);
    tcase_add_test(tc, tokens_are_counted_by_what_they_are);
    tcase_add_test(tc, there_is_a_limit_and_tombstones_count);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
