/* SPDX-License-Identifier: MIT */
/* table.h - strings to pointers, for one thread.
 *
 * A plain hash table with open addressing; keys are copied, values are not
 * touched.  The live registry does not use it: that one is read by everybody
 * at once.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: keys are copied; values stay the caller's, also in free.
 */
#ifndef LLMREG_TABLE_H
#define LLMREG_TABLE_H

#include <llmreg/status.h>

struct llmreg_table;

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_table_new(struct llmreg_table **out);
void llmreg_table_free(struct llmreg_table *t);
/* LLMREG_EEXIST leaves the old value; LLMREG_EINVAL: value is NULL;
 * LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_table_add(struct llmreg_table *t, const char *key,
                                      void *value);
/* The value, or NULL. */
void *llmreg_table_get(const struct llmreg_table *t, const char *key);
/* The value that was there, or NULL. */
void *llmreg_table_remove(struct llmreg_table *t, const char *key);
size_t llmreg_table_count(const struct llmreg_table *t);
/* Walks in no particular order: start with *cursor = 0, ends with false.
 * Removing the pair just returned is allowed, adding is not. */
bool llmreg_table_next(const struct llmreg_table *t, size_t *cursor,
                       const char **key, void **value);

/* SipHash-free 64-bit hash (FNV-1a, mixed); stable across runs and machines:
 * schedules and series names depend on it. */
uint64_t llmreg_hash(const void *bytes, size_t len);

#endif
