/* SPDX-License-Identifier: MIT */
/* alert_part.h - a published alert: one block with all its strings.
 *
 * Threads:   immutable; any.
 * Blocking:  never.
 * Ownership: as every part (part.h); llmreg_alert_put drops a reference.
 */
#ifndef LLMREG_REGISTRY_ALERT_PART_H
#define LLMREG_REGISTRY_ALERT_PART_H

#include <llmreg/alert.h>

#include "common/registry/part.h"

struct alert_part {
    struct part part;
    struct llmreg_alert alert;
    char text[];
};

/* A copy with one reference, or NULL: no memory.  A string that is NULL is
 * "" in the copy. */
struct alert_part *alert_part_new(const struct llmreg_alert *alert);
/* The part that an alert handed out lies in. */
struct alert_part *alert_part_of(const struct llmreg_alert *alert);

/* LLMREG_EINVAL, and err names the field, its value and what is allowed. */
LLMREG_MUSTCHECK int alert_part_check(const struct llmreg_alert *alert,
                                      struct llmreg_error *err);
/* In all but seq.  None of their strings is NULL. */
bool alert_part_alike(const struct llmreg_alert *a,
                      const struct llmreg_alert *b);

#endif
