/* SPDX-License-Identifier: MIT */
/* scarce_sqlite.c - SQLite asks whom it was told to ask. */
#include "tests/support/scarce_sqlite.h"

#include <check.h>
#include <sqlite3.h>
#include <stddef.h>
#include <unistd.h>

static sqlite3_mem_methods real;
static long asked, failing = -1;
static bool failed;

static bool fails(void)
{
    const bool now = asked++ == failing;

    failed = failed || now;
    return now;
}

static void *allocate(int size)
{
    return fails() ? NULL : real.xMalloc(size);
}

static void *resize(void *old, int size)
{
    return fails() ? NULL : real.xRealloc(old, size);
}

void scarce_sqlite_hook(void)
{
    sqlite3_mem_methods hooked;

    ck_assert_int_eq(sqlite3_shutdown(), SQLITE_OK);
    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real), SQLITE_OK);
    hooked = real;
    hooked.xMalloc = allocate;
    hooked.xRealloc = resize;
    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &hooked), SQLITE_OK);
}

void scarce_sqlite_from(long n)
{
    asked = 0;
    failing = n;
    failed = false;
}

bool scarce_sqlite_end(void)
{
    failing = -1;
    return failed;
}

long scarce_sqlite_asked(void)
{
    return asked;
}

/* Found before the C library's, by SQLite too. */
int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

int fsync(int fd)
{
    (void)fd;
    return 0;
}
