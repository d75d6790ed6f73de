/* SPDX-License-Identifier: MIT */
/* utf8.h - one step through bytes that claim to be UTF-8. */
#ifndef LLMREG_BASE_UTF8_H
#define LLMREG_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The length (1 to 4) of the valid sequence that s begins with, and its
 * character in *out; 0 and *out untouched if there is none: overlong,
 * surrogate, over U+10FFFF, cut off by len, or len is 0. */
size_t utf8_decode(const char *s, size_t len, uint32_t *out);

/* The largest n <= at for which s[0..n) ends between two sequences, as far as
 * valid UTF-8 goes; s has more than at bytes. */
size_t utf8_boundary(const char *s, size_t at);

#endif
