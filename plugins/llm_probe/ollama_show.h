/* SPDX-License-Identifier: MIT */
/* ollama_show.h - reads the answer of /api/show: facts about one model.
 *
 * Servers before 0.30 tell the length of the context and the capabilities
 * only here, the oldest ones only by signs: a projector is vision, ".Tools" in
 * the template is tools.  A sign that is missing says nothing.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLM_PROBE_OLLAMA_SHOW_H
#define LLM_PROBE_OLLAMA_SHOW_H

#include <llmreg/json.h>

#include "plugins/llm_probe/facts.h"

#define OLLAMA_ARCH_SIZE 64

/* <name>.context_length of the table of the model's file. */
struct ollama_context {
    char arch[OLLAMA_ARCH_SIZE];
    int64_t tokens;
};

struct ollama_show {
    struct facts facts;
    char arch[OLLAMA_ARCH_SIZE];
    struct ollama_context contexts[4]; /* models have one or two */
    size_t ncontexts;
    bool capabilities; /* were told: signs do not count */
    bool vision_sign, tools_sign;
};

void ollama_show_begin(struct ollama_show *s);
/* An llmreg_json_fn; ctx is the struct.  LLMREG_EPARSE: not an object. */
int ollama_show_event(void *ctx, const struct llmreg_json_event *e);
/* The document is over: facts are what it said. */
void ollama_show_end(struct ollama_show *s);

#endif
