/* SPDX-License-Identifier: MIT */
/* utf8.c - a table of the four forms, and the checks that the form passes. */
#include "common/base/utf8.h"

#include <stdbool.h>

struct form {
    unsigned char mask, lead; /* (byte & mask) == lead */
    uint32_t min;             /* less would have a shorter form */
};

static const struct form forms[] = {
    {0x80, 0x00, 0},
    {0xe0, 0xc0, 0x80},
    {0xf0, 0xe0, 0x800},
    {0xf8, 0xf0, 0x10000},
};

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

static bool is_character(uint32_t c)
{
    return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

/* Reads a sequence of n + 1 bytes whose first one has the form f. */
static size_t decode_form(const unsigned char *s, size_t n,
                          const struct form *f, uint32_t *out)
{
    uint32_t c = s[0] & (unsigned char)~f->mask;

    for (size_t i = 1; i <= n; i++) {
        if (!is_continuation(s[i]))
            return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < f->min || !is_character(c))
        return 0;
    *out = c;
    return n + 1;
}

size_t utf8_decode(const char *s, size_t len, uint32_t *out)
{
    const unsigned char *bytes = (const unsigned char *)s;

    for (size_t n = 0; n < sizeof forms / sizeof forms[0] && n < len; n++)
        if ((bytes[0] & forms[n].mask) == forms[n].lead)
            return decode_form(bytes, n, &forms[n], out);
    return 0;
}

size_t utf8_boundary(const char *s, size_t at)
{
    for (size_t back = 0; back < 4 && back <= at; back++)
        if (!is_continuation((unsigned char)s[at - back]))
            return at - back;
    return at;
}
