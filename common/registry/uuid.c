/* SPDX-License-Identifier: MIT */
/* uuid.c - 48 bits of time, 74 random ones, and the marks of their version and
 * variant. */
#include "common/registry/uuid.h"

#include <sys/random.h>
#include <sys/types.h>

#define BYTES      16
#define TIME_BYTES 6

int uuid_make(int64_t wall_ms, char out[static UUID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char b[BYTES];
    char *at = out;

    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
        return LLMREG_EIO;
    for (int i = 0; i < TIME_BYTES; i++)
        b[i] = (unsigned char)((uint64_t)wall_ms >> (8 * (TIME_BYTES - 1 - i)));
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x70);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    for (int i = 0; i < BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[b[i] >> 4];
        *at++ = digits[b[i] & 0xf];
    }
    *at = '\0';
    return LLMREG_OK;
}
