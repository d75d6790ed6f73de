/* SPDX-License-Identifier: MIT */
/* verdict.h - from what was measured to one word.
 *
 *   healthy     no reason
 *   warning     one of: stale backup, fragmented, space low, recovered
 *   unhealthy   two of these; or damage, a full disk, or it cannot be used
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_VERDICT_H
#define LLMREG_STORE_VERDICT_H

#include <llmreg/store_health.h>

/* What is so now and was not measured. */
struct verdict_facts {
    int64_t now_ms; /* wall time */
    bool failed;    /* the store cannot be used */
    bool full;      /* because the disk is full */
};

/* Bits of enum llmreg_store_reason. */
unsigned verdict_reasons(const struct llmreg_store_health *h,
                         const struct verdict_facts *facts);
enum llmreg_store_verdict verdict_of(unsigned reasons);

#endif
