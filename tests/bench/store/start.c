/* SPDX-License-Identifier: MIT */
/* start.c - from the beginning of the service until everything that the file
 * knows is in the registry, checked.
 *
 * The baseline is SQLite alone: all columns of all rows of the same file, each
 * looked at once.
 */
#include <sqlite3.h>
#include <stdio.h>

#include "tests/bench/registry/fleet.h"
#include "tests/bench/store/groups.h"
#include "tests/bench/store/hub.h"

#define ENDPOINTS       20000
#define ENDPOINTS_BRIEF 5000

size_t endpoints_of(bool brief)
{
    return brief ? ENDPOINTS_BRIEF : ENDPOINTS;
}

void fill_group(bool brief, const char *dir)
{
    const size_t count = endpoints_of(brief);
    struct hub h;

    hub_configure(dir);
    hub_start(&h);
    for (size_t i = 0; i < count; i++)
        fleet_fill(h.r, i);
    must(llmreg_service_sync(h.service, 60000) == LLMREG_OK, "a sync");
    hub_stop(&h);
}

/* ---- SQLite alone ---- */

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;

    must(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, sql);
    return stmt;
}

static void look_at_value(sqlite3_stmt *stmt, int i)
{
    if (sqlite3_column_type(stmt, i) == SQLITE_INTEGER)
        sink += (uint64_t)sqlite3_column_int64(stmt, i);
    else if (sqlite3_column_text(stmt, i) != NULL)
        sink += (uint64_t)sqlite3_column_bytes(stmt, i);
}

static void look_at_table(sqlite3 *db, const char *name)
{
    char sql[128];
    sqlite3_stmt *stmt;

    snprintf(sql, sizeof sql, "SELECT * FROM %s", name);
    stmt = prepare(db, sql);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(stmt); i++)
            look_at_value(stmt, i);
    sqlite3_finalize(stmt);
}

static double read_plainly(const char *dir)
{
    const int64_t begin = clock_ns();
    char path[HUB_DIR_SIZE + 16];
    sqlite3_stmt *names;
    sqlite3 *db = NULL;

    snprintf(path, sizeof path, "%s/registry.db", dir);
    must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK,
         path);
    names = prepare(db, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    while (sqlite3_step(names) == SQLITE_ROW)
        look_at_table(db, (const char *)sqlite3_column_text(names, 0));
    sqlite3_finalize(names);
    sqlite3_close(db);
    return (double)(clock_ns() - begin);
}

/* ---- ours ---- */

static double start_ours(bool brief)
{
    const int64_t begin = clock_ns();
    struct llmreg_counts n;
    struct hub h;
    double took;

    hub_start(&h);
    llmreg_count(h.r, &n);
    took = (double)(clock_ns() - begin);
    must(n.endpoints == endpoints_of(brief), "all endpoints");
    hub_stop(&h);
    return took;
}

void start_group(bool brief, const char *dir)
{
    double plain, ours;

    hub_configure(dir);
    plain = read_plainly(dir);
    ours = start_ours(brief);
    figure_against("store.start", ours / 1e6, "ms", "plain", ours / plain);
}
