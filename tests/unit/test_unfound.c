/* SPDX-License-Identifier: MIT */
/* test_unfound.c - what is handed to the grace period is found by nobody.
 *
 * A reader that comes after that is not waited for.  So here the linker puts
 * us in the place of the function that begins the wait (--wrap), and we look
 * for what is removed by each way that leads to it.
 */
#include "tests/unit/meeting.h"
#include "tests/unit/reporter.h"

#include <check.h>
#include <stdlib.h>

#include "common/registry/table.h"

static struct rcu_head *removed; /* which is waited for */
static bool (*is_found)(void);   /* by any way */
static int handed;               /* how often it was */

void __real_urcu_bp_call_rcu(struct rcu_head *head,
                             void (*run)(struct rcu_head *head));
void __wrap_urcu_bp_call_rcu(struct rcu_head *head,
                             void (*run)(struct rcu_head *head));
void __wrap_urcu_bp_call_rcu(struct rcu_head *head,
                             void (*run)(struct rcu_head *head))
{
    if (removed != NULL && head == removed) {
        handed++;
        ck_assert(!is_found());
    }
    __real_urcu_bp_call_rcu(head, run);
}

static void watch(struct rcu_head *head, bool (*found)(void))
{
    removed = head;
    is_found = found;
    handed = 0;
    ck_assert(found());
}

static bool leads_to(const struct index *x, const char *key)
{
    rcu_begin();
    struct slots_walk w = index_walk(x, key);
    bool leads = slots_next(&w) != NULL;
    rcu_end();
    return leads;
}

/* ---- hosts ---- */

static bool is_host_found(void)
{
    return shelf_find(&fleet->hosts.shelf, "alpha") != NULL ||
           leads_to(&fleet->hosts.keys, "alpha") ||
           leads_to(&fleet->hosts.keys, "192.0.2.1");
}

START_TEST(a_host_that_is_removed_is_found_by_none_of_its_keys)
{
    reporter_reset();
    ck_assert_int_eq(reporter_says("alpha", "192.0.2.1"), LLMREG_OK);
    struct llmreg_host *h = reporter_get("alpha");
    watch(&h->item.rcu, is_host_found);
    ck_assert_int_eq(llmreg_host_remove(fleet, "alpha", ""), LLMREG_OK);
    ck_assert_int_eq(handed, 1);
    llmreg_host_put(h);
}
END_TEST

START_TEST(a_host_that_is_reaped_is_found_by_none_of_its_keys)
{
    reporter_reset();
    ck_assert_int_eq(reporter_says("alpha", "192.0.2.1"), LLMREG_OK);
    struct llmreg_host *h = reporter_get("alpha");
    watch(&h->item.rcu, is_host_found);
    reporter_wait(400 * 86400);
    (void)llmreg_tick(fleet, &fleet_now);
    ck_assert_int_eq(handed, 1);
    llmreg_host_put(h);
}
END_TEST

/* ---- agents ---- */

static bool is_agent_found(void)
{
    bool found = shelf_find(&fleet->agents.shelf, "z") != NULL;

    rcu_begin();
    found = found || agents_named(&fleet->agents, "worker", "zoe") != NULL;
    rcu_end();
    return found || leads_to(&fleet->agents.index, "tworker");
}

START_TEST(an_agent_that_is_removed_is_found_by_nothing)
{
    people_add("z", "zoe");
    struct llmreg_agent *a = people_get("z");
    watch(&a->item.rcu, is_agent_found);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "z", 0, ""), LLMREG_OK);
    ck_assert_int_eq(handed, 1);
    llmreg_agent_put(a);
}
END_TEST

/* ---- sessions ---- */

static bool is_session_found(void)
{
    return shelf_find(&fleet->sessions.shelf, meeting_result.id) != NULL ||
           leads_to(&fleet->sessions.agents, "a") ||
           leads_to(&fleet->sessions.pairs, "a\nb");
}

/* As without memory, when no history of it can be kept. */
START_TEST(a_session_that_leaves_is_found_by_neither_agent_nor_pair)
{
    people_add("a", "ann");
    people_add("b", "bob");
    const char *id = meeting_opens("a", "b");
    struct shelf_item *item = shelf_get(&fleet->sessions.shelf, id);
    watch(&item->rcu, is_session_found);
    llmreg_lock(&fleet->sessions.lock);
    sessions_drop_locked(&fleet->sessions, session_item_of(item));
    llmreg_unlock(&fleet->sessions.lock);
    ck_assert_int_eq(handed, 1);
    shelf_put(item);
}
END_TEST

static void teardown(void)
{
    removed = NULL;
    fleet_teardown();
}

int main(void)
{
    Suite *s = suite_create("unfound");
    TCase *t = tcase_create("unfound");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, fleet_setup, teardown);
    tcase_add_test(t, a_host_that_is_removed_is_found_by_none_of_its_keys);
    tcase_add_test(t, a_host_that_is_reaped_is_found_by_none_of_its_keys);
    tcase_add_test(t, an_agent_that_is_removed_is_found_by_nothing);
    tcase_add_test(t, a_session_that_leaves_is_found_by_neither_agent_nor_pair);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
