/* SPDX-License-Identifier: MIT */
/* test_service.c - one instance, shared, started once and stopped once. */
#include <llmreg/agents.h>
#include <llmreg/service.h>

#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <llmreg/thread.h>

#include "tests/support/room.h"

static struct room room; /* for its directory */
static struct llmreg_program host;
static struct llmreg_error err;
static int told_fd; /* one count a notification */
static struct llmreg_lock lock;
static char story[4096];

static void keep(void *ctx, const struct llmreg_notification *n)
{
    const uint64_t one = 1;

    (void)ctx;
    llmreg_lock(&lock);
    size_t used = strlen(story);
    snprintf(story + used, sizeof story - used, "%d %s\n", (int)n->severity,
             n->message);
    llmreg_unlock(&lock);
    ck_assert_int_eq(write(told_fd, &one, sizeof one), sizeof one);
}

static void wait_for_one(void)
{
    struct pollfd p = {.fd = told_fd, .events = POLLIN};
    uint64_t one;

    ck_assert_int_eq(poll(&p, 1, 10000), 1);
    ck_assert_int_eq(read(told_fd, &one, sizeof one), sizeof one);
}

static int configure(const char *where, const char *dir)
{
    const struct llmreg_value v = {.type = LLMREG_VALUE_STRING, .string = dir};
    const struct llmreg_item child = {
        .key = "DataDir", .values = &v, .nvalues = 1};
    const struct llmreg_item block = {
        .key = "Registry", .children = &child, .nchildren = 1};

    return llmreg_service_configure(&block, where, &err);
}

static void setup(void)
{
    room_make(&room);
    host = (struct llmreg_program){.notify = keep};
    told_fd = eventfd(0, EFD_SEMAPHORE);
    ck_assert_int_eq(llmreg_lock_init(&lock), LLMREG_OK);
    story[0] = '\0';
    llmreg_service_reset();
    ck_assert_int_eq(configure("first", room_path(&room, "registry")),
                     LLMREG_OK);
}

static void teardown(void)
{
    llmreg_service_reset();
    llmreg_lock_fini(&lock);
    close(told_fd);
    room_close(&room);
}

static struct llmreg_service *attach(void)
{
    struct llmreg_service *s = NULL;

    ck_assert_msg(llmreg_service_attach(&host, &s, &err) == LLMREG_OK, "%s",
                  err.text);
    return s;
}

static void add(struct llmreg_service *s, const char *name)
{
    char id[64], url[80];
    const struct llmreg_spec spec = {
        .id = id,
        .url = url,
        .name = name,
        .host = name,
        .series = "1",
        .origin = "config",
        .interval_ms = 30000,
    };

    snprintf(id, sizeof id, "%s:11434", name);
    snprintf(url, sizeof url, "http://%s", id);
    ck_assert_int_eq(llmreg_set(llmreg_service_registry(s), &spec, NULL, &err),
                     LLMREG_OK);
}

static void observe(struct llmreg_service *s, const char *id,
                    enum llmreg_reason reason)
{
    const struct llmreg_health_rule rule = {1, 1};
    const struct llmreg_observation seen = {.reason = reason};
    struct llmreg_now now = llmreg_clock_now(llmreg_service_clock(s));
    struct llmreg_endpoint *e = llmreg_get(llmreg_service_registry(s), id);

    ck_assert_int_eq(
        llmreg_observe(llmreg_service_registry(s), e, &seen, &rule, &now),
        LLMREG_OK);
    llmreg_put(e);
}

START_TEST(two_that_attach_share_one_instance)
{
    struct llmreg_service *a = attach();
    struct llmreg_service *b = attach();

    ck_assert_ptr_eq(a, b);
    llmreg_service_detach(a);
    add(b, "gpu1"); /* still there */
    ck_assert_int_eq(llmreg_service_sync(b, 10000), LLMREG_OK);
    llmreg_service_detach(b);
}
END_TEST

START_TEST(what_was_registered_is_there_after_the_last_one_left)
{
    struct llmreg_service *s = attach();

    add(s, "gpu1");
    llmreg_service_detach(s);
    s = attach();
    struct llmreg_endpoint *e =
        llmreg_get(llmreg_service_registry(s), "gpu1:11434");
    ck_assert_ptr_nonnull(e);
    llmreg_put(e);
    llmreg_service_detach(s);
}
END_TEST

START_TEST(an_alarm_reaches_the_host)
{
    struct llmreg_service *s = attach();

    add(s, "gpu1");
    observe(s, "gpu1:11434", LLMREG_REASON_TIMEOUT);
    wait_for_one();
    observe(s, "gpu1:11434", LLMREG_REASON_OK);
    wait_for_one();
    llmreg_service_detach(s);
    ck_assert_ptr_nonnull(strstr(story, "2 gpu1 (gpu1:11434) is unreachable"));
    ck_assert_ptr_nonnull(strstr(story, "0 gpu1 (gpu1:11434) is healthy"));
}
END_TEST

