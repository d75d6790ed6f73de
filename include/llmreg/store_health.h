/* SPDX-License-Identifier: MIT */
/* store_health.h - how the store is: what was measured, what follows from it.
 *
 * The values are those of the last look, which is made about once a minute on
 * a thread of the store's own: asking for them touches no disk.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: a struct llmreg_store_health is the caller's.
 */
#ifndef LLMREG_STORE_HEALTH_H
#define LLMREG_STORE_HEALTH_H

#include <llmreg/status.h>

#define LLMREG_STORE_TABLES 32
#define LLMREG_COMPACTIONS  20

enum llmreg_store_verdict {
    LLMREG_STORE_HEALTHY,
    LLMREG_STORE_WARNING,
    LLMREG_STORE_UNHEALTHY
};
const char *llmreg_store_verdict_text(enum llmreg_store_verdict verdict);

/* Why it is not healthy: bits. */
enum llmreg_store_reason {
    LLMREG_STORE_STALE_BACKUP = 1, /* no good one in 48 hours, or never */
    LLMREG_STORE_FRAGMENTED = 2,   /* over half of the file is free pages */
    LLMREG_STORE_SPACE_LOW = 4,    /* under a tenth of the disk is left */
    LLMREG_STORE_CORRUPT = 8,      /* the last check found damage */
    LLMREG_STORE_DISK_FULL = 16,
    LLMREG_STORE_FAILED = 32,   /* it cannot be used */
    LLMREG_STORE_RECOVERED = 64 /* out of damage, in the last 24 hours */
};
/* The name of the reason in bit i; NULL after the last. */
const char *llmreg_store_reason_text(size_t i);

struct llmreg_store_table {
    char name[24];
    int64_t rows;
    int64_t bytes;
    double fill; /* part of its pages that holds something, 0 to 1 */
};

/* One run of the compaction. */
struct llmreg_compaction {
    int64_t started_ms, ended_ms; /* wall time */
    int64_t bytes_before, bytes_after;
    int64_t longest_us; /* of its steps, each of which holds up writes */
    bool manual;        /* somebody asked for it */
    char status[12];    /* "compacted", "skipped", "error" */
    char reason[64];    /* "below_threshold", or what went wrong; "" */
};

/* How the file came back after it was damaged. */
struct llmreg_store_recovery {
    int64_t at_ms;    /* wall time; 0: never since the start */
    char from[24];    /* "salvage", "backup", "backup and salvage", ... */
    char reason[160]; /* what was wrong */
    char kept_as[80]; /* name of the damaged file, in DataDir; "": it is gone */
    char backup[32];  /* id of the one that was used; "" */
    int64_t restored; /* rows, out of the backup */
    int64_t saved;    /* rows, out of the damaged file */
    int64_t missing;  /* rows it had and that are lost; -1: unknown */
    int64_t to_approve; /* tokens that wait for approval since */
};

struct llmreg_store_health {
    enum llmreg_store_verdict verdict;
    unsigned reasons;    /* bits of enum llmreg_store_reason */
    int64_t measured_ms; /* wall time; 0: not yet, and the rest is nothing */
    int64_t bytes, free_bytes; /* of the file; free pages in it */
    double fragmentation;      /* the one by the other */
    double growth;             /* bytes a day of what is used; NAN: unknown */
    int64_t log_bytes;         /* the write-ahead log */
    int64_t reader_ms;         /* for so long the log cannot be emptied, because
                          somebody reads; 0: nobody does */
    struct {
        int64_t bytes, free;   /* -1: unknown */
        int64_t inodes, ifree; /* -1: unknown; of a disk that counts none */
        double days_to_full;   /* NAN: unknown, or it does not grow */
    } disk;
    struct {
        int64_t good_ms; /* when the newest good one was made; 0: never */
        bool failed;     /* the last try since the start */
        char reason[160];
    } backup;
    struct {
        int64_t ended_ms; /* the last full check; 0: never */
        int64_t bad;      /* rows and places that were damaged */
        char what[160];   /* the first of them; "" */
    } check;
    struct llmreg_store_recovery recovery; /* the last */
    size_t ntables;
    struct llmreg_store_table tables[LLMREG_STORE_TABLES];
    bool compacting;
    size_t ncompactions; /* the newest first */
    struct llmreg_compaction compactions[LLMREG_COMPACTIONS];
};

#endif
