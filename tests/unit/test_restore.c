/* SPDX-License-Identifier: MIT */
/* test_restore.c - the registry goes back to a backup, while it is used.
 *
 * The chores are run by hand, as in test_vault.c.
 */
#include "common/store/restore/prepare.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/store/restore/compare.h"
#include "tests/support/scarce.h"
#include "tests/support/tenants.h"
#include "tests/support/writing.h"

static struct writing w;
static struct store_world world;
static struct vault *vault;
static struct prepare prepare;
static struct chore chores[2]; /* backup, restore */
static struct reader reader;
static struct llmreg_subscription *events;
static char id[LLMREG_BACKUP_ID_SIZE];
static struct llmreg_restore work;
static struct llmreg_difference *difference;

static void open_desk(void)
{
    world = writing_world(&w);
    files_path(prepare.live, w.config.dir, STORE_FILE);
    ck_assert_int_eq(vault_new(&vault, &w.config, prepare.live, &world),
                     LLMREG_OK);
    prepare.desk = writer_desk(w.writer);
    prepare.vault = vault;
    prepare.world = &world;
    chores[0] = vault_chore(vault);
    chores[1] = prepare_chore(&prepare);
}

static void close_desk(void)
{
    vault_free(vault);
    vault = NULL;
}

static void start(void)
{
    room_start(&w.room);
    w.config.backups.newest = 3;
    writing_start(&w);
    ck_assert_int_eq(reader_init(&reader), LLMREG_OK);
    open_desk();
}

static void setup(void)
{
    writing_make(&w);
    start();
    ck_assert_int_eq(llmreg_subscribe(w.room.bus, UINT64_MAX, &events),
                     LLMREG_OK);
}

static void teardown(void)
{
    (void)scarce_end();
    llmreg_difference_put(difference);
    difference = NULL;
    llmreg_unsubscribe(events);
    close_desk();
    reader_fini(&reader);
    writing_close(&w);
}

/* What the caretaker does, and then the writer. */
static void tend(void)
{
    for (size_t i = 0; i < 2; i++)
        if (chores[i].due_ns(chores[i].ctx, &w.room.now) <= w.room.now.mono_ns)
            chores[i].run(chores[i].ctx, &reader, &w.room.now);
    writing_step(&w);
}

static void back_up(void)
{
    writing_sync(&w);
    ck_assert_int_eq(vault_request(vault, LLMREG_BACKUP_REQUEST, id),
                     LLMREG_OK);
    tend();
}

static void stop(void)
{
    writing_sync(&w);
    close_desk();
    writing_end(&w);
    llmreg_unsubscribe(events);
    events = NULL;
}

static void go_on(void)
{
    room_restart(&w.room);
    writing_start(&w);
    open_desk();
}

static void restart(void)
{
    stop();
    go_on();
}

static struct llmreg_restore_wish wish_of(bool dry_run)
{
    struct llmreg_restore_wish wish = {.dry_run = dry_run};

    memcpy(wish.id, id, sizeof wish.id);
    return wish;
}

static void look(void)
{
    llmreg_difference_put(difference);
    desk_look(prepare.desk, &work, &difference);
}

static void restore_as(const struct llmreg_restore_wish *wish)
{
    writing_sync(&w);
    ck_assert_int_eq(desk_request(prepare.desk, wish), LLMREG_OK);
    tend();
    look();
}

/* One that works. */
static void restore(bool dry_run)
{
    const struct llmreg_restore_wish wish = wish_of(dry_run);

    restore_as(&wish);
    ck_assert_msg(work.step == LLMREG_RESTORE_DONE, "%s", work.reason.text);
}

static void refuse(const struct llmreg_restore_wish *wish, const char *why)
{
    restore_as(wish);
    ck_assert_int_eq(work.step, LLMREG_RESTORE_FAILED);
    ck_assert_msg(strstr(work.reason.text, why) != NULL, "%s",
                  work.reason.text);
    ck_assert_uint_eq(
        room_count_files(&w.room, "registry", STORE_FILE PREPARE_SUFFIX), 0);
}

static int64_t count(const char *table, enum llmreg_change change)
{
    for (size_t i = 0; llmreg_difference_table(i) != NULL; i++)
        if (strcmp(llmreg_difference_table(i), table) == 0)
            return llmreg_difference_count(difference, i, change);
    return -1;
}