START_TEST(a_store_that_cannot_be_used_is_told_and_all_goes_on)
{
    room_write_file(&room, "registry", "not a directory");
    struct llmreg_service *s = attach();
    wait_for_one();
    add(s, "gpu1");
    ck_assert_int_eq(llmreg_service_sync(s, 10000), LLMREG_EIO);
    llmreg_service_detach(s);
    ck_assert_ptr_nonnull(strstr(story, "2 the store failed"));
    ck_assert_ptr_nonnull(strstr(story, "registry is not a directory"));
}
END_TEST

/* ---- acknowledged without waiting ---- */

static int register_agent(struct llmreg_service *s, const char *name,
                          const char *version,
                          struct llmreg_agent_result *result)
{
    const struct llmreg_agent_spec agent = {.id = name,
                                            .type = "worker",
                                            .name = name,
                                            .role = "",
                                            .domain = "",
                                            .cluster = "",
                                            .host = "",
                                            .url = "",
                                            .version = version,
                                            .interval_ms = 30000};

    return llmreg_agent_register(llmreg_service_registry(s), &agent, "", result,
                                 &err);
}

static void wait_until_on_disk(struct llmreg_service *s,
                               struct llmreg_durable_watch *w, uint64_t seq)
{
    struct pollfd p = {.fd = llmreg_durable_watch_fd(w), .events = POLLIN};
    bool works = false;

    llmreg_service_want(s, seq);
    while (llmreg_durable_watch_read(w, &works) < seq) {
        ck_assert(works);
        ck_assert_int_eq(poll(&p, 1, 10000), 1);
    }
    ck_assert_uint_ge(llmreg_service_durable(s), seq);
    ck_assert(llmreg_service_store_works(s));
}

/* New, changed (which is lazy otherwise), and the same again. */
START_TEST(each_registration_is_acknowledged_when_it_is_on_disk)
{
    struct llmreg_service *s = attach();
    struct llmreg_durable_watch *w = NULL;
    struct llmreg_agent_result result;

    ck_assert_int_eq(llmreg_durable_watch_new(s, &w), LLMREG_OK);
    ck_assert_int_eq(register_agent(s, "a", "1", &result), LLMREG_OK);
    ck_assert_uint_ne(result.seq, 0);
    wait_until_on_disk(s, w, result.seq);
    ck_assert_int_eq(register_agent(s, "a", "2", &result), LLMREG_OK);
    ck_assert_uint_ne(result.seq, 0);
    wait_until_on_disk(s, w, result.seq);
    ck_assert_int_eq(register_agent(s, "a", "2", &result), LLMREG_OK);
    ck_assert_uint_eq(result.seq, 0);
    wait_until_on_disk(s, w, llmreg_bus_last(llmreg_service_bus(s)));
    llmreg_durable_watch_free(w);
    llmreg_durable_watch_free(NULL);
    llmreg_service_detach(s);
}
END_TEST

START_TEST(who_watches_a_broken_store_is_told_so)
{
    struct llmreg_durable_watch *w = NULL;
    bool works = true;

    room_write_file(&room, "registry", "not a directory");
    struct llmreg_service *s = attach();
    ck_assert_int_eq(llmreg_durable_watch_new(s, &w), LLMREG_OK);
    ck_assert_uint_eq(llmreg_durable_watch_read(w, &works), 0);
    ck_assert(!works);
    ck_assert(!llmreg_service_store_works(s));
    llmreg_durable_watch_free(w);
    llmreg_service_detach(s);
}
END_TEST

START_TEST(a_mistake_fails_every_attach_with_its_text)
{
    struct llmreg_service *s = NULL;

    ck_assert_int_eq(configure("second", "/other"), LLMREG_EEXIST);
    for (int i = 0; i < 2; i++) {
        err.text[0] = '\0';
        ck_assert_int_eq(llmreg_service_attach(&host, &s, &err), LLMREG_EINVAL);
        ck_assert_ptr_nonnull(strstr(err.text, "second"));
        ck_assert_ptr_nonnull(strstr(err.text, "first"));
    }
    ck_assert_ptr_null(s);
}
END_TEST

/* Another process has the directory until it reads from go. */
static pid_t hold_in_child(int go[static 2], int ready[static 2])
{
    char byte = 0;
    pid_t child;

    ck_assert_int_eq(pipe(go), 0);
    ck_assert_int_eq(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        struct llmreg_service *s = attach();
        bool fine = write(ready[1], "r", 1) == 1 && read(go[0], &byte, 1) == 1;

        llmreg_service_detach(s);
        _exit(fine ? 0 : 1);
    }
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    return child;
}

