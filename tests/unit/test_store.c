/* SPDX-License-Identifier: MIT */
/* test_store.c - the thread: who waits for the disk is told the truth.
 *
 * What is written when is tested by test_writer.c without a thread.
 */
#include "common/store/store.h"

#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/backup/vault.h"
#include "tests/support/room.h"

static struct room room;
static struct store_config config;
static struct llmreg_log quiet;
static struct store *store;

static int open_store(struct llmreg_error *err)
{
    const struct store_world world = {room.registry, room.bus,
                                      &llmreg_clock_system, &quiet};

    return store_open(&store, &config, &world, err);
}

static void setup(void)
{
    room_open(&room);
    config = (struct store_config){
        .flush_ns = 3600 * LLMREG_NS_PER_S,
        .retry_ns = LLMREG_NS_PER_S / 100,
        .keep_events = 1000,
    };
    snprintf(config.dir, sizeof config.dir, "%s/registry", room.dir);
}

static void teardown(void)
{
    store_close(store);
    store = NULL;
    room_close(&room);
}

/* Waits for the STORE event with that word. */
static void wait_for(struct llmreg_subscription *sub, const char *after)
{
    struct pollfd p = {.fd = llmreg_subscription_fd(sub), .events = POLLIN};
    const struct llmreg_event *event;
    bool found = false;

    while (!found) {
        int rc = llmreg_subscription_next(sub, &event);

        if (rc == LLMREG_ENOENT)
            ck_assert_int_eq(poll(&p, 1, 10000), 1);
        if (rc != LLMREG_OK)
            continue;
        found = event->type == LLMREG_EVENT_STORE &&
                strcmp(event->after, after) == 0;
        llmreg_event_put(event);
    }
}

START_TEST(sync_waits_until_lazy_changes_are_on_disk)
{
    struct llmreg_error err;

    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "a:latest");
    ck_assert_int_eq(store_sync(store, 10000), LLMREG_OK);
    store_close(store);
    room_restart(&room);
    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    struct llmreg_endpoint *e = room_get(&room, "gpu1");
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    ck_assert_uint_eq(models->count, 1);
    llmreg_models_put(models);
    llmreg_put(e);
}
END_TEST

START_TEST(sync_with_nothing_to_do_returns_at_once)
{
    struct llmreg_error err;

    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    ck_assert_int_eq(store_sync(store, 10000), LLMREG_OK);
    ck_assert_int_eq(store_sync(store, 0), LLMREG_OK);
}
END_TEST

START_TEST(sync_tells_that_a_broken_store_does_not_write)
{
    struct llmreg_error err;

    room_write_file(&room, "registry", "not a directory");
    config.retry_ns = 3600 * LLMREG_NS_PER_S;
    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    room_add(&room, "gpu1");
    ck_assert_int_eq(store_sync(store, 10000), LLMREG_EIO);
}
END_TEST

START_TEST(a_fault_heals_by_itself)
{
    struct llmreg_subscription *sub = NULL;
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_subscribe(room.bus, UINT64_MAX, &sub), LLMREG_OK);
    room_write_file(&room, "registry", "not a directory");
    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    room_add(&room, "gpu1");
    wait_for(sub, "failed");
    ck_assert_int_eq(unlink(config.dir), 0);
    wait_for(sub, "ok");
    ck_assert_int_eq(store_sync(store, 10000), LLMREG_OK);
    llmreg_unsubscribe(sub);
}
END_TEST

START_TEST(an_unlinked_file_is_noticed_by_itself)
{
    struct llmreg_subscription *sub = NULL;
    struct llmreg_error err;
    struct stat st;

    ck_assert_int_eq(llmreg_subscribe(room.bus, UINT64_MAX, &sub), LLMREG_OK);
    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    ck_assert_int_eq(unlink(room_path(&room, "registry/registry.db")), 0);
    wait_for(sub, "failed");
    wait_for(sub, "ok");
    ck_assert_int_eq(stat(room_path(&room, "registry/registry.db"), &st), 0);
    llmreg_unsubscribe(sub);
}
END_TEST

START_TEST(closing_writes_what_is_left)
{
    struct llmreg_error err;

    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    for (int i = 0; i < 600; i++) {
        char name[32];

        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&room, name);
        room_models(&room, name, "a:latest");
    }
    store_close(store);
    room_restart(&room);
    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    struct llmreg_counts counts;
    llmreg_count(room.registry, &counts);
    ck_assert_uint_eq(counts.endpoints, 600);
    ck_assert_uint_eq(counts.models_loaded, 600);
}
END_TEST

START_TEST(a_locked_directory_opens_no_store)
{
    const struct store_world world = {room.registry, room.bus,
                                      &llmreg_clock_system, &quiet};
    struct store *second = NULL;
    struct llmreg_error err;

    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    ck_assert_int_eq(store_open(&second, &config, &world, &err),
                     LLMREG_ELOCKED);
    ck_assert_ptr_null(second);
    ck_assert_ptr_nonnull(strstr(err.text, "held by process"));
}
END_TEST

