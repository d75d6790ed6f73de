/* SPDX-License-Identifier: MIT */
/* uuid.h - a name that nobody else has: UUID version 7 (RFC 9562).
 *
 * It begins with the time, so that what is made one after the other lies one
 * beside the other in the store: 64 new rows are on a few pages, and not on
 * 64.
 *
 * Threads:   any.
 * Blocking:  only while the system has no entropy yet, at its boot.
 * Ownership: the caller's array.
 */
#ifndef LLMREG_REGISTRY_UUID_H
#define LLMREG_REGISTRY_UUID_H

#include <llmreg/status.h>

#define UUID_SIZE 37

/* LLMREG_EIO: the system gives no random bytes. */
LLMREG_MUSTCHECK int uuid_make(int64_t wall_ms, char out[static UUID_SIZE]);

#endif
