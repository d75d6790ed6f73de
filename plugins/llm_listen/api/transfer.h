/* SPDX-License-Identifier: MIT */
/* transfer.h - what an export says, and an import reads (export.c, import.c).
 *
 * Threads:   constant.
 * Blocking:  never.
 * Ownership: nothing is kept.
 */
#ifndef LLM_LISTEN_API_TRANSFER_H
#define LLM_LISTEN_API_TRANSFER_H

/* Grows with a change that an older import would misread. */
#define TRANSFER_FORMAT 1

#define TRANSFER_BODY (64 << 20) /* bytes of an import: 20,000 endpoints */

#endif