static int64_t count_all(void)
{
    int64_t n = 0;

    for (size_t i = 0; llmreg_difference_table(i) != NULL; i++)
        for (int c = 0; c < LLMREG_CHANGES; c++)
            n += llmreg_difference_count(difference, i, c);
    return n;
}

/* By a person: what the configuration names is not restored. */
static void add(const char *name)
{
    char endpoint[64], url[80];
    const struct llmreg_label label = {"rack", name};
    const struct llmreg_spec spec = {
        .id = endpoint,
        .url = url,
        .name = name,
        .host = name,
        .series = "11434",
        .origin = "http",
        .owner = "",
        .kind = LLMREG_KIND_OLLAMA,
        .source = LLMREG_SOURCE_MANUAL,
        .priority = LLMREG_PRIORITY_DEFAULT,
        .interval_ms = 30000,
        .labels = &label,
        .nlabels = 1,
    };

    snprintf(endpoint, sizeof endpoint, "%s:11434", name);
    snprintf(url, sizeof url, "http://%s", endpoint);
    ck_assert_int_eq(llmreg_set(w.room.registry, &spec, NULL, NULL), LLMREG_OK);
}

static bool is_there(const char *name)
{
    struct llmreg_endpoint *e = room_get(&w.room, name);

    llmreg_put(e);
    return e != NULL;
}

static bool has_agent(const char *name)
{
    struct llmreg_agent *a = tenant_get(&w.room, name);

    llmreg_agent_put(a);
    return a != NULL;
}

static void call(const char *name, const char *what)
{
    char endpoint[64];
    const struct llmreg_patch patch = {
        .set = {.fields = LLMREG_FIELD_NAME, .name = what}, .reason = "test"};

    snprintf(endpoint, sizeof endpoint, "%s:11434", name);
    ck_assert_int_eq(
        llmreg_patch(w.room.registry, endpoint, &patch, NULL, NULL), LLMREG_OK);
}

static void expect_called(const char *name, const char *what)
{
    struct llmreg_endpoint *e = room_get(&w.room, name);
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);

    ck_assert_str_eq(spec->name, what);
    llmreg_spec_put(spec);
    llmreg_put(e);
}

static enum llmreg_admin intent(const char *name)
{
    struct llmreg_endpoint *e = room_get(&w.room, name);
    const enum llmreg_admin admin = llmreg_endpoint_intent(e).admin;

    llmreg_put(e);
    return admin;
}

static void fill(void)
{
    add("gpu1");
    add("gpu2");
    add("gpu3");
    room_models(&w.room, "gpu1", "a:latest,b:latest");
    tenant_add(&w.room, "scout");
    host_report(&w.room, "box1");
    token_add(&w.room, "ab12cd34");
}

static void change(void)
{
    room_remove(&w.room, "gpu1");
    add("gpu4");
    call("gpu2", "other");
    room_admin(&w.room, "gpu3", LLMREG_ADMIN_DRAINING, 0);
    tenant_remove(&w.room, "scout");
    tenant_add(&w.room, "guard");
    ck_assert_int_eq(llmreg_host_remove(w.room.registry, "box1", "test"),
                     LLMREG_OK);
    host_report(&w.room, "box2");
    token_add(&w.room, "ef56ab78");
}

/* ---- a dry run ---- */

START_TEST(a_dry_run_tells_all_and_changes_nothing)
{
    fill();
    back_up();
    change();
    restore(true);
    ck_assert_int_eq(count("endpoint", LLMREG_WOULD_APPEAR), 1);
    ck_assert_int_eq(count("endpoint", LLMREG_WOULD_CHANGE), 2);
    ck_assert_int_eq(count("endpoint", LLMREG_WOULD_VANISH), 1);
    ck_assert_str_eq(
        llmreg_difference_id(difference, 0, LLMREG_WOULD_APPEAR, 0),
        "gpu1:11434");
    ck_assert_ptr_null(
        llmreg_difference_id(difference, 0, LLMREG_WOULD_APPEAR, 1));
    ck_assert_int_eq(count("agent", LLMREG_WOULD_APPEAR), 1);
    ck_assert_int_eq(count("agent", LLMREG_WOULD_VANISH), 1);
    ck_assert_int_eq(count("host", LLMREG_WOULD_VANISH), 1);
    ck_assert_int_eq(count("token", LLMREG_WOULD_APPEAR), 0);
    ck_assert(!is_there("gpu1") && is_there("gpu4"));
    expect_called("gpu2", "other");
    ck_assert_str_eq(work.safety, "");
    ck_assert_uint_eq(room_count_files(&w.room, "registry/backups", "2"), 2);
    ck_assert_uint_eq(
        room_count_files(&w.room, "registry", STORE_FILE PREPARE_SUFFIX), 0);
}
END_TEST

