/* SPDX-License-Identifier: MIT */
/* text.h - a string that knows its bound.
 *
 * A text lives in storage of the caller.  Appending more than fits keeps what
 * was there before that call and sets failed, which stays set, and nothing is
 * appended any more: build it all, then ask once.  data is always terminated,
 * so that at most size - 1 bytes are text.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: the storage is the caller's and must outlive the text.
 */
#ifndef LLMREG_TEXT_H
#define LLMREG_TEXT_H

#include <llmreg/status.h>

struct llmreg_text {
    char *data;
    size_t size; /* of the storage, at least 1 */
    size_t len;
    bool failed; /* something did not fit */
};

void llmreg_text_init(struct llmreg_text *t, char *storage, size_t size);
void llmreg_text_add(struct llmreg_text *t, const char *s);
void llmreg_text_add_bytes(struct llmreg_text *t, const char *s, size_t len);
void llmreg_text_addf(struct llmreg_text *t, const char *format, ...)
    LLMREG_PRINTF(2, 3);
/* Control characters, bytes that are not UTF-8 and characters that turn or
 * hide text (direction marks, zero width) become \xNN, byte by byte. */
void llmreg_text_add_escaped(struct llmreg_text *t, const char *s, size_t len);

/* LLMREG_OK, or LLMREG_ETOOBIG if something did not fit. */
LLMREG_MUSTCHECK int llmreg_text_status(const struct llmreg_text *t);

/* Copies s with its NUL: LLMREG_ETOOBIG (and "" in out) if it does not fit. */
LLMREG_MUSTCHECK int llmreg_copy(char *out, size_t size, const char *s);

/* Copies what fits of s, cut before a UTF-8 sequence would be torn, with
 * "..." at the end if cut.  For messages to people only, never for names. */
void llmreg_copy_message(char *out, size_t size, const char *s);

/* Valid UTF-8 (no overlong forms, no surrogates, at most U+10FFFF) and no
 * C0 control, DEL or C1 control in it. */
bool llmreg_is_clean(const char *s, size_t len);

/* A whole number, digits with an optional minus, nothing else (or
 * LLMREG_EPARSE), and within [min, max] (or LLMREG_EINVAL). */
LLMREG_MUSTCHECK int llmreg_parse_int(const char *s, size_t len, int64_t min,
                                      int64_t max, int64_t *out);

#endif
