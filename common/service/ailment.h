/* SPDX-License-Identifier: MIT */
/* ailment.h - the health of the store as an alert has it: how bad, and why.
 *
 * That the store cannot be used at all is left out: it has a rule of its own.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_SERVICE_AILMENT_H
#define LLMREG_SERVICE_AILMENT_H

#include <llmreg/alert.h>
#include <llmreg/store_health.h>

/* One reason is a WARNING, two or a bad one a FAILURE.  why: all of them, in
 * words, cut if too long; "" if there is none.  now_ms: wall time. */
enum llmreg_severity ailment_of(const struct llmreg_store_health *h,
                                int64_t now_ms, char *why, size_t size);

#endif
