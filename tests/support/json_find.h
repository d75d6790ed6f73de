/* SPDX-License-Identifier: MIT */
/* json_find.h - what stands at a path of a JSON document, for tests.
 *
 * Paths are as the reader of json.h writes them: "agents[].id" is of every
 * agent.  Text that is no JSON fails the test.
 */
#ifndef LLMREG_TEST_JSON_FIND_H
#define LLMREG_TEST_JSON_FIND_H

#include <stddef.h>

/* The n-th value there as text ("null", "true", "1.5", "abc", "{", "["), or
 * NULL: there are not so many.  In one of a few buffers that are used in
 * turn. */
const char *json_find(const char *json, const char *path, size_t n);
size_t json_find_count(const char *json, const char *path);

#endif
