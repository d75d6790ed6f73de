/* SPDX-License-Identifier: MIT */
/* textpool.h - strings that live until the next row.
 *
 * SQLite lends the text of a column until the next step; a list of rows needs
 * all of them at once.  The pool copies them into blocks, which it keeps for
 * the next list.
 *
 * Threads:   one at a time.
 * Blocking:  never.
 * Ownership: a struct textpool is the caller's; all zero is an empty one.
 */
#ifndef LLMREG_STORE_TEXTPOOL_H
#define LLMREG_STORE_TEXTPOOL_H

#include <stddef.h>

struct textpool_block;

struct textpool {
    struct textpool_block *first, *current;
};

/* A terminated copy of len bytes, or NULL if there is no memory. */
char *textpool_copy(struct textpool *a, const char *s, size_t len);
/* Everything that was copied is void; the blocks stay. */
void textpool_clear(struct textpool *a);
void textpool_free(struct textpool *a);

#endif
