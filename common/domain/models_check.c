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
#include "common/domain/models.h"

#include <stddef.h>
#include <string.h>

/* In the order of the struct (models.h). */
static const struct {
    const char *name;
    size_t min, max; /* bytes; from 0 it may be NULL, too */
} texts[] = {
    {"name", 1, LLMREG_MODEL_SIZE - 1},
    {"digest", 0, LLMREG_MODEL_TEXT},
    {"family", 0, LLMREG_MODEL_TEXT},
    {"parameter_size", 0, LLMREG_MODEL_TEXT},
    {"quantization", 0, LLMREG_MODEL_TEXT},
};

#define AT(name) #name, offsetof(struct llmreg_model, name)

_Static_assert(sizeof texts / sizeof texts[0] == MODEL_TEXTS,
               "a row for each text");
_Static_assert(LLMREG_MODEL_TEXT <= UINT16_MAX, "a length is kept in so much");

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

/* A text of so many bytes. */
static int check_one(size_t which, const char *s, size_t length,
                     struct llmreg_error *err)
{
    if (length >= texts[which].min && length <= texts[which].max &&
        llmreg_is_clean(s, length))
        return LLMREG_OK;
    return check_text(texts[which].name, s, texts[which].min, texts[which].max,
                      err);
}

/* Whether the one before has this text, too; then it was found good there.  Of
 * the same place in memory, and so of NULL, that is known without a look. */
static bool is_shared(const struct model_draft *d, size_t which,
                      const struct model_draft *before, size_t *length)
{
    const char *s = model_text(d->model, which);

    if (before != NULL && s == model_text(before->model, which)) {
        *length = before->length[which];
        return true;
    }
    *length = s == NULL ? 0 : strlen(s);
    return before != NULL && which > 0 &&
           model_shares(before, which, s, *length);
}

static int check_texts(struct model_draft *d, const struct model_draft *before,
                       struct llmreg_error *err)
{
    d->shared = 0;
    d->room = 0;
    for (size_t i = 0; i < MODEL_TEXTS; i++) {
        size_t length = 0;
        if (is_shared(d, i, before, &length)) {
            d->shared |= (uint16_t)(1U << i);
        } else {
            int rc = check_one(i, model_text(d->model, i), length, err);
            if (rc != LLMREG_OK)
                return rc;
            d->room += length == 0 ? 0 : (uint32_t)length + 1;
        }
        d->length[i] = (uint16_t)length;
    }
    return LLMREG_OK;
}

_Static_assert(COUNT(numbers) == 7 && COUNT(words) == 4, "are_good has each");

/* Its sign: of a number under -1 the next higher one has it, too. */
static uint64_t under(int64_t number)
{
    return (uint64_t)number & ((uint64_t)number + 1);
}

static bool is_word(enum llmreg_tristate word)
{
    return (unsigned)word <= LLMREG_YES;
}

/* Most are, which is seen here with few branches; what is wrong, below. */
static bool are_good(const struct llmreg_model *m)
{
    const uint64_t any = under(m->size_bytes) | under(m->context_max) |
                         under(m->context_effective) |
                         under(m->max_output_tokens) | under(m->loaded_bytes) |
                         under(m->vram_bytes) | under(m->expires_ms);

    return any >> 63 == 0 && is_word(m->loaded) && is_word(m->vision) &&
           is_word(m->tools) && is_word(m->json_mode);
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

int model_check(struct model_draft *d, const struct model_draft *before,
                struct llmreg_error *err)
{
    int rc = check_texts(d, before, err);

    if (rc != LLMREG_OK || are_good(d->model))
        return rc;
    rc = check_numbers(d->model, err);
    if (rc == LLMREG_OK)
        rc = check_words(d->model, err);
    return rc;
}

int llmreg_models_check(const struct llmreg_models *models,
                        struct llmreg_error *err)
{
    struct model_draft before, d;

    if (models->count > LLMREG_MODELS_MAX) {
        llmreg_error_set(err, "%zu models, allowed are %d", models->count,
                         LLMREG_MODELS_MAX);
        return LLMREG_EINVAL;
    }
    for (size_t i = 0; i < models->count; i++) {
        d.model = &models->items[i];
        int rc = model_check(&d, i > 0 ? &before : NULL, err);
        if (rc != LLMREG_OK) {
            name_it(models, i, err);
            return rc;
        }
        before = d;
    }
    return LLMREG_OK;
}
