/* SPDX-License-Identifier: MIT */
/* base64.c - six bits at a time. */
#include "plugins/llm_listen/api/base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                               "uvwxyz0123456789-_";

void base64_write(char *out, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    uint32_t bits = 0;
    unsigned n = 0;

    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | p[i];
        for (n += 8; n >= 6; n -= 6)
            *out++ = alphabet[bits >> (n - 6) & 63];
    }
    if (n > 0)
        *out++ = alphabet[bits << (6 - n) & 63];
    *out = '\0';
}

int base64_read(const char *text, void *out, size_t size, size_t *len)
{
    unsigned char *p = out;
    uint32_t bits = 0;
    unsigned n = 0;

    *len = 0;
    for (; *text != '\0'; text++) {
        const char *at = strchr(alphabet, *text);

        if (at == NULL)
            return LLMREG_EPARSE;
        bits = bits << 6 | (uint32_t)(at - alphabet);
        n += 6;
        if (n < 8)
            continue;
        n -= 8;
        if (*len == size)
            return LLMREG_ETOOBIG;
        p[(*len)++] = (unsigned char)(bits >> n);
    }
    return n < 6 && (bits & ((1u << n) - 1)) == 0 ? LLMREG_OK : LLMREG_EPARSE;
}
