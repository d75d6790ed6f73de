/* SPDX-License-Identifier: MIT */
/* uuid.h - a name that nobody else has: UUID version 4 (RFC 9562).
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
LLMREG_MUSTCHECK int uuid_make(char out[static UUID_SIZE]);

#endif
