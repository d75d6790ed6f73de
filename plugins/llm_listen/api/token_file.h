/* SPDX-License-Identifier: MIT */
/* token_file.h - tokens that are known from the start.
 *
 *     # role name token [expires]
 *     admin   ada     lr1_ab12cd34_4fzyo82mvyr7x2z0s3l9zqk5b1xw6n8tq0e7ua4cj9g
 *     reader  grafana lr1_... 2027-01-31T00:00:00Z
 *
 * The store owns tokens; the file seeds it.  One that was revoked stays so, and
 * one that was taken out of the file is not revoked by that.
 *
 * Threads:   the one that starts.
 * Blocking:  reads a file.
 * Ownership: nothing is kept.
 */
#ifndef LLM_LISTEN_API_TOKEN_FILE_H
#define LLM_LISTEN_API_TOKEN_FILE_H

#include <llmreg/log.h>
#include <llmreg/tokens.h>

#define TOKEN_FILE_MAX 1048576 /* bytes */

/* All of the file, or nothing.  LLMREG_EIO, LLMREG_EINVAL (others than its
 * owner may read it; a line is wrong), LLMREG_ETOOBIG, LLMREG_ENOMEM: err names
 * the file and the line, and never a secret. */
LLMREG_MUSTCHECK int token_file_read(const char *path,
                                     struct llmreg_registry *r,
                                     const struct llmreg_log *log,
                                     const struct llmreg_now *now,
                                     struct llmreg_error *err);

#endif
