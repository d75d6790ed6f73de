/* SPDX-License-Identifier: MIT */
/* options.h - settings as tables: one row an option, nothing else to edit.
 *
 * A program's configuration arrives as a tree of struct llmreg_item, whatever
 * file it came from.  A table says of each option its name, type, place in a
 * struct, range and default.  Everything that can be wrong with a value is
 * found here and said in one sentence that names the block, the option, the
 * value and the range.
 *
 * Threads:   one thread at a time; configuration has one.
 * Blocking:  never.
 * Ownership: items lend their strings; the configured struct holds copies.
 */
#ifndef LLMREG_OPTIONS_H
#define LLMREG_OPTIONS_H

#include <llmreg/status.h>

enum llmreg_value_type {
    LLMREG_VALUE_STRING,
    LLMREG_VALUE_NUMBER,
    LLMREG_VALUE_BOOL
};

struct llmreg_value {
    enum llmreg_value_type type;
    const char *string;
    double number;
    bool truth;
};

/* One line or block of a configuration. */
struct llmreg_item {
    const char *key;
    const struct llmreg_value *values;
    size_t nvalues;
    const struct llmreg_item *children;
    size_t nchildren;
};

enum llmreg_option_type {
    LLMREG_OPT_STRING,  /* char[size]; min and max are bounds of the length */
    LLMREG_OPT_PATH,    /* char[size]; absolute, "." ".." "//" resolved */
    LLMREG_OPT_SECONDS, /* int64_t nanoseconds, from seconds with fraction */
    LLMREG_OPT_INTEGER, /* int64_t */
    LLMREG_OPT_NUMBER,  /* double */
    LLMREG_OPT_BOOL     /* bool */
};

struct llmreg_option {
    const char *name; /* matched without regard to case; NULL ends a table */
    enum llmreg_option_type type;
    size_t offset;      /* in the configured struct */
    size_t size;        /* of the field, for STRING and PATH */
    double min, max;    /* both allowed; in seconds for SECONDS */
    const char *preset; /* the default, as it would be written; NULL: none */
    const char *help;   /* one line for the manual, with the unit */
};

#define LLMREG_OPTIONS_MAX 64

/* Bit n is set when row n of the table was given (not merely preset). */
typedef uint64_t llmreg_given;

/* Sets every field that has a preset.  LLMREG_EINVAL is a table's bug. */
LLMREG_MUSTCHECK int llmreg_options_preset(const struct llmreg_option *table,
                                           void *conf);

/* The row called name, or NULL. */
const struct llmreg_option *
llmreg_options_find(const struct llmreg_option *table, const char *name);

/* A struct that a table configures, what of it was given, and where: the
 * words that name the block, e.g. "<Plugin llm_probe>". */
struct llmreg_settings {
    void *conf;
    llmreg_given given;
    const char *where;
};

/* Sets one option from an item.  LLMREG_ENOENT: no such option in the table
 * (err lists the names).  LLMREG_EINVAL: wrong type, number of values or
 * range.  LLMREG_EEXIST: given twice in one block.  On error nothing is
 * changed. */
LLMREG_MUSTCHECK int llmreg_options_set(const struct llmreg_option *table,
                                        struct llmreg_settings *s,
                                        const struct llmreg_item *item,
                                        struct llmreg_error *err);

/* Copies into *to what was given in from; LLMREG_EEXIST if both were given
 * one option with different values (err names both places). */
LLMREG_MUSTCHECK int llmreg_options_merge(const struct llmreg_option *table,
                                          struct llmreg_settings *to,
                                          const struct llmreg_settings *from,
                                          struct llmreg_error *err);

/* Whether the option called name was given. */
bool llmreg_options_given(const struct llmreg_option *table, llmreg_given given,
                          const char *name);

#endif
