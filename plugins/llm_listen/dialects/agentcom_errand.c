/* SPDX-License-Identifier: MIT */
/* agentcom_errand.c - a minute, and not beyond the end of the server. */
#include "plugins/llm_listen/dialects/agentcom_errand.h"

#include <string.h>

#include "plugins/llm_listen/api/acks.h"

#define PATIENCE_NS (60 * LLMREG_NS_PER_S)

int errand_wait(struct ask *a, const struct errand *errand, uint64_t seen)
{
    if (a->req->now.mono_ns >= errand->until_ns || http_stopping(a->call))
        return ask_fail(a, LLMREG_ETIME, NULL, "it goes on; ask again");
    if (!llmreg_service_store_works(a->api->service))
        return ask_fail(a, LLMREG_EIO, NULL, "the store does not work");
    return acks_wait(a->api->acks, seen + 1, http_hold(a->call));
}

struct errand *errand_begin(struct ask *a)
{
    struct errand *errand = llmreg_arena_alloc(&a->arena, sizeof *errand);

    if (errand == NULL)
        return NULL;
    memset(errand, 0, sizeof *errand);
    errand->until_ns = a->req->now.mono_ns + PATIENCE_NS;
    a->state = errand;
    return errand;
}
