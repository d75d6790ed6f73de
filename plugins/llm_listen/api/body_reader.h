/* SPDX-License-Identifier: MIT */
/* body_reader.h - the reader of a body from inside.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: lives for one call of body_read.
 */
#ifndef LLM_LISTEN_API_BODY_READER_H
#define LLM_LISTEN_API_BODY_READER_H

#include <llmreg/text.h>

#include "plugins/llm_listen/api/body.h"

#define BODY_DEPTH 9

struct body_reader {
    const struct body_form *form;
    struct llmreg_arena *arena;
    struct body_problem *problem;
    void *out;
    const char *path; /* of the present event */
    body_given seen;  /* null, too */
    /* body_raw: what is written so far, and how long the path of each value
     * is that stands open */
    struct llmreg_text raw;
    unsigned depth;
    size_t parents[BODY_DEPTH];
    bool comma;
};

#endif
