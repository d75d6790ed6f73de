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

/* What nobody has told the kind of is asked as the first of the table. */
const struct backend *backend_find(enum llmreg_kind kind)
{
    if (kind == LLMREG_KIND_AUTO)
        return backends[0];
    for (size_t n = 0; backend_at(n) != NULL; n++)
        if (backends[n]->kind == kind)
            return backends[n];
    return NULL;
}
