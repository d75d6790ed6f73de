/* SPDX-License-Identifier: MIT */
/* scrub.h - the chore that reads all of the file, once a day.
 *
 *   waits -> reads   an interval after the last check, which the file remembers
 *   reads -> waits   all was read: what was found is noted, and the writer
 *                    takes it from there (report.h)
 *   reads -> waits   it could not be read: again in ten minutes
 * First the pages, by SQLite's integrity_check, then one table after the other,
 * each in a transaction of its own, so that the log is not held for long.
 *
 * Threads:   the caretaker's; new and free where it does not run.
 * Blocking:  the chore on the disk.
 * Ownership: what it is made of is lent.
 */
#ifndef LLMREG_STORE_SCRUB_H
#define LLMREG_STORE_SCRUB_H

#include "common/store/care/care.h"
#include "common/store/caretaker.h"
#include "common/store/store.h"

struct scrub;

struct scrub_conf {
    struct care *care;
    const char *path; /* of the database; copied */
    const struct store_world *world;
    int64_t interval_ns; /* 0: never */
};

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int scrub_new(struct scrub **out,
                               const struct scrub_conf *conf);
void scrub_free(struct scrub *s); /* NULL is fine */
struct chore scrub_chore(struct scrub *s);

#endif
