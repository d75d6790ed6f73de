/* SPDX-License-Identifier: MIT */
/* lost_models.c - asks the index of models, and stops at the first other. */
#include "common/service/lost_models.h"

#include <string.h>

struct search {
    const char *id;
    bool found;
};

static bool is_same(void *ctx, struct llmreg_endpoint *e)
{
    struct search *s = ctx;

    s->found = strcmp(llmreg_endpoint_id(e), s->id) != 0;
    return !s->found;
}

size_t lost_models(struct llmreg_registry *r, const char *id,
                   const struct llmreg_models *models,
                   const char *names[static LLMREG_MODELS_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < models->count && n < LLMREG_MODELS_MAX; i++) {
        struct search s = {.id = id};

        llmreg_each_with_model(r, models->items[i].name, LLMREG_HEALTHY,
                               is_same, &s);
        if (!s.found)
            names[n++] = models->items[i].name;
    }
    return n;
}
