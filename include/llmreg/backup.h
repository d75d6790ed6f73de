/* SPDX-License-Identifier: MIT */
/* backup.h - what is known of the backups of the store.
 *
 * A backup is two files in BackupDir: ID.db, a database of its own, and
 * ID.json, which says what is in it and its SHA-256.  It is good when both are
 * there and agree.  The list is what the directory had when it was looked at
 * last: asking for it touches no disk.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: a list is a reference, dropped with llmreg_backups_put; what is
 *            in it is lent as long.
 */
#ifndef LLMREG_BACKUP_H
#define LLMREG_BACKUP_H

#include <llmreg/status.h>

#define LLMREG_BACKUP_ID_SIZE 26 /* "20261121T071543Z-1ed00001" and its NUL */
#define LLMREG_BACKUP_TABLES  32
#define LLMREG_SHA256_SIZE    65 /* in hexadecimal, with its NUL */

enum llmreg_backup_why {
    LLMREG_BACKUP_SCHEDULE, /* it was time */
    LLMREG_BACKUP_REQUEST,  /* somebody asked for it */
    LLMREG_BACKUP_SAFETY,   /* before a restore */
    LLMREG_BACKUP_WHYS
};
const char *llmreg_backup_why_text(enum llmreg_backup_why why);

struct llmreg_backup {
    char id[LLMREG_BACKUP_ID_SIZE]; /* in the order of time */
    char hub[40];                   /* whose registry */
    char sha256[LLMREG_SHA256_SIZE];
    char program[24]; /* the version that made it */
    enum llmreg_backup_why why;
    int64_t schema;
    int64_t made_ms; /* wall time; all events up to then that were on disk */
    int64_t took_ms;
    int64_t bytes;
    int64_t synced_seq; /* every change up to that event is in it */
    size_t ntables;
    struct llmreg_backup_rows {
        char table[24];
        int64_t rows;
    } tables[LLMREG_BACKUP_TABLES];
    char problem[96]; /* why it is not good; "" if it is */
};

/* ---- those that are there, the newest first ---- */

struct llmreg_backups;

size_t llmreg_backups_count(const struct llmreg_backups *b);
const struct llmreg_backup *llmreg_backups_at(const struct llmreg_backups *b,
                                              size_t i);
/* NULL: there is none of that id. */
const struct llmreg_backup *llmreg_backups_find(const struct llmreg_backups *b,
                                                const char *id);
void llmreg_backups_put(struct llmreg_backups *b); /* NULL is fine */

/* ---- what is going on ---- */

struct llmreg_backup_work {
    bool running; /* or wanted, and about to run */
    char id[LLMREG_BACKUP_ID_SIZE];
    enum llmreg_backup_why why;
    int64_t since_ms;
    struct {
        bool known; /* one was made since the program started */
        bool failed;
        char id[LLMREG_BACKUP_ID_SIZE];
        int64_t ended_ms;
        struct llmreg_error reason; /* of a failure */
    } last;
    int64_t good_ms; /* when the newest good one was made; 0: there is none */
    int64_t next_ms; /* when the next is due; 0: none is planned */
};

#endif
