/* SPDX-License-Identifier: MIT */
/* groups.h - what store_bench can do, each in a process of its own. */
#ifndef LLMREG_BENCH_STORE_GROUPS_H
#define LLMREG_BENCH_STORE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

/* A store with many endpoints in dir. */
size_t endpoints_of(bool brief);
void fill_group(bool brief, const char *dir);
/* How long until it is all there again; what is in dir stays as it is. */
void start_group(bool brief, const char *dir);
/* Whom backups of it disturb. */
void backup_group(bool brief, const char *dir);
/* Registrations in groups, and the same rows by SQLite alone. */
void commit_group(bool brief, const char *dir);

/* Whom a compaction of it holds up; removes all that is in it. */
void compact_group(bool brief, const char *dir);

#endif
