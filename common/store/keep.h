/* SPDX-License-Identifier: MIT */
/* keep.h - ids that stay in the file though the registry lacks them.
 *
 * What could not be put back may make sense to a later version, or to a
 * person: it is not deleted.
 *
 * Threads:   one at a time.
 * Blocking:  never.
 * Ownership: ids are copied.
 */
#ifndef LLMREG_STORE_KEEP_H
#define LLMREG_STORE_KEEP_H

#include <llmreg/entity.h>

struct keep;

LLMREG_MUSTCHECK int keep_new(struct keep **out);
void keep_free(struct keep *k); /* NULL is fine */
/* Again is fine.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int keep_add(struct keep *k, enum llmreg_entity entity,
                              const char *id);
bool keep_has(const struct keep *k, enum llmreg_entity entity, const char *id);

#endif
