/* SPDX-License-Identifier: MIT */
/* bare.h - the same rows by SQLite alone: no registry, no bus, no checksums,
 * nobody who waits.
 *
 * Threads:   one.
 * Blocking:  on the disk.
 * Ownership: a struct bare is the caller's.
 */
#ifndef LLMREG_BENCH_BARE_H
#define LLMREG_BENCH_BARE_H

#include <sqlite3.h>

#include <llmreg/agents.h>

struct bare {
    sqlite3 *db;
    sqlite3_stmt *begin, *agent, *event, *meta, *commit;
    int64_t seq;
    int pages; /* in the log */
};

/* Of a copy of the store at path, which has its tables. */
void bare_open(struct bare *b, const char *path);
void bare_close(struct bare *b);
/* Between the two, as many as there are; after the second all is on disk. */
void bare_begin(struct bare *b);
void bare_register(struct bare *b, const struct llmreg_agent_spec *spec);
void bare_commit(struct bare *b);

#endif
