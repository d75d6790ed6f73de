/* SPDX-License-Identifier: MIT */
/* mint.h - new tokens: a public id, and a secret that nobody keeps.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  as long as the kernel has no random numbers at its start.
 * Ownership: the caller's.
 */
#ifndef LLM_LISTEN_API_MINT_H
#define LLM_LISTEN_API_MINT_H

#include "plugins/llm_listen/api/who.h"

struct minted {
    char id[LLMREG_TOKEN_ID_SIZE];
    uint8_t digest[LLMREG_DIGEST_SIZE];
    char text[WHO_TOKEN_SIZE]; /* to be shown once; then mint_forget */
};

/* LLMREG_EIO: no random numbers. */
LLMREG_MUSTCHECK int mint(struct minted *out);
void mint_forget(struct minted *m);

#endif
