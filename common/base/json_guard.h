/* SPDX-License-Identifier: MIT */
/* json_guard.h - a filter for JSON text on its way to the parser. */
#ifndef LLMREG_BASE_JSON_GUARD_H
#define LLMREG_BASE_JSON_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_verdict {
    JSON_KEEP, /* hand the byte on */
    JSON_DROP, /* leave it out: its string or number is too long already */
    JSON_BAD   /* this cannot be JSON */
};

enum json_guard_mode {
    JSON_OUTSIDE, /* not in a string */
    JSON_STRING,
    JSON_CHARACTER, /* in a character of more than one byte */
    JSON_ESCAPE,    /* after a backslash */
    JSON_HEX,       /* in the four digits after \u */
    JSON_PAIR,      /* after the first half of a surrogate pair: '\' */
    JSON_PAIR_U,    /* and then 'u' */
    JSON_GUARD_MODES
};

struct json_guard {
    enum json_guard_mode mode;
    size_t cap;    /* bytes kept of a string, digits kept in a row */
    size_t kept;   /* of this string, or of this run of digits */
    bool dropping; /* the unit that is being read */
    bool in_pair;  /* the digits of JSON_HEX are a second half */
    unsigned have; /* bytes of the character, digits of JSON_HEX */
    unsigned want; /* bytes of the character in all */
    uint32_t code; /* value of the digits of JSON_HEX */
    char bytes[4]; /* of the character */
};

/* A string or number that decodes to at most longest bytes passes whole; of a
 * longer one more than longest decoded bytes are kept. */
void json_guard_init(struct json_guard *g, size_t longest);
/* What to do with the next byte. */
enum json_verdict json_guard_byte(struct json_guard *g, unsigned char c);
/* True if the text so far does not end inside a string. */
bool json_guard_done(const struct json_guard *g);

#endif
