/* SPDX-License-Identifier: MIT */
/* base64.h - bytes as text that needs no escaping in a URL (RFC 4648,
 * base64url without padding).
 *
 * Threads:   pure functions of their arguments.
 * Blocking:  never.
 * Ownership: out-arrays are the caller's.
 */
#ifndef LLM_LISTEN_API_BASE64_H
#define LLM_LISTEN_API_BASE64_H

#include <llmreg/status.h>

#define BASE64_SIZE(n) (((n)*4 + 2) / 3 + 1) /* of the text of n bytes */

/* out has BASE64_SIZE(len) bytes. */
void base64_write(char *out, const void *bytes, size_t len);
/* out has room for size bytes; *len is how many they are.  LLMREG_EPARSE: not
 * base64url, or bits beyond the last byte; LLMREG_ETOOBIG. */
LLMREG_MUSTCHECK int base64_read(const char *text, void *out, size_t size,
                                 size_t *len);

#endif
