/* SPDX-License-Identifier: MIT */
/* text.c - bounded strings: all of it fits or none of it is there. */
#include <llmreg/text.h>

#include "common/base/bytes16.h"
#include "common/base/utf8.h"

#include <stdio.h>
#include <string.h>

void llmreg_text_init(struct llmreg_text *t, char *storage, size_t size)
{
    *t = (struct llmreg_text){.data = storage, .size = size};
    storage[0] = '\0';
}

void llmreg_text_add(struct llmreg_text *t, const char *s)
{
    llmreg_text_add_bytes(t, s, strlen(s));
}

/* After the first failure nothing more is added: a text with a hole in it
 * would look complete. */
void llmreg_text_add_bytes(struct llmreg_text *t, const char *s, size_t len)
{
    if (t->failed || len == 0)
        return;
    if (len > t->size - 1 - t->len) {
        t->failed = true;
        return;
    }
    memmove(t->data + t->len, s, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void llmreg_text_addf(struct llmreg_text *t, const char *format, ...)
{
    size_t room = t->size - t->len;
    va_list ap;
    int n;

    if (t->failed)
        return;
    va_start(ap, format);
    n = vsnprintf(t->data + t->len, room, format, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= room) {
        t->data[t->len] = '\0';
        t->failed = true;
        return;
    }
    t->len += (size_t)n;
}

/* C0, DEL and C1: what moves a terminal's cursor. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

/* Characters that people cannot see but that change how the line reads:
 * marks and overrides of direction, line and paragraph separators, BOM. */
static bool is_deceptive(uint32_t c)
{
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0x061c || c == 0xfeff;
}

void llmreg_text_add_escaped(struct llmreg_text *t, const char *s, size_t len)
{
    const size_t before = t->len;

    for (size_t i = 0, n; i < len && !t->failed; i += n) {
        uint32_t c = 0;

        n = utf8_decode(s + i, len - i, &c);
        if (n > 0 && !is_control(c) && !is_deceptive(c)) {
            llmreg_text_add_bytes(t, s + i, n);
        } else {
            llmreg_text_addf(t, "\\x%02x", (unsigned char)s[i]);
            n = 1;
        }
    }
    if (t->failed) {
        t->len = before;
        t->data[before] = '\0';
    }
}

int llmreg_text_status(const struct llmreg_text *t)
{
    return t->failed ? LLMREG_ETOOBIG : LLMREG_OK;
}

int llmreg_copy(char *out, size_t size, const char *s)
{
    size_t len = strnlen(s, size);

    if (size == 0)
        return LLMREG_ETOOBIG;
    if (len == size) {
        out[0] = '\0';
        return LLMREG_ETOOBIG;
    }
    memmove(out, s, len + 1);
    return LLMREG_OK;
}

void llmreg_copy_message(char *out, size_t size, const char *s)
{
    static const char dots[] = "...";
    size_t len = strnlen(s, size);
    size_t keep;

    if (size == 0)
        return;
    if (len < size) {
        memmove(out, s, len + 1);
        return;
    }
    keep = utf8_boundary(s, size > sizeof dots ? size - sizeof dots : 0);
    memmove(out, s, keep);
    len = size - 1 - keep < 3 ? size - 1 - keep : 3;
    memcpy(out + keep, dots, len);
    out[keep + len] = '\0';
}

/* Those that are not from ' ' to '~'. */
static bytes16 odd_ones(const char *s)
{
    return (bytes16)(bytes16_load(s) - 0x20 > '~' - 0x20);
}

/* The same of eight bytes in a word: the highest bit of one that is odd, and
 * perhaps of those above it. */
static uint64_t odd_of_word(uint64_t w)
{
    const uint64_t each = UINT64_C(0x0101010101010101);

    return ((w - each * ' ') | w | (w + each)) & each * 0x80;
}

/* Up to fifteen bytes, some of them twice. */
static bool is_plain_short(const char *s, size_t len)
{
    uint64_t first = 0, last = 0;
    uint32_t half = 0;

    if (len >= sizeof first) {
        memcpy(&first, s, sizeof first);
        memcpy(&last, s + len - sizeof last, sizeof last);
    } else if (len >= sizeof half) {
        memcpy(&half, s, sizeof half);
        first = half;
        memcpy(&half, s + len - sizeof half, sizeof half);
        first = last = first << 32 | half;
    } else {
        return false;
    }
    return (odd_of_word(first) | odd_of_word(last)) == 0;
}

/* Printable ASCII, as nearly all that there is; of less than four bytes it is
 * not asked. */
static bool is_plain(const char *s, size_t len)
{
    if (len < sizeof(bytes16))
        return is_plain_short(s, len);
    bytes16 odd = odd_ones(s + len - sizeof(bytes16));
    for (size_t i = 0; i < len - sizeof(bytes16); i += sizeof(bytes16))
        odd |= odd_ones(s + i);
    return !bytes16_any(odd);
}

bool llmreg_is_clean(const char *s, size_t len)
{
    if (is_plain(s, len))
        return true;
    for (size_t i = 0, n; i < len; i += n) {
        uint32_t c = 0;

        n = 1;
        if (s[i] >= 0x20 && s[i] < 0x7f)
            continue;
        n = utf8_decode(s + i, len - i, &c);
        if (n == 0 || is_control(c))
            return false;
    }
    return true;
}

/* Counts downwards, because INT64_MIN has no positive twin. */
static int parse_digits(const char *s, size_t len, int64_t *negated)
{
    int64_t n = 0;

    if (len == 0)
        return LLMREG_EPARSE;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return LLMREG_EPARSE;
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_sub_overflow(n, s[i] - '0', &n))
            return LLMREG_EINVAL;
    }
    *negated = n;
    return LLMREG_OK;
}

int llmreg_parse_int(const char *s, size_t len, int64_t min, int64_t max,
                     int64_t *out)
{
    const bool minus = len > 0 && s[0] == '-';
    int64_t n = 0;
    int rc = parse_digits(s + minus, len - minus, &n);

    if (rc != LLMREG_OK)
        return rc;
    if (!minus && __builtin_sub_overflow(0, n, &n))
        return LLMREG_EINVAL;
    if (n < min || n > max)
        return LLMREG_EINVAL;
    *out = n;
    return LLMREG_OK;
}
