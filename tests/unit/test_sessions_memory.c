/* SPDX-License-Identifier: MIT */
/* test_sessions_memory.c - every operation on sessions, with each of its
 * allocations failed in turn: it says so, and nothing changed; but for the end
 * of an agent, which cannot fail. */
#include "tests/unit/meeting.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/registry/table.h"

/* The allocation that fails, counted from 0; none if negative; all of them
 * from 0 on while always. */
static int failing = -1;
static bool always;
/* While watching: how often somebody asked, and did inside a section. */
static bool watching;
static int asked, inside;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);

static bool fails(void)
{
    if (watching) {
        asked++;
        inside += urcu_bp_read_ongoing() != 0;
    }
    return always || failing-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

static void setup(void)
{
    struct llmreg_session s = meeting_session("a", "b");

    meeting_setup();
    s.id = "s-1";
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
    fleet_skip_events();
}

/* All that a reader can see, as text. */
static void describe(char out[static 512])
{
    struct llmreg_session_counts n;
    const struct llmreg_session *s = meeting_get("s-1");

    llmreg_session_count(fleet, &n);
    size_t len = (size_t)snprintf(
        out, 512, "%s|%g|%s|%zu %zu|%llu|",
        llmreg_session_status_text(s->status), s->weight, s->reason, n.live,
        n.closed, (unsigned long long)llmreg_bus_last(fleet_bus));
    len +=
        (size_t)snprintf(out + len, 512 - len, "%s|", meeting_list(NULL, true));
    len +=
        (size_t)snprintf(out + len, 512 - len, "%s|", meeting_list("a", false));
    (void)snprintf(out + len, 512 - len, "%s", meeting_list("c", true));
    llmreg_session_put(s);
}

/* ---- the operations ---- */

static int open_session(const char *from, const char *to, const char *id)
{
    struct llmreg_session s = meeting_session(from, to);

    s.id = id;
    s.weight = 9;
    s.status = LLMREG_SESSION_DEGRADED;
    return llmreg_session_open(fleet, &s, &fleet_now, NULL, NULL);
}

static int open_new(void)
{
    return open_session("c", "a", "s-2");
}

static int open_without_an_id(void)
{
    return open_session("c", "a", "");
}

static int refresh(void)
{
    return open_session("b", "a", "");
}

static int use(void)
{
    const struct llmreg_session s = {.status = LLMREG_SESSION_DEGRADED,
                                     .weight = 9};

    return llmreg_session_activity(fleet, "s-1", &s, &fleet_now, NULL);
}

static int end(void)
{
    return meeting_close("s-1");
}

static int restore(void)
{
    struct llmreg_session s = meeting_session("c", "a");

    s.id = "s-2";
    return llmreg_session_restore(fleet, &s, NULL);
}

static const struct {
    const char *name;
    int (*run)(void);
    int allocations; /* at least so many fail it */
} operations[] = {
    {"open", open_new, 6},   {"open without an id", open_without_an_id, 6},
    {"refresh", refresh, 1}, {"use", use, 1},
    {"close", end, 1},       {"restore", restore, 4},
};

#define OPERATIONS ((int)(sizeof operations / sizeof operations[0]))

START_TEST(without_memory_it_says_so_and_changes_nothing)
{
    char before[512], after[512];
    int rc = LLMREG_ENOMEM, n;

    describe(before);
    for (n = 0;; n++) {
        failing = n;
        rc = operations[_i].run();
        failing = -1;
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

/* No link may stay with somebody who is gone; the history is poorer. */
START_TEST(an_agent_that_ends_without_memory_takes_its_sessions_along)
{
    struct llmreg_session_counts n;

    always = true;
    int rc = llmreg_agent_remove(fleet, "a", 0, "");
    always = false;
    ck_assert_int_eq(rc, LLMREG_OK);
    llmreg_session_count(fleet, &n);
    ck_assert_uint_eq(n.live, 0);
    ck_assert_uint_eq(n.closed, 0);
    ck_assert_ptr_null(llmreg_session_get(fleet, "s-1"));
    ck_assert_str_eq(meeting_list("b", true), "");
}
END_TEST

/* Whoever closes waits for a lock and wakes subscribers. */
START_TEST(sessions_end_outside_of_sections)
{
    struct llmreg_agent *a = people_get("a");

    watching = true;
    sessions_end(fleet, "a", llmreg_agent_generation(a), "", &fleet_now);
    watching = false;
    ck_assert_str_eq(meeting_list("a", true), "");
    ck_assert_int_gt(asked, 0); /* for the closed value, at least */
    ck_assert_int_eq(inside, 0);
    llmreg_agent_put(a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sessions_memory");
    TCase *t = tcase_create("sessions_memory");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_loop_test(t, without_memory_it_says_so_and_changes_nothing, 0,
                        OPERATIONS);
    tcase_add_test(t,
                   an_agent_that_ends_without_memory_takes_its_sessions_along);
    tcase_add_test(t, sessions_end_outside_of_sections);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