START_TEST(nothing_differs_from_a_backup_of_now)
{
    fill();
    back_up();
    restore(true);
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

START_TEST(more_than_can_be_listed_are_counted)
{
    char name[16];

    back_up();
    for (int i = 0; i < LLMREG_DIFFERENCE_IDS + 5; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        add(name);
    }
    restore(true);
    ck_assert_int_eq(count("endpoint", LLMREG_WOULD_VANISH),
                     LLMREG_DIFFERENCE_IDS + 5);
    ck_assert_ptr_nonnull(llmreg_difference_id(
        difference, 0, LLMREG_WOULD_VANISH, LLMREG_DIFFERENCE_IDS - 1));
    ck_assert_ptr_null(llmreg_difference_id(difference, 0, LLMREG_WOULD_VANISH,
                                            LLMREG_DIFFERENCE_IDS));
}
END_TEST

/* ---- a restore ---- */

static void expect_filled(void)
{
    ck_assert(is_there("gpu1") && is_there("gpu2") && is_there("gpu3"));
    ck_assert(!is_there("gpu4"));
    expect_called("gpu2", "gpu2");
    ck_assert_int_eq(intent("gpu3"), LLMREG_ADMIN_ACTIVE);
    ck_assert(has_agent("scout") && !has_agent("guard"));
    ck_assert_ptr_null(host_get(&w.room, "box2"));
}

START_TEST(what_was_is_again)
{
    fill();
    back_up();
    change();
    restore(false);
    expect_filled();
    ck_assert_int_eq(work.skipped, 0);
    restore(true);
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

START_TEST(what_was_is_again_after_a_restart)
{
    fill();
    back_up();
    change();
    restore(false);
    restart();
    expect_filled();
    ck_assert_str_eq(token_state(&w.room, "ef56ab78"), "valid");
}
END_TEST

START_TEST(what_was_before_is_a_backup_that_can_be_restored)
{
    fill();
    back_up();
    change();
    restore(false);
    ck_assert_str_ne(work.safety, "");
    memcpy(id, work.safety, sizeof id);
    restore(false);
    ck_assert(!is_there("gpu1") && is_there("gpu4"));
    expect_called("gpu2", "other");
    ck_assert_int_eq(intent("gpu3"), LLMREG_ADMIN_DRAINING);
    ck_assert(!has_agent("scout") && has_agent("guard"));
}
END_TEST

START_TEST(what_is_observed_and_stays_goes_on)
{
    fill();
    room_observe(&w.room, "gpu2", LLMREG_REASON_OK);
    back_up();
    change();
    room_observe(&w.room, "gpu2", LLMREG_REASON_TIMEOUT);
    room_observe(&w.room, "gpu2", LLMREG_REASON_TIMEOUT);
    restore(false);
    ck_assert_int_eq(room_health(&w.room, "gpu2").state,
                     LLMREG_HEALTH_UNREACHABLE);
}
END_TEST

START_TEST(what_was_revoked_stays_revoked)
{
    fill();
    token_add(&w.room, "zz00zz00");
    back_up();
    token_revoke(&w.room, "ab12cd34");
    token_revoke(&w.room, "zz00zz00");
    ck_assert_int_eq(
        llmreg_token_forget(w.room.registry, "zz00zz00", &w.room.now, NULL),
        LLMREG_OK);
    restore(false);
    ck_assert_str_eq(token_state(&w.room, "ab12cd34"), "revoked");
    ck_assert_str_eq(token_state(&w.room, "zz00zz00"), "revoked");
}
END_TEST

START_TEST(a_token_that_was_lost_comes_back)
{
    fill();
    back_up();
    stop(); /* lost with the file and all that knew whose it was */
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/registry.db")), 0);
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/registry.hub")), 0);
    go_on();
    ck_assert_str_eq(token_state(&w.room, "ab12cd34"), "none");
    tend(); /* looks at the directory */
    struct llmreg_restore_wish wish = wish_of(false);
    refuse(&wish, "of another hub");
    wish.force = true;
    restore_as(&wish);
    ck_assert_msg(work.step == LLMREG_RESTORE_DONE, "%s", work.reason.text);
    ck_assert_str_eq(token_state(&w.room, "ab12cd34"), "valid");
    ck_assert(is_there("gpu1"));
}
END_TEST

START_TEST(numbers_go_on_and_the_audit_is_kept)
{
    uint64_t last;

    fill();
    back_up();
    audit_note(&w.room, "since");
    change();
    writing_sync(&w);
    last = llmreg_bus_last(w.room.bus);
    restore(false);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM audit"), 1);
    ck_assert_uint_gt(llmreg_bus_last(w.room.bus), last);
    ck_assert_int_gt(
        writing_ask(&w, "SELECT value FROM meta WHERE key = 'seq_reserved'"),
        (int64_t)last);
}
END_TEST

START_TEST(one_table_alone)
{
    struct llmreg_restore_wish wish;

    fill();
    back_up();
    change();
    wish = wish_of(false);
    snprintf(wish.table, sizeof wish.table, "endpoint");
    restore_as(&wish);
    ck_assert_int_eq(work.step, LLMREG_RESTORE_DONE);
    ck_assert_int_eq(work.records, 3);
    ck_assert(is_there("gpu1") && !is_there("gpu4"));
    ck_assert(!has_agent("scout") && has_agent("guard"));
}
END_TEST

static size_t count_events(enum llmreg_event_type type, const char *name,
                           const char *after)
{
    const struct llmreg_event *event;
    size_t n = 0;

    while (llmreg_subscription_next(events, &event) == LLMREG_OK) {
        n += event->type == type && strcmp(event->name, name) == 0 &&
             (after == NULL || strcmp(event->after, after) == 0);
        llmreg_event_put(event);
    }
    return n;
}

static void skip_events(void)
{
    (void)count_events(LLMREG_EVENT_STORE, "", NULL);
}

START_TEST(each_change_and_the_end_are_told)
{
    static const struct {
        enum llmreg_event_type type;
        const char *name, *after;
    } expected[] = {
        {LLMREG_EVENT_REGISTERED, "gpu1", NULL},
        {LLMREG_EVENT_REMOVED, "gpu4", NULL},
        {LLMREG_EVENT_UPDATED, "gpu2", NULL},
        {LLMREG_EVENT_ADMIN, "gpu3", "active"},
        {LLMREG_EVENT_STORE, "restore", "complete"},
    };

    fill();
    back_up();
    change();
    writing_sync(&w);
    skip_events();
    restore(false);
    ck_assert_uint_eq(
        count_events(expected[_i].type, expected[_i].name, expected[_i].after),
        1);
}
END_TEST

START_TEST(what_the_configuration_names_stays)
{
    room_add(&w.room, "fixed1");
    back_up();
    room_remove(&w.room, "fixed1"); /* it is named no more */
    room_add(&w.room, "fixed2");
    restore(true);
    ck_assert_int_eq(count_all(), 0);
    restore(false);
    ck_assert(!is_there("fixed1") && is_there("fixed2"));
}
END_TEST

START_TEST(what_the_operator_said_of_it_is_restored)
{
    room_add(&w.room, "fixed1");
    call("fixed1", "mine");
    back_up();
    call("fixed1", "other");
    room_admin(&w.room, "fixed1", LLMREG_ADMIN_DISABLED, 0);
    restore(false);
    expect_called("fixed1", "mine");
    ck_assert_int_eq(intent("fixed1"), LLMREG_ADMIN_ACTIVE);
}
END_TEST

/* ---- refused ---- */

START_TEST(one_that_was_cut_is_refused)
{
    const struct llmreg_restore_wish *wish;
    struct llmreg_restore_wish it;
    char name[96];

    fill();
    back_up();
    change();
    it = wish_of(false);
    wish = &it;
    snprintf(name, sizeof name, "registry/backups/%s.db", id);
    ck_assert_int_eq(truncate(room_path(&w.room, name), 20480), 0);
    refuse(wish, "is not what its manifest says");
    ck_assert(!is_there("gpu1") && is_there("gpu4"));
    skip_events();
    refuse(wish, "is not what its manifest says");
    ck_assert_uint_eq(count_events(LLMREG_EVENT_STORE, "restore", "failed"), 1);
}
END_TEST

START_TEST(one_that_is_not_there_is_refused)
{
    const struct llmreg_restore_wish wish = {.id = "20200101T000000Z-00000001"};

    refuse(&wish, "there is no backup");
}
END_TEST

START_TEST(one_at_a_time)
{
    struct llmreg_restore_wish wish;

    back_up();
    wish = wish_of(false);
    ck_assert_int_eq(desk_request(prepare.desk, &wish), LLMREG_OK);
    ck_assert_int_eq(desk_request(prepare.desk, &wish), LLMREG_EBUSY);
    tend();
    look();
    ck_assert_int_eq(work.step, LLMREG_RESTORE_DONE);
    ck_assert_int_eq(desk_request(prepare.desk, &wish), LLMREG_OK);
}
END_TEST

/* ---- at the start ---- */

static void want_at_start(const char *text)
{
    room_write_file(&w.room, "registry/restore", text);
    restart();
    ck_assert(writer_works(w.writer));
    ck_assert_uint_eq(
        room_count_files(&w.room, "registry", STORE_FILE PREPARE_SUFFIX), 0);
}

static size_t put_away(const char *how)
{
    return room_count_files(&w.room, "registry", how);
}

START_TEST(a_file_wants_it_at_the_start)
{
    char text[FILES_PATH_SIZE];
    uint64_t last;

    fill();
    back_up();
    change();
    token_revoke(&w.room, "ab12cd34");
    audit_note(&w.room, "since");
    writing_sync(&w);
    last = llmreg_bus_last(w.room.bus);
    vault_path(vault, id, text);
    want_at_start(_i == 0 ? id : text);
    ck_assert_uint_eq(put_away("restore.done"), 1);
    ck_assert(room_logged(&w.room, "is restored, as"));
    expect_filled();
    ck_assert_str_eq(token_state(&w.room, "ab12cd34"), "revoked");
    ck_assert_str_eq(token_state(&w.room, "ef56ab78"), "valid");
    ck_assert_uint_gt(llmreg_bus_last(w.room.bus), last);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM audit"), 1);
    ck_assert_uint_eq(room_count_files(&w.room, "registry/backups", "2"), 4);
    room_remove(&w.room, "gpu1");
    restart(); /* and only once */
    ck_assert(!is_there("gpu1"));
}
END_TEST

START_TEST(what_is_wanted_at_the_start_may_be_refused)
{
    static const struct {
        const char *text, *why;
    } wanted[] = {
        {"", "neither the id"},
        {"../../etc/passwd", "neither the id"},
        {"20200101T000000Z-00000001", "no manifest"},
        {"/nowhere/at/all.db", "cannot"},
        {"20200101T000000Z-00000001\nplease", "second line"},
    };

    fill();
    back_up();
    change();
    want_at_start(wanted[_i].text);
    ck_assert_uint_eq(put_away("restore.failed"), 1);
    ck_assert(room_logged(&w.room, wanted[_i].why));
    ck_assert(!is_there("gpu1") && is_there("gpu4"));
    ck_assert_uint_eq(room_count_files(&w.room, "registry/backups", "2"), 2);
}
END_TEST

START_TEST(a_damaged_store_is_set_aside_for_it)
{
    fill();
    back_up();
    change();
    stop();
    room_write_file(&w.room, "registry/registry.db", "not a database at all");
    room_write_file(&w.room, "registry/restore", id);
    go_on();
    expect_filled();
    ck_assert_uint_eq(put_away("restore.done"), 1);
    ck_assert_uint_eq(put_away(STORE_FILE ".corrupt-"), 1);
}
END_TEST

START_TEST(a_damaged_store_takes_none_of_another_hub)
{
    fill();
    back_up();
    stop();
    room_write_file(&w.room, "registry/registry.db", "not a database at all");
    room_write_file(&w.room, "registry/registry.hub",
                    "00112233445566778899aabbccddeeff\n");
    room_write_file(&w.room, "registry/restore", id);
    go_on();
    ck_assert_uint_eq(put_away("restore.failed"), 1);
    ck_assert(room_logged(&w.room, "of another hub"));
}
END_TEST

START_TEST(a_new_machine_takes_a_file_as_its_own)
{
    char text[FILES_PATH_SIZE], copy[FILES_PATH_SIZE];
    uint64_t last;

    fill();
    back_up();
    writing_sync(&w);
    last = llmreg_bus_last(w.room.bus);
    vault_path(vault, id, text);
    files_path(copy, w.room.dir, "carried.db");
    ck_assert_int_eq(rename(text, copy), 0);
    stop();
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/registry.db")), 0);
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/registry.hub")), 0);
    room_write_file(&w.room, "registry/restore", copy);
    go_on();
    expect_filled();
    ck_assert_uint_eq(put_away("restore.done"), 1);
    ck_assert_uint_gt(llmreg_bus_last(w.room.bus), last);
}
END_TEST

START_TEST(at_the_start_another_hub_takes_force_as_well)
{
    char text[64];

    fill();
    back_up();
    change();
    stop();
    writing_change_file(&w, "UPDATE meta SET value ="
                            " '00112233445566778899aabbccddeeff'"
                            " WHERE key = 'hub_id'");
    room_write_file(&w.room, "registry/restore", id);
    go_on();
    ck_assert(room_logged(&w.room, "of another hub"));
    ck_assert(is_there("gpu4"));
    snprintf(text, sizeof text, "%s\nforce\n", id);
    want_at_start(text);
    expect_filled();
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM meta WHERE value ="
                                     " '00112233445566778899aabbccddeeff'"),
                     1);
}
END_TEST

