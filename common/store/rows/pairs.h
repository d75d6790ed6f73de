/* SPDX-License-Identifier: MIT */
/* pairs.h - a list of names with values in one column, a line each.
 *
 * With a table of its own a list would be on another page than the row that it
 * belongs to, and each row written twice as slowly.  Names and values are clean
 * text (text.h), so that a line feed ends a line and nothing else:
 *
 *     chat            rack<TAB>7
 *     gpu=h100        owner<TAB>{"team":"a"}
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: what is taken apart is the caller's, and changed in place.
 */
#ifndef LLMREG_STORE_PAIRS_H
#define LLMREG_STORE_PAIRS_H

#include <llmreg/text.h>

/* What stands between name and value; no name has it in it. */
#define PAIRS_EQUALS '='
#define PAIRS_TAB    '\t'

struct pair {
    const char *name, *value; /* "": there is none */
};

void pairs_add(struct llmreg_text *t, char between, const struct pair *p);
/* The next line, from *at on; false: there is none. */
bool pairs_next(char **at, char between, struct pair *out);

#endif
