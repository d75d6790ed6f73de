/* SPDX-License-Identifier: MIT */
/* alerts.h - what the routes of alerts share with those of dialects.
 *
 * Threads:   as an ask.
 * Blocking:  never.
 * Ownership: nothing is kept.
 */
#ifndef LLM_LISTEN_API_ALERTS_H
#define LLM_LISTEN_API_ALERTS_H

#include "plugins/llm_listen/api/ask.h"

/* Whoever asks has seen it; notes that in the audit.  *seq grows to what is to
 * be waited for.  LLMREG_ENOENT: it is not raised. */
LLMREG_MUSTCHECK int alert_acknowledge(struct ask *a, const char *id,
                                       const char *note, uint64_t *seq);

#endif
