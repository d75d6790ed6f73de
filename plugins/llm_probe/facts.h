/* SPDX-License-Identifier: MIT */
/* facts.h - what is fixed about a model, remembered by its digest.
 *
 * A digest names the bytes of a model, so what one server said about it once
 * is true for all servers and for ever.  Old servers are asked about each
 * model once, and a model that many servers have is asked for once in all.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: values only; keys are copied.
 */
#ifndef LLM_PROBE_FACTS_H
#define LLM_PROBE_FACTS_H

#include <llmreg/endpoint.h>

struct facts {
    int64_t context_max; /* -1 is unknown, here and below */
    int64_t max_output_tokens;
    enum llmreg_tristate vision, tools, json_mode;
};

struct facts_cache;

#define FACTS_MAX 16384 /* digests; when full, it starts over */

LLMREG_MUSTCHECK int facts_cache_new(struct facts_cache **out);
void facts_cache_free(struct facts_cache *c);
/* NULL if nothing is known of the digest. */
const struct facts *facts_get(const struct facts_cache *c, const char *digest);
/* A digest that is there already keeps its facts.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int facts_add(struct facts_cache *c, const char *digest,
                               const struct facts *f);

/* Nothing is known. */
struct facts facts_unknown(void);
/* Fills what the model does not tell itself. */
void facts_apply(const struct facts *f, struct llmreg_model *m);

#endif
