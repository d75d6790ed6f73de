/* SPDX-License-Identifier: MIT */
/* nexus.h - what the files of the dialect share.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: nothing is kept.
 */
#ifndef LLM_LISTEN_DIALECTS_NEXUS_H
#define LLM_LISTEN_DIALECTS_NEXUS_H

#include <llmreg/endpoint.h>
#include <llmreg/json.h>

/* A model as its backend calls it. */
void nexus_model_name(struct llmreg_json_out *w, const char *key,
                      enum llmreg_kind kind, const struct llmreg_model *m);
/* Tokens. */
int64_t nexus_context(const struct llmreg_model *m);

#endif
