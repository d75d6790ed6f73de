/* SPDX-License-Identifier: MIT */
/* options_value.h - one value of one option: read, checked, stored, shown.
 *
 * options.c knows tables, items and who said what where; this file knows
 * types.  Private to the two.
 */
#ifndef LLMREG_BASE_OPTIONS_VALUE_H
#define LLMREG_BASE_OPTIONS_VALUE_H

#include <llmreg/options.h>
#include <llmreg/text.h>

/* Reads value as o says into o's field of conf.  LLMREG_EINVAL: what is
 * allowed stands in *allowed, and conf is untouched. */
LLMREG_MUSTCHECK int option_value_set(const struct llmreg_option *o, void *conf,
                                      const struct llmreg_value *value,
                                      struct llmreg_text *allowed);

/* As a person would write it; strings in quotes. */
void option_value_show(const struct llmreg_value *value,
                       struct llmreg_text *out);

/* The same for a field that was set. */
void option_field_show(const struct llmreg_option *o, const void *conf,
                       struct llmreg_text *out);

bool option_field_equal(const struct llmreg_option *o, const void *a,
                        const void *b);
void option_field_copy(const struct llmreg_option *o, void *to,
                       const void *from);

#endif
