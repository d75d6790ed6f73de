/* SPDX-License-Identifier: MIT */
/* damage.c - see damage.h. */
#include "tests/support/damage.h"

#include <check.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/care/tables.h"

#define FLIPS_MAX 2000

int damage_flips(int preset)
{
    const char *s = getenv("LLMREG_TEST_FLIPS");
    const int n = s != NULL ? (int)strtol(s, NULL, 10) : preset;

    return n > FLIPS_MAX ? FLIPS_MAX : n;
}

off_t damage_choose_bit(const char *path)
{
    const uint64_t any = (uint64_t)rand() << 16 ^ (uint64_t)rand();
    struct stat st;

    ck_assert_int_eq(stat(path, &st), 0);
    return (off_t)(any % ((uint64_t)st.st_size * 8));
}

void damage_flip(const char *path, off_t bit)
{
    unsigned char byte;
    const int fd = open(path, O_RDWR | O_CLOEXEC);

    ck_assert_int_eq(pread(fd, &byte, 1, bit / 8), 1);
    byte = (unsigned char)(byte ^ (1U << (bit % 8)));
    ck_assert_int_eq(pwrite(fd, &byte, 1, bit / 8), 1);
    close(fd);
}

static uint64_t read_row(sqlite3_stmt *stmt, uint64_t before)
{
    uint64_t all = before;

    for (int c = 0; c < sqlite3_column_count(stmt); c++) {
        const char *s = (const char *)sqlite3_column_text(stmt, c);
        for (all = all * 31 + 7; s != NULL && *s != '\0'; s++)
            all = all * 31 + (unsigned char)*s;
    }
    return all;
}

static uint64_t read_everything(sqlite3 *db)
{
    uint64_t all = 0;

    for (int i = 0; i < TABLES; i++) {
        sqlite3_stmt *stmt = NULL;

        if (sqlite3_prepare_v2(db, table_info((enum table)i)->all, -1, &stmt,
                               NULL) != SQLITE_OK)
            return 0;
        while (sqlite3_step(stmt) == SQLITE_ROW)
            all = read_row(stmt, all);
        sqlite3_finalize(stmt);
    }
    return all;
}

uint64_t damage_read(const char *path)
{
    sqlite3 *db = NULL;
    uint64_t all;

    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    all = read_everything(db);
    sqlite3_close(db);
    return all;
}
