/* SPDX-License-Identifier: MIT */
/* record.h - one row as SQLite writes it, and whose row it is.
 *
 * The checksum of a row is of the name of its table, too: a record tells by
 * itself to which table it belongs, and that it is what was written.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: values point into the record.
 */
#ifndef LLMREG_STORE_RECORD_H
#define LLMREG_STORE_RECORD_H

#include <sqlite3.h>

#include <llmreg/status.h>

#define RECORD_COLUMNS 40

struct record_value {
    int type; /* SQLITE_INTEGER and so on */
    int64_t number;
    double real;
    const unsigned char *bytes; /* of a text or a blob */
    size_t len;
};

struct record {
    size_t n;
    struct record_value at[RECORD_COLUMNS];
};

/* False: it makes no sense. */
bool record_read(struct record *r, const unsigned char *bytes, size_t len);
/* A number without sign of up to nine bytes; *p is behind it then. */
bool record_varint(const unsigned char **p, const unsigned char *end,
                   uint64_t *out);

/* Of a row of the table called so, with its checksum in column crc, where the
 * columns whose bits are set in reals hold reals. */
struct record_shape {
    const char *name;
    size_t n, crc;
    uint64_t reals;
};
/* Changes a whole number where a real belongs: SQLite keeps it so. */
bool record_fits(struct record *r, const struct record_shape *shape);
LLMREG_MUSTCHECK int record_bind(const struct record *r, sqlite3_stmt *stmt);

#endif
