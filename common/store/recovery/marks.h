/* SPDX-License-Identifier: MIT */
/* marks.h - one line in a file beside the database, whole or not there.
 *
 *   registry.hub       whose registry this is, when the database cannot say
 *   registry.recovery  why the database was set aside, until there is another
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_MARKS_H
#define LLMREG_STORE_MARKS_H

#include <llmreg/status.h>

#define MARKS_HUB      "registry.hub"
#define MARKS_RECOVERY "registry.recovery"

/* False: it is not there, or is empty. */
bool marks_read(const char *dir, const char *name, char *out, size_t size);
/* Synced.  LLMREG_EIO with err. */
LLMREG_MUSTCHECK int marks_write(const char *dir, const char *name,
                                 const char *line, struct llmreg_error *err);
void marks_drop(const char *dir, const char *name);

#endif
