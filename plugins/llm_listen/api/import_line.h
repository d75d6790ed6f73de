/* SPDX-License-Identifier: MIT */
/* import_line.h - one line of an export as a value.
 *
 * Threads:   values.
 * Blocking:  never.
 * Ownership: strings live in the arena that was handed in.
 */
#ifndef LLM_LISTEN_API_IMPORT_LINE_H
#define LLM_LISTEN_API_IMPORT_LINE_H

#include "plugins/llm_listen/api/endpoints.h"

struct import_endpoint {
    struct adding adding; /* url is there */
    enum llmreg_source source;
    bool has_intent;
    struct llmreg_intent intent;
};

struct import_line {
    enum { IMPORT_BEGIN, IMPORT_ENDPOINT, IMPORT_END, IMPORT_OTHER } what;
    int64_t format; /* of BEGIN */
    int64_t lines;  /* of END: so many are before it */
    struct import_endpoint endpoint;
};

/* LLMREG_EINVAL with err: no JSON, nothing that an export has, or a field that
 * is out of its bounds.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int import_line_read(const char *text, size_t len,
                                      struct llmreg_arena *arena,
                                      struct import_line *out,
                                      struct llmreg_error *err);

#endif
