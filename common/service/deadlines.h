/* SPDX-License-Identifier: MIT */
/* deadlines.h - what is due when: one time for each id, the earliest first.
 *
 * Threads:   one at a time.
 * Blocking:  never.
 * Ownership: ids are copied.
 */
#ifndef LLMREG_SERVICE_DEADLINES_H
#define LLMREG_SERVICE_DEADLINES_H

#include <llmreg/status.h>

struct deadlines;

LLMREG_MUSTCHECK int deadlines_new(struct deadlines **out);
void deadlines_free(struct deadlines *d);
/* Sets the time of id, or changes it.  LLMREG_ENOMEM: as before. */
LLMREG_MUSTCHECK int deadlines_set(struct deadlines *d, const char *id,
                                   int64_t at);
/* Forgets id, if it is there. */
void deadlines_clear(struct deadlines *d, const char *id);
/* The id with the earliest time if that is not after now, else NULL.  It
 * stays until it is cleared or set; the string lives as long. */
const char *deadlines_due(const struct deadlines *d, int64_t now);
size_t deadlines_count(const struct deadlines *d);

#endif
