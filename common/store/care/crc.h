/* SPDX-License-Identifier: MIT */
/* crc.h - CRC-32C, which finds every change of up to 32 bits in a row.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: bytes are lent.
 */
#ifndef LLMREG_STORE_CRC_H
#define LLMREG_STORE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Of what came before with the bytes behind it; 0 is of nothing. */
uint32_t crc_add(uint32_t crc, const void *bytes, size_t len);

/* The same without the processor's help. */
uint32_t crc_by_table(uint32_t crc, const void *bytes, size_t len);

#endif
