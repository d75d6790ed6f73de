/* SPDX-License-Identifier: MIT */
/* query.h - what stands behind the '?', checked against a table.
 *
 * A parameter that the table has not, one that comes twice, or a value that it
 * does not allow is an error that names what is allowed: a filter that is
 * misspelled must not look like a list that is complete.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: values live in the arena that was handed in.
 */
#ifndef LLM_LISTEN_API_QUERY_H
#define LLM_LISTEN_API_QUERY_H

#include <llmreg/arena.h>
#include <llmreg/status.h>

#define QUERY_MAX 12 /* rows of a table */

enum query_type {
    QUERY_TEXT,  /* clean, 1 to 1023 bytes; with min -1 also none */
    QUERY_COUNT, /* a whole number, min to max */
    QUERY_BOOL,  /* true, false */
    QUERY_WORD   /* one of words */
};

struct query_row {
    const char *name; /* NULL ends a table */
    enum query_type type;
    int64_t min, max;         /* COUNT */
    const char *const *words; /* WORD; NULL at the end */
    const char *help;         /* for OpenAPI */
};

struct query_value {
    const char *text; /* NULL: not given */
    int64_t number;   /* COUNT; BOOL: 0, 1; WORD: which */
};

struct query_problem {
    struct llmreg_error err;
    const char *field; /* the parameter; NULL: none in particular */
};

/* out[i] is of row i, QUERY_MAX of them.  rows NULL: nothing is allowed.
 * LLMREG_EINVAL: *problem says why, and names the parameter.
 * LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int query_read(const struct query_row *rows, const char *query,
                                struct llmreg_arena *arena,
                                struct query_value out[static QUERY_MAX],
                                struct query_problem *problem);

/* A part of a path or query without its percent signs; plus: '+' is a blank.
 * LLMREG_EINVAL: not two hex digits behind one, a NUL, a control character, no
 * UTF-8.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int query_decode(const char *text, size_t len, bool plus,
                                  struct llmreg_arena *arena, const char **out);

#endif
