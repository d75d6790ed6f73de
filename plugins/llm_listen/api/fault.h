/* SPDX-License-Identifier: MIT */
/* fault.h - what a fault of the store means to who asks for a change.
 *
 *   507  disk_full     the disk of the store has no room
 *   503  newer_store   the store is of a newer llmreg and is not written to
 *   503  not_durable   any other fault, or it takes too long
 *
 * In each case the change was made in memory, and will be on disk when the
 * store is well; it is not acknowledged, because a restart before that forgets
 * it.
 *
 * Threads:   pure functions of their arguments, but fault_answer (ask.h).
 * Blocking:  never.
 * Ownership: returned strings are static.
 */
#ifndef LLM_LISTEN_API_FAULT_H
#define LLM_LISTEN_API_FAULT_H

#include "plugins/llm_listen/api/ask.h"

/* How the store is, in a word: "ok", "disk_full", "newer_store", "failed". */
const char *fault_word(int status);
/* Says that the change is not on disk, and why. */
int fault_answer(struct ask *a);

#endif
