/* SPDX-License-Identifier: MIT */
/* models.c - lists of models as values: compared and searched, never changed.
 *
 * A list is sorted by name in the order of strcmp, and holds no name twice;
 * whoever makes one sees to that.
 */
#include <llmreg/endpoint.h>

#include <stdlib.h>
#include <string.h>

struct llmreg_model llmreg_model_unknown(const char *name)
{
    struct llmreg_model m = {
        .name = name,
        .digest = "",
        .family = "",
        .parameter_size = "",
        .quantization = "",
        .size_bytes = -1,
        .context_max = -1,
        .context_effective = -1,
        .max_output_tokens = -1,
        .loaded_bytes = -1,
        .vram_bytes = -1,
        .expires_ms = -1,
    };

    return m;
}

/* What is "" may be NULL, too. */
static bool text_alike(const char *a, const char *b)
{
    return a == b || strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

static bool words_alike(const struct llmreg_model *a,
                        const struct llmreg_model *b)
{
    return text_alike(a->name, b->name) && text_alike(a->digest, b->digest) &&
           text_alike(a->family, b->family) &&
           text_alike(a->parameter_size, b->parameter_size) &&
           text_alike(a->quantization, b->quantization);
}

static bool numbers_alike(const struct llmreg_model *a,
                          const struct llmreg_model *b)
{
    return a->size_bytes == b->size_bytes && a->context_max == b->context_max &&
           a->context_effective == b->context_effective &&
           a->max_output_tokens == b->max_output_tokens;
}

static bool facts_alike(const struct llmreg_model *a,
                        const struct llmreg_model *b)
{
    return a->loaded == b->loaded && a->vision == b->vision &&
           a->tools == b->tools && a->json_mode == b->json_mode &&
           a->remote == b->remote;
}

bool llmreg_models_alike(const struct llmreg_models *a,
                         const struct llmreg_models *b)
{
    if (a->count != b->count || a->not_kept != b->not_kept ||
        a->rejected != b->rejected)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct llmreg_model *x = &a->items[i];
        const struct llmreg_model *y = &b->items[i];
        if (!words_alike(x, y) || !numbers_alike(x, y) || !facts_alike(x, y))
            return false;
    }
    return true;
}

bool llmreg_models_same(const struct llmreg_models *a,
                        const struct llmreg_models *b)
{
    if (!llmreg_models_alike(a, b))
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct llmreg_model *x = &a->items[i];
        const struct llmreg_model *y = &b->items[i];
        if (x->expires_ms != y->expires_ms ||
            x->loaded_bytes != y->loaded_bytes ||
            x->vram_bytes != y->vram_bytes)
            return false;
    }
    return true;
}

static int by_name(const void *name, const void *model)
{
    return strcmp(name, ((const struct llmreg_model *)model)->name);
}

const struct llmreg_model *llmreg_models_find(const struct llmreg_models *m,
                                              const char *name)
{
    if (m->count == 0)
        return NULL;
    return bsearch(name, m->items, m->count, sizeof m->items[0], by_name);
}
