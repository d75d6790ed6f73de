/* SPDX-License-Identifier: MIT */
/* lost_models.c - asks how many are healthy, and leaves out the one itself. */
#include "common/service/lost_models.h"

#include <llmreg/fleet.h>

/* 1 if the endpoint is one of the healthy ones. */
static size_t count_itself(struct llmreg_registry *r, const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(r, id);
    bool healthy =
        e != NULL && llmreg_endpoint_state(e) == LLMREG_HEALTH_HEALTHY;

    llmreg_put(e);
    return healthy;
}

size_t lost_models(struct llmreg_registry *r, const char *id,
                   const struct llmreg_models *models,
                   const char *names[static LLMREG_MODELS_MAX])
{
    size_t itself = count_itself(r, id);
    size_t n = 0;

    for (size_t i = 0; i < models->count && n < LLMREG_MODELS_MAX; i++) {
        const char *name = models->items[i].name;
        struct llmreg_fleet_model m;

        if (llmreg_fleet_model(r, name, &m) != LLMREG_OK || m.healthy <= itself)
            names[n++] = name;
    }
    return n;
}
