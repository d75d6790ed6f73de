/* SPDX-License-Identifier: MIT */
/* json_text.c - strings, sixteen bytes at a time.
 *
 * What it writes is ASCII where it matters: control characters are escaped,
 * and so are '<', '>', '&' and the two line ends that JavaScript knows and
 * JSON does not (U+2028, U+2029); the output may stand inside a script.  What
 * is not UTF-8 becomes U+FFFD.
 *
 * Most text needs none of that.  Sixteen bytes are looked at together, as a
 * vector, which gcc and clang have for every machine; only if one of them is
 * not plain ASCII are they looked at one by one.  The end of a text is copied
 * in a step that overlaps the one before, instead of bytewise.
 */
#include "common/base/bytes16.h"
#include "common/base/json_out.h"
#include "common/base/utf8.h"

#define ESCAPE      8              /* room for any one character */
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static bool is_plain_ascii(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' &&
           c != '>' && c != '&';
}

/* '"' and '&' differ in one bit, and so do '<' and '>'. */
static bool are_plain(bytes16 x)
{
    const bytes16 bad =
        (bytes16)((x < 0x20) | (x >= 0x7f) | (x == '\\') |
                  ((x | ('"' ^ '&')) == '&') | ((x | ('<' ^ '>')) == '>'));

    return !bytes16_any(bad);
}

/* One by one. */
static size_t copy_few(char *to, const char *s, size_t len)
{
    size_t at = 0;

    for (; at < len && is_plain_ascii((unsigned char)s[at]); at++)
        to[at] = s[at];
    return at;
}

/* half to two halves: the first half and the last half are all of them. */
static inline size_t copy_halves(char *to, const char *s, size_t len,
                                 size_t half)
{
    char x[16] = "0123456789abcdef"; /* what is not filled is plain */

    memcpy(x, s, half);
    memcpy(x + half, s + len - half, half);
    if (!are_plain(bytes16_load(x)))
        return copy_few(to, s, len);
    memcpy(to, x, half);
    memcpy(to + len - half, x + half, half);
    return len;
}

size_t json_copy_plain(char *to, const char *s, size_t len)
{
    size_t at = 0;

    if (len < 4)
        return copy_few(to, s, len);
    if (len < 16)
        return len < 8 ? copy_halves(to, s, len, 4)
                       : copy_halves(to, s, len, 8);
    for (; at + 16 <= len; at += 16) {
        bytes16 x = bytes16_load(s + at);
        if (!are_plain(x))
            return at + copy_few(to + at, s + at, 16);
        memcpy(to + at, &x, sizeof x);
    }
    bytes16 x = bytes16_load(s + len - 16);
    if (!are_plain(x))
        return at + copy_few(to + at, s + at, len - at);
    memcpy(to + len - 16, &x, sizeof x);
    return len;
}

/* ---- what needs more ---- */

static bool is_plain(uint32_t c)
{
    if (c < 0x80)
        return is_plain_ascii((unsigned char)c);
    return c >= 0xa0 && c != 0x2028 && c != 0x2029;
}

static char *put_escaped(char *at, uint32_t c)
{
    static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* in pairs */
    static const char digits[] = "0123456789abcdef";

    *at++ = '\\';
    for (size_t i = 0; i + 1 < sizeof letters; i += 2) {
        if (c != (unsigned char)letters[i])
            continue;
        *at++ = letters[i + 1];
        return at;
    }
    *at++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *at++ = digits[c >> shift & 0xf];
    return at;
}

/* What JSON has between its strings, or as an escape in them. */
static bool is_json(uint32_t c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* The character that s begins with; returns its length in s. */
static size_t put_character(struct llmreg_json_out *w, const char *s,
                            size_t len, bool raw)
{
    uint32_t c = 0;
    size_t n = utf8_decode(s, len, &c);
    char *at = json_room(w, ESCAPE);

    if (n == 0)
        w->at = json_put(at, REPLACEMENT, sizeof REPLACEMENT - 1);
    else if (is_plain(c) || (raw && is_json(c)))
        w->at = json_put(at, s, n);
    else
        w->at = put_escaped(at, c);
    return n == 0 ? 1 : n;
}

static void put_slowly(struct llmreg_json_out *w, const char *s, size_t len,
                       bool raw)
{
    while (len > 0 && w->status == LLMREG_OK) {
        char *at = json_room(w, ESCAPE);
        size_t room = (size_t)(w->buffer + sizeof w->buffer - at);
        size_t n = json_copy_plain(at, s, len < room ? len : room);
        w->at += n;
        if (n < len && n < room)
            n += put_character(w, s + n, len - n, raw);
        s += n;
        len -= n;
    }
}

/* A string that fits is written in one step, if it is plain. */
void json_put_string(struct llmreg_json_out *w, const char *s, size_t len)
{
    char *at = json_room(w, 2);
    size_t room = (size_t)(w->buffer + sizeof w->buffer - at) - 2;
    size_t n = 0;

    *at++ = '"';
    if (len <= room)
        n = json_copy_plain(at, s, len);
    w->at = at + n;
    if (n < len) {
        put_slowly(w, s + n, len - n, false);
        (void)json_room(w, 1);
    }
    *w->at++ = '"';
}

void llmreg_json_string(struct llmreg_json_out *w, const char *key,
                        const char *s)
{
    if (s == NULL) {
        llmreg_json_null(w, key);
        return;
    }
    w->at = json_begin(w, key, 0);
    json_put_string(w, s, strlen(s));
}

void llmreg_json_raw(struct llmreg_json_out *w, const char *key,
                     const char *json)
{
    w->at = json_begin(w, key, 0);
    put_slowly(w, json, strlen(json), true);
}
