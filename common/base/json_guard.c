/* SPDX-License-Identifier: MIT */
/* json_guard.c - what the parser gets to see, and what it does not.
 *
 * yajl is a good parser with three weak places, which this filter covers:
 *
 *  - It collects a string or number that spans chunks, and scans what it has
 *    from the start with every chunk: an 8 MB string costs 8 MB and seconds.
 *    Here the middle of what is too long to be kept anyway is left out, so
 *    that a token costs a small multiple of limits.string.
 *  - Its UTF-8 check accepts overlong forms and surrogates, and it turns half
 *    a surrogate pair (\ud800) into '?'.  Both are refused here.
 *  - It takes an unfinished string after the document for the document's end.
 *
 * Leaving out is done in whole units: a character or an escape (a pair counts
 * as one) inside a string, a digit after at least cap others.  That neither
 * makes wrong JSON right nor right JSON wrong.  Everything else about the
 * grammar is yajl's business: outside of strings only digits and quotes
 * matter here.
 *
 * One function a mode reads one byte; read_byte is the table of them.
 */
#include "common/base/json_guard.h"

#include "common/base/utf8.h"

#include <string.h>

/* The worst escape, \u0041, takes six bytes for one. */
#define WORST 6

typedef enum json_verdict read_fn(struct json_guard *g, unsigned char c);

void json_guard_init(struct json_guard *g, size_t longest)
{
    *g = (struct json_guard){.mode = JSON_OUTSIDE};
    g->cap = longest >= SIZE_MAX / WORST ? SIZE_MAX : (longest + 1) * WORST;
}

bool json_guard_done(const struct json_guard *g)
{
    return g->mode == JSON_OUTSIDE;
}

static enum json_verdict keep_or_drop(struct json_guard *g)
{
    if (g->dropping)
        return JSON_DROP;
    g->kept++;
    return JSON_KEEP;
}

static enum json_verdict outside(struct json_guard *g, unsigned char c)
{
    if (c >= '0' && c <= '9') {
        g->dropping = g->kept >= g->cap;
        return keep_or_drop(g);
    }
    g->kept = 0;
    if (c == '"')
        g->mode = JSON_STRING;
    return JSON_KEEP;
}

/* The first byte of a character of more than one. */
static enum json_verdict begin_character(struct json_guard *g, unsigned char c)
{
    if (c < 0xc0)
        return JSON_BAD;
    g->mode = JSON_CHARACTER;
    g->want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    g->bytes[0] = (char)c;
    g->have = 1;
    return keep_or_drop(g);
}

static enum json_verdict string(struct json_guard *g, unsigned char c)
{
    if (c == '"') {
        g->mode = JSON_OUTSIDE;
        g->kept = 0;
        return JSON_KEEP;
    }
    if (c < 0x20)
        return JSON_BAD;
    g->dropping = g->kept >= g->cap;
    if (c >= 0x80)
        return begin_character(g, c);
    if (c == '\\')
        g->mode = JSON_ESCAPE;
    return keep_or_drop(g);
}

static enum json_verdict character(struct json_guard *g, unsigned char c)
{
    uint32_t unused;

    g->bytes[g->have++] = (char)c;
    if (g->have == g->want) {
        if (utf8_decode(g->bytes, g->have, &unused) != g->have)
            return JSON_BAD;
        g->mode = JSON_STRING;
    }
    return keep_or_drop(g);
}

static enum json_verdict begin_hex(struct json_guard *g, bool in_pair)
{
    g->mode = JSON_HEX;
    g->in_pair = in_pair;
    g->have = 0;
    g->code = 0;
    return keep_or_drop(g);
}

static enum json_verdict escape(struct json_guard *g, unsigned char c)
{
    if (c == 'u')
        return begin_hex(g, false);
    if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
        return JSON_BAD;
    g->mode = JSON_STRING;
    return keep_or_drop(g);
}

/* Where the four digits lead, or JSON_GUARD_MODES if nowhere. */
static enum json_guard_mode after_hex(const struct json_guard *g)
{
    bool first_half = g->code >= 0xd800 && g->code <= 0xdbff;
    bool second_half = g->code >= 0xdc00 && g->code <= 0xdfff;

    if (g->in_pair != second_half)
        return JSON_GUARD_MODES;
    return first_half ? JSON_PAIR : JSON_STRING;
}

static enum json_verdict hex(struct json_guard *g, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);

    if (c == '\0' || at == NULL)
        return JSON_BAD;
    g->code = g->code << 4 | (uint32_t)(at - digits);
    g->have++;
    if (g->have == 4)
        g->mode = after_hex(g);
    return g->mode == JSON_GUARD_MODES ? JSON_BAD : keep_or_drop(g);
}

static enum json_verdict pair(struct json_guard *g, unsigned char c)
{
    if (c != '\\')
        return JSON_BAD;
    g->mode = JSON_PAIR_U;
    return keep_or_drop(g);
}

static enum json_verdict pair_u(struct json_guard *g, unsigned char c)
{
    return c == 'u' ? begin_hex(g, true) : JSON_BAD;
}

static read_fn *const read_byte[JSON_GUARD_MODES] = {
    [JSON_OUTSIDE] = outside,
    [JSON_STRING] = string,
    [JSON_CHARACTER] = character,
    [JSON_ESCAPE] = escape,
    [JSON_HEX] = hex,
    [JSON_PAIR] = pair,
    [JSON_PAIR_U] = pair_u,
};

enum json_verdict json_guard_byte(struct json_guard *g, unsigned char c)
{
    return read_byte[g->mode](g, c);
}
