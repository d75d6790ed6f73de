/* SPDX-License-Identifier: MIT */
/* tables.h - which tables the file has, for all that concerns every one.
 *
 * A new table gets a row in tables.c and a column crc; a test compares both
 * with the schema.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: everything is static.
 */
#ifndef LLMREG_STORE_TABLES_H
#define LLMREG_STORE_TABLES_H

enum table {
    TABLE_META,
    TABLE_ENDPOINT,
    TABLE_LABEL,
    TABLE_OPERATOR_LABEL,
    TABLE_HEALTH,
    TABLE_MODEL,
    TABLE_AGENT,
    TABLE_PRESENCE,
    TABLE_HOST,
    TABLE_ADDRESS,
    TABLE_REPORT,
    TABLE_SESSION,
    TABLE_ALERT,
    TABLE_TOKEN,
    TABLE_AUDIT,
    TABLE_EVENT,
    TABLE_HEARTBEAT,
    TABLE_COMPACTION,
    TABLES
};

struct table_info {
    const char *name;
    const char *all;  /* SQL: all rows, all columns as the table has them */
    const char *crcs; /* SQL: all rows, only the column crc */
    const char *seal; /* SQL: computes crc of each row, by row_crc() */
};

const struct table_info *table_info(enum table which);
/* TABLES if it is none of these. */
enum table table_find(const char *name);

#endif
