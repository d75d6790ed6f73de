/* SPDX-License-Identifier: MIT */
/* models_check.c - is this list of models fit to be kept?
 *
 * Names were normalised where they were read; what is looked at here is that
 * nothing is out of bounds, whoever hands it in: a probe, a program, a file.
 * A field of a model is a row of a table.
 */
#include <llmreg/endpoint.h>

#include <llmreg/names.h>
#include <llmreg/text.h>

#include "common/domain/check.h"

#include <stddef.h>
#include <string.h>

#define AT(name) #name, offsetof(struct llmreg_model, name)

static const struct {
    const char *name;
    size_t offset;
    size_t min, max; /* bytes; from 0 it may be NULL, too */
} texts[] = {
    {AT(name), 1, LLMREG_MODEL_SIZE - 1},
    {AT(digest), 0, LLMREG_MODEL_TEXT},
    {AT(family), 0, LLMREG_MODEL_TEXT},
    {AT(parameter_size), 0, LLMREG_MODEL_TEXT},
    {AT(quantization), 0, LLMREG_MODEL_TEXT},
};

struct field {
    const char *name;
    size_t offset;
};

static const struct field numbers[] = {
    {AT(size_bytes)},        {AT(context_max)},  {AT(context_effective)},
    {AT(max_output_tokens)}, {AT(loaded_bytes)}, {AT(vram_bytes)},
    {AT(expires_ms)},
};

static const struct field words[] = {
    {AT(loaded)},
    {AT(vision)},
    {AT(tools)},
    {AT(json_mode)},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char *text_at(const struct llmreg_model *m, size_t offset)
{
    const char *s;

    memcpy(&s, (const char *)m + offset, sizeof s);
    return s;
}

/* before: the model before, whose texts are good; NULL: m is the first. */
static int check_texts(const struct llmreg_model *m,
                       const struct llmreg_model *before,
                       struct llmreg_error *err)
{
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *s = text_at(m, texts[i].offset);
        if (texts[i].min == 0 && (s == NULL || s[0] == '\0'))
            continue;
        if (before != NULL && s == text_at(before, texts[i].offset))
            continue;
        int rc = check_text(texts[i].name, s, texts[i].min, texts[i].max, err);
        if (rc != LLMREG_OK)
            return rc;
    }
    return LLMREG_OK;
}

static int check_numbers(const struct llmreg_model *m, struct llmreg_error *err)
{
    for (size_t i = 0; i < COUNT(numbers); i++) {
        int64_t n = 0;
        memcpy(&n, (const char *)m + numbers[i].offset, sizeof n);
        if (n < -1)
            return check_range(numbers[i].name, n, -1, INT64_MAX, err);
    }
    return LLMREG_OK;
}

static int check_words(const struct llmreg_model *m, struct llmreg_error *err)
{
    for (size_t i = 0; i < COUNT(words); i++) {
        enum llmreg_tristate word = LLMREG_UNKNOWN;
        memcpy(&word, (const char *)m + words[i].offset, sizeof word);
        if ((unsigned)word > LLMREG_YES)
            return check_word(words[i].name, (unsigned)word, LLMREG_YES + 1,
                              err);
    }
    return LLMREG_OK;
}

/* The field is named already; which model has it? */
static void name_it(const struct llmreg_models *models, size_t at,
                    struct llmreg_error *err)
{
    char shown[CHECK_SHOWN] = "";

    if (err == NULL)
        return;
    if (models->items[at].name != NULL)
        check_show(shown, models->items[at].name);
    llmreg_error_set(err, "model %zu \"%s\": %s", at + 1, shown, err->text);
}

int llmreg_models_check(const struct llmreg_models *models,
                        struct llmreg_error *err)
{
    if (models->count > LLMREG_MODELS_MAX) {
        llmreg_error_set(err, "%zu models, allowed are %d", models->count,
                         LLMREG_MODELS_MAX);
        return LLMREG_EINVAL;
    }
    for (size_t i = 0; i < models->count; i++) {
        const struct llmreg_model *m = &models->items[i];
        int rc = check_texts(m, i > 0 ? m - 1 : NULL, err);
        if (rc == LLMREG_OK)
            rc = check_numbers(m, err);
        if (rc == LLMREG_OK)
            rc = check_words(m, err);
        if (rc != LLMREG_OK) {
            name_it(models, i, err);
            return rc;
        }
    }
    return LLMREG_OK;
}
