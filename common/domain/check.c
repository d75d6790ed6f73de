/* SPDX-License-Identifier: MIT */
/* check.c - bounds of texts and numbers, and the sentences about them. */
#include "common/domain/check.h"

#include <llmreg/names.h>
#include <llmreg/text.h>

#include <math.h>
#include <string.h>

#define SHOWN_BYTES 40

void check_show(char out[static CHECK_SHOWN], const char *s)
{
    size_t len = strnlen(s, SHOWN_BYTES);
    struct llmreg_text t;

    llmreg_text_init(&t, out, CHECK_SHOWN);
    llmreg_text_add_escaped(&t, s, len);
    llmreg_text_add(&t, len < SHOWN_BYTES ? "" : "...");
}

int check_text(const char *name, const char *s, size_t min, size_t max,
               struct llmreg_error *err)
{
    char shown[CHECK_SHOWN];

    if (s == NULL) {
        llmreg_error_set(err, "%s is missing", name);
        return LLMREG_EINVAL;
    }
    size_t len = strlen(s);
    bool fits = len >= min && len <= max;
    if (fits && llmreg_is_clean(s, len))
        return LLMREG_OK;
    check_show(shown, s);
    if (!fits)
        llmreg_error_set(err, "%s \"%s\" has %zu bytes, allowed are %zu to %zu",
                         name, shown, len, min, max);
    else
        llmreg_error_set(err,
                         "%s \"%s\" is not plain UTF-8 text: no control "
                         "characters are allowed",
                         name, shown);
    return LLMREG_EINVAL;
}

/* In ASCII, whatever the locale of the process says. */
static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

int check_chars(const char *name, const char *s, const char *marks,
                struct llmreg_error *err)
{
    char shown[CHECK_SHOWN];

    for (const char *c = s; *c != '\0'; c++) {
        if (is_letter_or_digit(*c) || strchr(marks, *c) != NULL)
            continue;
        check_show(shown, s);
        llmreg_error_set(err,
                         "%s \"%s\" may have letters, digits and \"%s\" only",
                         name, shown, marks);
        return LLMREG_EINVAL;
    }
    return LLMREG_OK;
}

int check_range(const char *name, int64_t value, int64_t min, int64_t max,
                struct llmreg_error *err)
{
    if (value >= min && value <= max)
        return LLMREG_OK;
    llmreg_error_set(err, "%s %lld is not within %lld to %lld", name,
                     (long long)value, (long long)min, (long long)max);
    return LLMREG_EINVAL;
}

int check_number(const char *name, double n, double min, double max,
                 struct llmreg_error *err)
{
    if (isnan(n) || (n >= min && n <= max))
        return LLMREG_OK;
    llmreg_error_set(err, "%s %g is not within %g to %g", name, n, min, max);
    return LLMREG_EINVAL;
}

int check_host_key(const char *name, const char *s, struct llmreg_error *err)
{
    char shown[CHECK_SHOWN], key[LLMREG_HOST_SIZE];

    if (s == NULL) {
        llmreg_error_set(err, "%s is missing", name);
        return LLMREG_EINVAL;
    }
    if (llmreg_host_key(s, key) == LLMREG_OK)
        return LLMREG_OK;
    check_show(shown, s);
    llmreg_error_set(err,
                     "%s \"%s\" is no name of a host: 1 to 253 bytes of "
                     "A-Z a-z 0-9 . _ : - are allowed, and no '.' at the start",
                     name, shown);
    return LLMREG_EINVAL;
}

int check_word(const char *name, unsigned value, unsigned count,
               struct llmreg_error *err)
{
    if (value < count)
        return LLMREG_OK;
    llmreg_error_set(err, "%s %d is none", name, (int)value);
    return LLMREG_EINVAL;
}
