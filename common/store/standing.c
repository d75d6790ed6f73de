/* SPDX-License-Identifier: MIT */
/* standing.c - one value under one lock. */
#include "common/store/standing.h"

#include <stdlib.h>

#include <llmreg/thread.h>

struct standing {
    struct llmreg_lock lock;
    struct standing_word word; /* guarded by lock */
};

int standing_new(struct standing **out)
{
    struct standing *s = calloc(1, sizeof *s);

    if (s == NULL)
        return LLMREG_ENOMEM;
    int rc = llmreg_lock_init(&s->lock);
    if (rc != LLMREG_OK) {
        free(s);
        return rc;
    }
    *out = s;
    return LLMREG_OK;
}

void standing_free(struct standing *s)
{
    if (s == NULL)
        return;
    llmreg_lock_fini(&s->lock);
    free(s);
}

void standing_set(struct standing *s, int status, int64_t since_ms,
                  const char *what)
{
    struct standing_word word = {
        .failed = status != LLMREG_OK, .status = status, .since_ms = since_ms};

    llmreg_error_set(&word.what, "%s", what);
    llmreg_lock(&s->lock);
    s->word = word;
    llmreg_unlock(&s->lock);
}

void standing_get(struct standing *s, struct standing_word *out)
{
    llmreg_lock(&s->lock);
    *out = s->word;
    llmreg_unlock(&s->lock);
}
