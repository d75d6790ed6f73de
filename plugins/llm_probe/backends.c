/* SPDX-License-Identifier: MIT */
/* backends.c - the protocols there are: one row each. */
#include "plugins/llm_probe/backend.h"

static const struct backend *const backends[] = {
    &backend_ollama,
};

const struct backend *backend_at(size_t n)
{
    return n < sizeof backends / sizeof backends[0] ? backends[n] : NULL;
}

const struct backend *backend_find(enum llmreg_kind kind)
{
    for (size_t n = 0; backend_at(n) != NULL; n++)
        if (backends[n]->kind == kind)
            return backends[n];
    return NULL;
}
