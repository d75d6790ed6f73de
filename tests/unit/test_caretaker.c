/* SPDX-License-Identifier: MIT */
/* test_caretaker.c - chores are done when they are due, when somebody wants
 * them, and not when the program leaves.
 */
#include "common/store/caretaker.h"

#include <check.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/room.h"
#include "tests/support/scarce.h"

#define ENDLESS                                                                \
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"         \
    " SELECT count(*) FROM n"

static struct room room;
static struct caretaker *caretaker;

/* A chore of the test. */
struct deed {
    _Atomic int64_t due_ns;
    _Atomic int done;
    sem_t said; /* posted with each */
    /* of an endless one */
    int rc;
    struct llmreg_error err;
};

static int64_t deed_due(void *ctx, const struct llmreg_now *now)
{
    struct deed *d = ctx;

    (void)now;
    return atomic_load(&d->due_ns);
}

static void do_deed(void *ctx, struct reader *reader,
                    const struct llmreg_now *now)
{
    struct deed *d = ctx;

    (void)reader;
    (void)now;
    atomic_store(&d->due_ns, INT64_MAX);
    atomic_fetch_add(&d->done, 1);
    sem_post(&d->said);
}

static void look_for_ever(void *ctx, struct reader *reader,
                          const struct llmreg_now *now)
{
    struct deed *d = ctx;
    struct database db;
    int64_t answer = 0;

    (void)now;
    atomic_store(&d->due_ns, INT64_MAX);
    sem_post(&d->said);
    d->rc = reader_open(reader, room_path(&room, "some.db"), &db, &d->err);
    if (d->rc == LLMREG_OK)
        d->rc = database_ask_number(&db, ENDLESS, &answer, &d->err);
    reader_close(reader, &db);
}

static struct deed first, second;

static void setup(void)
{
    room_make(&room);
    room_write_file(&room, "some.db", "");
    atomic_store(&first.due_ns, INT64_MAX);
    atomic_store(&second.due_ns, INT64_MAX);
    sem_init(&first.said, 0, 0);
    sem_init(&second.said, 0, 0);
    ck_assert_int_eq(caretaker_new(&caretaker, &llmreg_clock_system),
                     LLMREG_OK);
}

static void teardown(void)
{
    caretaker_free(caretaker);
    caretaker = NULL;
    room_close(&room);
}

static void add(struct deed *d)
{
    const struct chore chore = {"deed", deed_due, do_deed, d};

    ck_assert_int_eq(caretaker_add(caretaker, &chore), LLMREG_OK);
}

static void begin(void)
{
    ck_assert_int_eq(caretaker_start(caretaker), LLMREG_OK);
}

static int64_t in_ms(int64_t ms)
{
    return llmreg_clock_now(&llmreg_clock_system).mono_ns +
           ms * LLMREG_NS_PER_MS;
}

START_TEST(a_chore_is_done_when_it_is_due)
{
    const int64_t due_ns = in_ms(30);

    atomic_store(&first.due_ns, due_ns);
    add(&first);
    begin();
    sem_wait(&first.said);
    ck_assert_int_ge(in_ms(0), due_ns);
}
END_TEST

START_TEST(who_wants_a_chore_wakes_the_caretaker)
{
    add(&first);
    add(&second);
    begin();
    for (int i = 1; i <= 3; i++) {
        atomic_store(&second.due_ns, 0);
        caretaker_wake(caretaker);
        sem_wait(&second.said);
        ck_assert_int_eq(atomic_load(&second.done), i);
    }
    ck_assert_int_eq(atomic_load(&first.done), 0);
}
END_TEST

START_TEST(all_that_is_due_is_done)
{
    atomic_store(&first.due_ns, 0);
    atomic_store(&second.due_ns, 0);
    add(&first);
    add(&second);
    begin();
    sem_wait(&first.said);
    sem_wait(&second.said);
}
END_TEST

START_TEST(an_end_does_not_wait_for_a_long_look)
{
    const struct chore chore = {"endless", deed_due, look_for_ever, &first};
    int64_t before_ns;

    atomic_store(&first.due_ns, 0);
    ck_assert_int_eq(caretaker_add(caretaker, &chore), LLMREG_OK);
    begin();
    sem_wait(&first.said);
    before_ns = in_ms(1000);
    caretaker_free(caretaker);
    caretaker = NULL;
    ck_assert_int_lt(in_ms(0), before_ns);
    ck_assert_int_eq(first.rc, LLMREG_EIO);
}
END_TEST

START_TEST(nothing_is_begun_once_it_leaves)
{
    add(&first);
    begin();
    caretaker_free(caretaker);
    caretaker = NULL;
    ck_assert_int_eq(atomic_load(&first.done), 0);
}
END_TEST

START_TEST(the_table_has_an_end)
{
    const struct chore chore = {"deed", deed_due, do_deed, &first};

    for (int i = 0; i < CARETAKER_CHORES; i++)
        add(&first);
    ck_assert_int_eq(caretaker_add(caretaker, &chore), LLMREG_EFULL);
}
END_TEST

START_TEST(one_that_was_never_started_can_be_freed)
{
    add(&first);
    caretaker_free(NULL);
}
END_TEST

START_TEST(no_memory_makes_none)
{
    struct caretaker *none = NULL;
    int rc;

    scarce_from(0);
    rc = caretaker_new(&none, &llmreg_clock_system);
    ck_assert(scarce_end());
    ck_assert_int_eq(rc, LLMREG_ENOMEM);
    ck_assert_ptr_null(none);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caretaker");
    TCase *tc = tcase_create("caretaker");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_chore_is_done_when_it_is_due);
    tcase_add_test(tc, who_wants_a_chore_wakes_the_caretaker);
    tcase_add_test(tc, all_that_is_due_is_done);
    tcase_add_test(tc, an_end_does_not_wait_for_a_long_look);
    tcase_add_test(tc, nothing_is_begun_once_it_leaves);
    tcase_add_test(tc, the_table_has_an_end);
    tcase_add_test(tc, one_that_was_never_started_can_be_freed);
    tcase_add_test(tc, no_memory_makes_none);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
