/* SPDX-License-Identifier: MIT */
/* check.h - what every check of a value needs: is this text, this number
 * within its bounds, and if not, a sentence that names it.
 *
 * Each returns LLMREG_OK, or LLMREG_EINVAL with the name, the value and what
 * is allowed in err.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_DOMAIN_CHECK_H
#define LLMREG_DOMAIN_CHECK_H

#include <llmreg/status.h>

#define CHECK_SHOWN 168 /* 40 bytes as \\xNN, "..." and NUL */

/* The beginning of s as a message may show it. */
void check_show(char out[static CHECK_SHOWN], const char *s);

/* Not NULL, min to max bytes, clean (text.h). */
LLMREG_MUSTCHECK int check_text(const char *name, const char *s, size_t min,
                                size_t max, struct llmreg_error *err);
/* Only letters, digits (of ASCII) and these marks. */
LLMREG_MUSTCHECK int check_chars(const char *name, const char *s,
                                 const char *marks, struct llmreg_error *err);
LLMREG_MUSTCHECK int check_range(const char *name, int64_t value, int64_t min,
                                 int64_t max, struct llmreg_error *err);
/* A finite number, or NAN. */
LLMREG_MUSTCHECK int check_number(const char *name, double n, double min,
                                  double max, struct llmreg_error *err);
/* Not NULL, and llmreg_host_key takes it. */
LLMREG_MUSTCHECK int check_host_key(const char *name, const char *s,
                                    struct llmreg_error *err);
/* A value of an enumeration of count words. */
LLMREG_MUSTCHECK int check_word(const char *name, unsigned value,
                                unsigned count, struct llmreg_error *err);

#endif