START_TEST(a_directory_that_another_process_has_is_refused_by_its_name)
{
    struct llmreg_service *s = NULL;
    int go[2], ready[2], status = 1;
    char text[40];
    pid_t child;

    child = hold_in_child(go, ready);
    ck_assert_int_eq(llmreg_service_attach(&host, &s, &err), LLMREG_ELOCKED);
    snprintf(text, sizeof text, "held by process %ld", (long)child);
    ck_assert_ptr_nonnull(strstr(err.text, text));
    ck_assert_int_eq(write(go[1], "g", 1), 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    llmreg_service_detach(attach()); /* nothing was left half started */
}
END_TEST

START_TEST(the_options_are_the_table_of_the_manual)
{
    static const char *const expected[] = {
        "DataDir",       "BackupDir",      "BackupInterval", "KeepBackups",
        "KeepDaily",     "KeepWeekly",     "CheckInterval",  "CompactInterval",
        "FlushInterval", "KeepEvents",     "KeepAudit",      "KeepHeartbeats",
        "BallastSize",   "MaxEndpoints",   "MaxAgents",      "MaxHosts",
        "MaxSessions",   "LateAfter",      "StaleAfter",     "OfflineAfter",
        "ReapAfter",     "HostStaleAfter", "MassGuardAbove"};
    const size_t count = sizeof expected / sizeof expected[0];
    const struct llmreg_option *table = llmreg_service_options();

    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(table[i].name, expected[i]);
        /* That one follows DataDir. */
        if (strcmp(table[i].name, "BackupDir") != 0)
            ck_assert_ptr_nonnull(table[i].preset);
    }
    ck_assert_ptr_null(table[count].name);
    ck_assert_str_eq(llmreg_service_alert_options()[0].name, "Severity");
}
END_TEST

/* E9: parsed, and then dropped. */
START_TEST(the_registry_is_made_from_the_settings)
{
    const struct llmreg_value v = {.type = LLMREG_VALUE_NUMBER, .number = 1};
    const struct llmreg_item lines[] = {
        {.key = "MaxEndpoints", .values = &v, .nvalues = 1},
        {.key = "MaxAgents", .values = &v, .nvalues = 1}};
    const struct llmreg_item block = {
        .key = "Registry", .children = lines, .nchildren = 2};

    ck_assert_int_eq(llmreg_service_configure(&block, "second", &err),
                     LLMREG_OK);
    struct llmreg_service *s = attach();
    ck_assert_int_eq(register_agent(s, "a", "", NULL), LLMREG_OK);
    ck_assert_int_eq(register_agent(s, "b", "", NULL), LLMREG_EFULL);
    llmreg_service_detach(s);
}
END_TEST

/* Two of two: too few by default. */
START_TEST(the_mass_guard_is_made_from_the_settings)
{
    const struct llmreg_value v = {.type = LLMREG_VALUE_NUMBER, .number = 1};
    const struct llmreg_item line = {
        .key = "MassGuardAbove", .values = &v, .nvalues = 1};
    const struct llmreg_item block = {
        .key = "Registry", .children = &line, .nchildren = 1};

    if (_i == 1)
        ck_assert_int_eq(llmreg_service_configure(&block, "second", &err),
                         LLMREG_OK);
    struct llmreg_service *s = attach();
    add(s, "gpu1");
    add(s, "gpu2");
    observe(s, "gpu1:11434", LLMREG_REASON_OK);
    observe(s, "gpu2:11434", LLMREG_REASON_OK);
    observe(s, "gpu1:11434", LLMREG_REASON_TIMEOUT);
    observe(s, "gpu2:11434", LLMREG_REASON_TIMEOUT);
    wait_for_one();
    llmreg_service_detach(s);
    ck_assert((strstr(story, "isolated") != NULL) == (_i == 1));
}
END_TEST

START_TEST(detaching_nothing_is_fine)
{
    llmreg_service_detach(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("service");
    TCase *tc = tcase_create("service");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, two_that_attach_share_one_instance);
    tcase_add_test(tc, what_was_registered_is_there_after_the_last_one_left);
    tcase_add_test(tc, an_alarm_reaches_the_host);
    tcase_add_test(tc, a_store_that_cannot_be_used_is_told_and_all_goes_on);
    tcase_add_test(tc, each_registration_is_acknowledged_when_it_is_on_disk);
    tcase_add_test(tc, who_watches_a_broken_store_is_told_so);
    tcase_add_test(tc, a_mistake_fails_every_attach_with_its_text);
    tcase_add_test(tc,
                   a_directory_that_another_process_has_is_refused_by_its_name);
    tcase_add_test(tc, the_options_are_the_table_of_the_manual);
    tcase_add_test(tc, the_registry_is_made_from_the_settings);
    tcase_add_loop_test(tc, the_mass_guard_is_made_from_the_settings, 0, 2);
    tcase_add_test(tc, detaching_nothing_is_fine);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
