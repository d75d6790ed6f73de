/* SPDX-License-Identifier: MIT */
/* test_mount.c - of which file systems is warned. */
#include "common/store/mount.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include "tests/support/writing.h"

static struct room room;
static unsigned long type; /* that statfs says */

int __wrap_statfs(const char *path, struct statfs *out);
int __real_statfs(const char *path, struct statfs *out);

int __wrap_statfs(const char *path, struct statfs *out)
{
    int rc = __real_statfs(path, out);

    if (type != 0)
        out->f_type = (__fsword_t)type;
    return rc;
}

static void setup(void)
{
    room_open(&room);
}

static void teardown(void)
{
    room_close(&room);
}

static const struct {
    unsigned long type;
    const char *says;
} rows[] = {
    {0x6969, "is on NFS: the write-ahead log of SQLite is not made for it"},
    {0xff534d42, "is on CIFS: "},
    /* As a machine with 32 bits gives it. */
    {0xffffffffff534d42, "is on CIFS: "},
    {0x65735546, "is on FUSE: a program serves it"},
    {0x01021994, "is on tmpfs: all of it is gone when"},
    {0x794c7630, "is on overlayfs: if that is the layer of a container"},
};

START_TEST(each_that_cannot_be_trusted_is_named_with_the_reason)
{
    type = rows[_i].type;
    mount_look(room.dir, &room.log);
    ck_assert_msg(room_logged(&room, rows[_i].says), "%s", room.lines);
    ck_assert(room_logged(&room, room.dir));
}
END_TEST

START_TEST(a_disk_of_this_machine_is_not_talked_about)
{
    static const unsigned long disks[] = {0xef53, 0x58465342, 0x9123683e,
                                          0x2fc12fc1, 0xf2f52010};

    for (size_t i = 0; i < sizeof disks / sizeof disks[0]; i++) {
        type = disks[i];
        mount_look(room.dir, &room.log);
    }
    ck_assert_str_eq(room.lines, "");
}
END_TEST

START_TEST(a_directory_that_there_is_not_is_left_to_others)
{
    type = 0;
    mount_look(room_path(&room, "nowhere"), &room.log);
    ck_assert_str_eq(room.lines, "");
}
END_TEST

START_TEST(a_store_looks_when_it_starts)
{
    struct store_config config = {.flush_ns = LLMREG_NS_PER_S,
                                  .retry_ns = LLMREG_NS_PER_S};
    const struct store_world world = {room.registry, room.bus, &room.clock,
                                      &room.log};
    struct llmreg_error err;
    struct store *s = NULL;

    type = 0x6969;
    snprintf(config.dir, sizeof config.dir, "%s/registry", room.dir);
    ck_assert_int_eq(store_open(&s, &config, &world, &err), LLMREG_OK);
    store_close(s);
    ck_assert(room_logged(&room, "registry is on NFS: "));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mount");
    TCase *tc = tcase_create("mount");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc,
                        each_that_cannot_be_trusted_is_named_with_the_reason, 0,
                        sizeof rows / sizeof rows[0]);
    tcase_add_test(tc, a_disk_of_this_machine_is_not_talked_about);
    tcase_add_test(tc, a_directory_that_there_is_not_is_left_to_others);
    tcase_add_test(tc, a_store_looks_when_it_starts);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
