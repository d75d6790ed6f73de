/* SPDX-License-Identifier: MIT */
/* secrets.h - bearer tokens, read by one thread and sent by another.
 *
 * A token lives in a file that is read again when it changes.  Nobody logs
 * it, and it is wiped when it goes.
 *
 * Threads:   add is for configuration; set and get for any thread.
 * Blocking:  a lock for the length of a copy.
 * Ownership: tokens are copied in and out.
 */
#ifndef LLM_PROBE_SECRETS_H
#define LLM_PROBE_SECRETS_H

#include <llmreg/status.h>

#define SECRET_MAX 4096 /* bytes of a token */

struct secrets;

LLMREG_MUSTCHECK int secrets_new(struct secrets **out);
/* NULL is fine. */
void secrets_free(struct secrets *s);

/* A place for the token of a file; a path that is there already keeps its
 * place.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int secrets_add(struct secrets *s, const char *path,
                                 size_t *place);
size_t secrets_count(const struct secrets *s);
const char *secrets_path(const struct secrets *s, size_t place);

/* The token in the bytes of its file: the first line without the blanks
 * around it, 1 to SECRET_MAX visible ASCII characters.  LLMREG_EINVAL. */
LLMREG_MUSTCHECK int secrets_token(const char *bytes, size_t len,
                                   const char **token, size_t *token_len);

/* LLMREG_ENOMEM.  The same token again is no change. */
LLMREG_MUSTCHECK int secrets_set(struct secrets *s, size_t place,
                                 const char *token, size_t len);
/* Copies the token and its NUL into out if it is another one than *version
 * says, and returns true. */
bool secrets_get(struct secrets *s, size_t place, uint64_t *version,
                 char out[static SECRET_MAX + 1]);

#endif
