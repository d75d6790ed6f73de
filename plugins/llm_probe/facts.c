/* SPDX-License-Identifier: MIT */
/* facts.c - a table of digests.  It has a bound because digests come from
 * servers: when it is full it is emptied, and the models are asked for again
 * a few a probe. */
#include "plugins/llm_probe/facts.h"

#include <stdlib.h>

#include <llmreg/table.h>

struct facts_cache {
    struct llmreg_table *by_digest;
};

static void clear(struct facts_cache *c)
{
    size_t cursor = 0;
    const char *digest = NULL;
    void *facts = NULL;

    while (llmreg_table_next(c->by_digest, &cursor, &digest, &facts)) {
        llmreg_table_remove(c->by_digest, digest);
        free(facts);
    }
}

int facts_cache_new(struct facts_cache **out)
{
    struct facts_cache *c = calloc(1, sizeof *c);
    int rc = LLMREG_ENOMEM;

    if (c == NULL)
        return rc;
    rc = llmreg_table_new(&c->by_digest);
    if (rc == LLMREG_OK)
        *out = c;
    else
        free(c);
    return rc;
}

void facts_cache_free(struct facts_cache *c)
{
    if (c == NULL)
        return;
    clear(c);
    llmreg_table_free(c->by_digest);
    free(c);
}

const struct facts *facts_get(const struct facts_cache *c, const char *digest)
{
    return llmreg_table_get(c->by_digest, digest);
}

int facts_add(struct facts_cache *c, const char *digest, const struct facts *f)
{
    struct facts *copy = NULL;
    int rc = LLMREG_ENOMEM;

    if (facts_get(c, digest) != NULL)
        return LLMREG_OK;
    if (llmreg_table_count(c->by_digest) >= FACTS_MAX)
        clear(c);
    copy = malloc(sizeof *copy);
    if (copy == NULL)
        return rc;
    *copy = *f;
    rc = llmreg_table_add(c->by_digest, digest, copy);
    if (rc != LLMREG_OK)
        free(copy);
    return rc;
}

struct facts facts_unknown(void)
{
    return (struct facts){.context_max = -1, .max_output_tokens = -1};
}

void facts_apply(const struct facts *f, struct llmreg_model *m)
{
    if (m->context_max < 0)
        m->context_max = f->context_max;
    if (m->max_output_tokens < 0)
        m->max_output_tokens = f->max_output_tokens;
    if (m->vision == LLMREG_UNKNOWN)
        m->vision = f->vision;
    if (m->tools == LLMREG_UNKNOWN)
        m->tools = f->tools;
    if (m->json_mode == LLMREG_UNKNOWN)
        m->json_mode = f->json_mode;
}