/* Memory is short while the registry is half of it: nothing is written until
 * all of it is. */
START_TEST(each_allocation_may_fail_when_it_is_applied)
{
    bool failed = true;

    fill();
    back_up();
    for (long n = 0; failed; n++) {
        struct llmreg_restore_wish wish = wish_of(false);
        int64_t gone;

        room_remove(&w.room, "gpu1");
        tenant_remove(&w.room, "scout");
        writing_sync(&w);
        ck_assert_int_eq(desk_request(prepare.desk, &wish), LLMREG_OK);
        chores[1].run(chores[1].ctx, &reader, &w.room.now);
        scarce_from(n);
        writing_step(&w);
        failed = scarce_end();
        gone = writing_ask(&w, "SELECT (SELECT count(*) FROM endpoint) * 10"
                               " + (SELECT count(*) FROM agent)");
        ck_assert_msg(gone == 20 || gone == 31, "%ld: %ld", n, (long)gone);
        for (int i = 0; i < 3 && !writer_works(w.writer); i++) {
            room_pass(&w.room, 5000);
            writing_step(&w);
        }
        writing_sync(&w);
        look();
        ck_assert(work.step == LLMREG_RESTORE_DONE ||
                  work.step == LLMREG_RESTORE_FAILED);
        if (work.step == LLMREG_RESTORE_DONE)
            ck_assert(is_there("gpu1") && has_agent("scout"));
        else
            ck_assert(!is_there("gpu1") && !has_agent("scout"));
        if (work.step == LLMREG_RESTORE_FAILED)
            restore(false);
        ck_assert(is_there("gpu1") && has_agent("scout"));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("restore");
    TCase *tc = tcase_create("restore");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_dry_run_tells_all_and_changes_nothing);
    tcase_add_test(tc, nothing_differs_from_a_backup_of_now);
    tcase_add_test(tc, more_than_can_be_listed_are_counted);
    tcase_add_test(tc, what_was_is_again);
    tcase_add_test(tc, what_was_is_again_after_a_restart);
    tcase_add_test(tc, what_was_before_is_a_backup_that_can_be_restored);
    tcase_add_test(tc, what_is_observed_and_stays_goes_on);
    tcase_add_test(tc, what_was_revoked_stays_revoked);
    tcase_add_test(tc, a_token_that_was_lost_comes_back);
    tcase_add_test(tc, numbers_go_on_and_the_audit_is_kept);
    tcase_add_test(tc, one_table_alone);
    tcase_add_test(tc, what_the_configuration_names_stays);
    tcase_add_test(tc, what_the_operator_said_of_it_is_restored);
    tcase_add_loop_test(tc, each_change_and_the_end_are_told, 0, 5);
    tcase_add_test(tc, one_that_was_cut_is_refused);
    tcase_add_test(tc, one_that_is_not_there_is_refused);
    tcase_add_test(tc, one_at_a_time);
    tcase_add_test(tc, each_allocation_may_fail_when_it_is_applied);
    tcase_add_loop_test(tc, a_file_wants_it_at_the_start, 0, 2);
    tcase_add_loop_test(tc, what_is_wanted_at_the_start_may_be_refused, 0, 5);
    tcase_add_test(tc, a_damaged_store_is_set_aside_for_it);
    tcase_add_test(tc, a_damaged_store_takes_none_of_another_hub);
    tcase_add_test(tc, a_new_machine_takes_a_file_as_its_own);
    tcase_add_test(tc, at_the_start_another_hub_takes_force_as_well);
    tcase_set_timeout(tc, 240);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
