/* SPDX-License-Identifier: MIT */
/* measure.h - the chore that looks how large the store is, and what is left.
 *
 * Once a minute what costs nothing: pages, free ones, the log, the disk, the
 * backups.  Every ten minutes what reads all pages: bytes and fill of each
 * table.  How many rows a table has is in the file (sums.h) and not counted.
 *
 * Threads:   the caretaker's; new and free where it does not run.
 * Blocking:  the chore on the disk.
 * Ownership: what is in struct measure_conf is lent.
 */
#ifndef LLMREG_STORE_MEASURE_H
#define LLMREG_STORE_MEASURE_H

#include "common/store/backup/vault.h"
#include "common/store/care/care.h"

struct measure;

struct measure_conf {
    struct care *care;
    struct vault *vault;
    const char *path; /* of the database; copied */
    const struct llmreg_clock *clock;
};

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int measure_new(struct measure **out,
                                 const struct measure_conf *conf);
void measure_free(struct measure *m); /* NULL is fine */
struct chore measure_chore(struct measure *m);

/* ---- pure ---- */

#define MEASURE_SAMPLES 25 /* an hour between two: a day */

struct measure_growth {
    size_t count;
    struct measure_sample {
        int64_t mono_ns, bytes;
    } sample[MEASURE_SAMPLES];
};
/* Bytes a day; NAN while less than an hour is known. */
double measure_grow(struct measure_growth *g, int64_t mono_ns, int64_t bytes);

#endif
