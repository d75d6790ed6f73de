/* SPDX-License-Identifier: MIT */
/* seal.c - an SQL function for the rows, a walk over tables for the sums. */
#include "common/store/care/seal.h"

#include "common/store/care/sums.h"
#include "common/store/care/rowcrc.h"

/* row_crc(table, column, ...) */
static void row_crc(sqlite3_context *context, int n, sqlite3_value **values)
{
    const char *name = (const char *)sqlite3_value_text(values[0]);
    struct rowcrc r = rowcrc_start(name != NULL ? name : "");
    int code = name != NULL ? SQLITE_OK : SQLITE_NOMEM;

    for (int i = 1; i < n && code == SQLITE_OK; i++)
        code = rowcrc_value(&r, values[i]);
    if (code == SQLITE_OK)
        sqlite3_result_int64(context, r.crc);
    else
        sqlite3_result_error_nomem(context);
}

static int sum_table(sqlite3 *db, enum table which, struct sum *out)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db, table_info(which)->crcs, -1, &stmt, NULL);

    *out = (struct sum){0, 0};
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    for (; code == SQLITE_ROW; code = sqlite3_step(stmt))
        sums_add(out, sqlite3_column_int64(stmt, 0), 1);
    sqlite3_finalize(stmt);
    return sums_done(code);
}

static int seal_table(sqlite3 *db, sqlite3_stmt *put, enum table which)
{
    const struct table_info *info = table_info(which);
    struct sum sum;
    int code = sqlite3_exec(db, info->seal, NULL, NULL, NULL);

    if (code == SQLITE_OK)
        code = sum_table(db, which, &sum);
    return code == SQLITE_OK ? sums_put(put, info->name, &sum) : code;
}

static int seal_schema(sqlite3 *db, sqlite3_stmt *put)
{
    struct sum sum;
    const int code = sums_of_schema(db, &sum);

    return code == SQLITE_OK ? sums_put(put, SEAL_SCHEMA, &sum) : code;
}

static int add_function(sqlite3 *db)
{
    return sqlite3_create_function_v2(db, "row_crc", -1,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                      row_crc, NULL, NULL, NULL);
}

int seal_rows(sqlite3 *db, enum table which)
{
    const int code = add_function(db);

    if (code != SQLITE_OK)
        return code;
    return sqlite3_exec(db, table_info(which)->seal, NULL, NULL, NULL);
}

int seal_all(sqlite3 *db)
{
    sqlite3_stmt *put = NULL;
    int code = add_function(db);

    if (code == SQLITE_OK)
        code = sums_prepare(db, &put);
    for (int i = 0; i < TABLES && code == SQLITE_OK; i++)
        code = seal_table(db, put, (enum table)i);
    if (code == SQLITE_OK)
        code = seal_schema(db, put);
    sqlite3_finalize(put);
    return code;
}
