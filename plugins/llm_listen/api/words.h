/* SPDX-License-Identifier: MIT */
/* words.h - the one status word of other systems, as our three fields.
 *
 * Threads:   pure functions of their arguments.
 * Blocking:  never.
 * Ownership: returned strings are static.
 */
#ifndef LLM_LISTEN_API_WORDS_H
#define LLM_LISTEN_API_WORDS_H

#include <llmreg/agent.h>

struct word {
    const char *text;
    enum llmreg_presence presence; /* of a heartbeat that says it */
    enum llmreg_health_state health;
    const char *activity; /* "": none */
};

/* What an agent may say of itself; NULL: no such word. */
const struct word *word_find(const char *text);
/* "active, assigned, ...": for messages. */
void word_list(char *out, size_t size);

#endif
