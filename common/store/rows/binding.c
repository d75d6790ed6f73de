/* SPDX-License-Identifier: MIT */
/* binding.c - a thin layer over sqlite3_bind, so that one error is checked
 * once and not at each column.
 */
#include "common/store/rows/binding.h"

#include <string.h>

struct binding binding_start(struct database *db, enum db_statement which)
{
    struct binding b = {
        .db = db, .stmt = db->statement[which], .at = 1, .code = SQLITE_OK};

    return b;
}

struct binding binding_row(struct database *db, enum db_statement which,
                           enum table table)
{
    struct binding b = binding_start(db, which);

    b.row = true;
    b.crc = rowcrc_start(table_info(table)->name);
    return b;
}

void binding_text(struct binding *b, const char *s)
{
    const size_t len = strlen(s);

    if (b->code == SQLITE_OK)
        b->code =
            sqlite3_bind_text(b->stmt, b->at++, s, (int)len, SQLITE_STATIC);
    if (b->row)
        rowcrc_text(&b->crc, s, len);
}

void binding_number(struct binding *b, int64_t n)
{
    if (b->code == SQLITE_OK)
        b->code = sqlite3_bind_int64(b->stmt, b->at++, n);
    if (b->row)
        rowcrc_number(&b->crc, n);
}

void binding_null(struct binding *b)
{
    if (b->code == SQLITE_OK)
        b->code = sqlite3_bind_null(b->stmt, b->at++);
    if (b->row)
        rowcrc_null(&b->crc);
}

void binding_known(struct binding *b, int64_t n)
{
    if (n >= 0)
        binding_number(b, n);
    else
        binding_null(b);
}

void binding_time(struct binding *b, int64_t ms)
{
    if (ms != 0)
        binding_number(b, ms);
    else
        binding_null(b);
}

void binding_real(struct binding *b, double x)
{
    if (b->code == SQLITE_OK)
        b->code = sqlite3_bind_double(b->stmt, b->at++, x);
    if (b->row)
        rowcrc_real(&b->crc, x);
}

void binding_bytes(struct binding *b, const void *bytes, size_t len)
{
    if (b->code == SQLITE_OK)
        b->code =
            sqlite3_bind_blob(b->stmt, b->at++, bytes, (int)len, SQLITE_STATIC);
    if (b->row)
        rowcrc_bytes(&b->crc, bytes, len);
}

void binding_tristate(struct binding *b, enum llmreg_tristate t)
{
    binding_known(b, t == LLMREG_UNKNOWN ? -1 : t == LLMREG_YES);
}

int binding_finish(struct binding *b, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (b->code == SQLITE_OK && b->row)
        b->code = sqlite3_bind_int64(b->stmt, b->at, b->crc.crc);
    if (b->row)
        sums_expect(&b->db->sums, b->crc.crc);
    if (b->code == SQLITE_OK)
        b->code = sqlite3_step(b->stmt);
    sums_met(&b->db->sums);
    if (b->code != SQLITE_DONE)
        rc = database_status(b->db, b->code, "write", err);
    sqlite3_reset(b->stmt);
    sqlite3_clear_bindings(b->stmt);
    return rc;
}

int binding_run(struct database *db, enum db_statement which, const char *id,
                struct llmreg_error *err)
{
    struct binding b = binding_start(db, which);

    binding_text(&b, id);
    return binding_finish(&b, err);
}