/* ---- without waiting ---- */

static struct llmreg_durable_watch *watch(void)
{
    struct llmreg_durable_watch *w = NULL;

    ck_assert_int_eq(durable_watch(store_durable(store), &w), LLMREG_OK);
    return w;
}

/* Sleeps until it is on disk, or the store does not work: false. */
static bool follow(struct llmreg_durable_watch *w, uint64_t seq)
{
    struct pollfd p = {.fd = w->fd, .events = POLLIN};
    bool works = true;

    while (durable_read(w, &works) < seq && works)
        ck_assert_int_eq(poll(&p, 1, 10000), 1);
    return works;
}

START_TEST(who_watches_is_woken_when_it_is_on_disk)
{
    struct llmreg_error err;

    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    struct llmreg_durable_watch *w = watch();
    room_add(&room, "gpu1");
    ck_assert(follow(w, llmreg_bus_last(room.bus)));
    durable_unwatch(w);
}
END_TEST

/* The flush is an hour away. */
START_TEST(who_wants_something_lazy_gets_it_at_once)
{
    struct llmreg_error err;

    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    struct llmreg_durable_watch *w = watch();
    room_add(&room, "gpu1");
    for (int i = 0; i < 50; i++) {
        room_models(&room, "gpu1", i % 2 == 0 ? "a:latest" : "b:latest");
        const uint64_t seq = llmreg_bus_last(room.bus);
        store_want(store, seq);
        store_want(store, seq - 1); /* an older one takes nothing back */
        ck_assert(follow(w, seq));
    }
    durable_unwatch(w);
}
END_TEST

START_TEST(who_watches_is_woken_when_the_store_breaks)
{
    struct llmreg_error err;

    config.retry_ns = LLMREG_NS_PER_S / 10;
    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    struct llmreg_durable_watch *w = watch();
    ck_assert_int_eq(unlink(room_path(&room, "registry/registry.db")), 0);
    ck_assert(!follow(w, UINT64_MAX));
    durable_unwatch(w);
}
END_TEST

static void *register_many(void *arg)
{
    const char *prefix = arg;

    for (int i = 0; i < 100; i++) {
        char name[32];

        snprintf(name, sizeof name, "%s%d", prefix, i);
        room_add(&room, name);
        if (i % 10 == 0)
            ck_assert_int_eq(store_sync(store, 20000), LLMREG_OK);
    }
    return NULL;
}

START_TEST(several_threads_change_and_wait_at_once)
{
    static char prefixes[4][2] = {"a", "b", "c", "d"};
    struct llmreg_error err;
    pthread_t threads[4];

    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, register_many, prefixes[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    store_close(store);
    room_restart(&room);
    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    struct llmreg_counts counts;
    llmreg_count(room.registry, &counts);
    ck_assert_uint_eq(counts.endpoints, 400);
}
END_TEST

START_TEST(a_backup_is_made_while_others_change_and_wait)
{
    struct llmreg_subscription *sub;
    struct llmreg_error err;
    char id[LLMREG_BACKUP_ID_SIZE];
    struct llmreg_backups *list;

    ck_assert_int_eq(llmreg_subscribe(room.bus, UINT64_MAX, &sub), LLMREG_OK);
    ck_assert_int_eq(open_store(&err), LLMREG_OK);
    ck_assert_int_eq(store_backup(store, id), LLMREG_OK);
    room_add(&room, "gpu1");
    ck_assert_int_eq(store_sync(store, 10000), LLMREG_OK);
    wait_for(sub, "complete");
    list = vault_list(store_vault(store));
    ck_assert_uint_eq(llmreg_backups_count(list), 1);
    ck_assert_ptr_nonnull(llmreg_backups_find(list, id));
    llmreg_backups_put(list);
    llmreg_unsubscribe(sub);
}
END_TEST

START_TEST(closing_nothing_is_fine)
{
    store_close(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *tc = tcase_create("store");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, sync_waits_until_lazy_changes_are_on_disk);
    tcase_add_test(tc, sync_with_nothing_to_do_returns_at_once);
    tcase_add_test(tc, sync_tells_that_a_broken_store_does_not_write);
    tcase_add_test(tc, a_fault_heals_by_itself);
    tcase_add_test(tc, an_unlinked_file_is_noticed_by_itself);
    tcase_add_test(tc, closing_writes_what_is_left);
    tcase_add_test(tc, a_locked_directory_opens_no_store);
    tcase_add_test(tc, who_watches_is_woken_when_it_is_on_disk);
    tcase_add_test(tc, who_wants_something_lazy_gets_it_at_once);
    tcase_add_test(tc, who_watches_is_woken_when_the_store_breaks);
    tcase_add_test(tc, several_threads_change_and_wait_at_once);
    tcase_add_test(tc, a_backup_is_made_while_others_change_and_wait);
    tcase_add_test(tc, closing_nothing_is_fine);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
