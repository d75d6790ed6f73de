/* SPDX-License-Identifier: MIT */
/* tag.h - a name for the bytes of an answer, so that nobody gets them twice.
 *
 * Threads:   pure functions of their arguments.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLM_LISTEN_API_TAG_H
#define LLM_LISTEN_API_TAG_H

#include <llmreg/status.h>

#define TAG_SIZE 40

/* "\"0123456789abcdef\"", quotes and NUL. */
void tag_make(const void *bytes, size_t len, char out[static TAG_SIZE]);
/* tag is in a list like If-None-Match or If-Match, or the list is "*"; weak
 * ones count, too.  NULL: no. */
bool tag_matches(const char *list, const char *tag);

/* Of a thing that has a part which people change and one which moves by itself:
 * "\"REVISION-BYTES\"", from the tags of both.  Who changes the first compares
 * only that. */
void tag_join(const char *revision, const char *bytes,
              char out[static TAG_SIZE]);
bool tag_matches_revision(const char *list, const char *revision);

#endif
