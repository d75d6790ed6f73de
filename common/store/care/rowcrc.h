/* SPDX-License-Identifier: MIT */
/* rowcrc.h - the checksum of one row: what its column crc must hold.
 *
 * It is of the table's name and of all other columns, in the order of the
 * table: of each one byte for its type, the length or the number, the bytes.
 * So no two rows have the same bytes, a row in the wrong table is found like
 * one that changed, and NULL is not an empty text.  What this gives for a row
 * is in files: it never changes.
 *
 * Threads:   one at a time.
 * Blocking:  never.
 * Ownership: text and bytes are lent.
 */
#ifndef LLMREG_STORE_ROWCRC_H
#define LLMREG_STORE_ROWCRC_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct rowcrc {
    uint32_t crc;
};

struct rowcrc rowcrc_start(const char *table);
void rowcrc_number(struct rowcrc *r, int64_t n);
void rowcrc_real(struct rowcrc *r, double x);
void rowcrc_text(struct rowcrc *r, const char *s, size_t len);
void rowcrc_bytes(struct rowcrc *r, const void *bytes, size_t len);
void rowcrc_null(struct rowcrc *r);
/* One column that was read, whatever it is.  SQLITE_OK, or SQLITE_NOMEM. */
int rowcrc_value(struct rowcrc *r, sqlite3_value *v);

/* What it adds to the sum of its table: rows with checksums near to each other
 * must not make up for each other. */
uint64_t rowcrc_share(int64_t crc);

#endif
