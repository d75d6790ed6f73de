/* SPDX-License-Identifier: MIT */
/* agent_part.c - specifications in one block, and what differs in two. */
#include "common/registry/agent_part.h"

#include <llmreg/agents.h>

#include <stdlib.h>
#include <string.h>

/* The strings of a specification; a new one is a row here. */
static const struct {
    const char *name;
    size_t at;
} strings[] = {
    {"id", offsetof(struct llmreg_agent_spec, id)},
    {"type", offsetof(struct llmreg_agent_spec, type)},
    {"name", offsetof(struct llmreg_agent_spec, name)},
    {"role", offsetof(struct llmreg_agent_spec, role)},
    {"domain", offsetof(struct llmreg_agent_spec, domain)},
    {"cluster", offsetof(struct llmreg_agent_spec, cluster)},
    {"host", offsetof(struct llmreg_agent_spec, host)},
    {"url", offsetof(struct llmreg_agent_spec, url)},
    {"version", offsetof(struct llmreg_agent_spec, version)},
};

#define STRINGS (sizeof strings / sizeof strings[0])

static const char *get(const struct llmreg_agent_spec *spec, size_t i)
{
    const char *s;

    memcpy(&s, (const char *)spec + strings[i].at, sizeof s);
    return s;
}

static void set(struct llmreg_agent_spec *spec, size_t i, const char *s)
{
    memcpy((char *)spec + strings[i].at, &s, sizeof s);
}

static size_t room(const struct llmreg_agent_spec *spec)
{
    size_t n = spec->ncapabilities * sizeof *spec->capabilities +
               spec->nmetadata * sizeof *spec->metadata;

    for (size_t i = 0; i < STRINGS; i++)
        n += part_room(get(spec, i));
    for (size_t i = 0; i < spec->ncapabilities; i++)
        n += part_room(spec->capabilities[i].name) +
             part_room(spec->capabilities[i].value);
    for (size_t i = 0; i < spec->nmetadata; i++)
        n += part_room(spec->metadata[i].name) +
             part_room(spec->metadata[i].json);
    return n;
}

static int by_capability(const void *a, const void *b)
{
    const struct llmreg_capability *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order != 0 ? order : strcmp(x->value, y->value);
}

static int by_name(const void *a, const void *b)
{
    const struct llmreg_member *x = a, *y = b;

    return strcmp(x->name, y->name);
}

struct agent_part *agent_part_new(const struct llmreg_agent_spec *spec)
{
    struct agent_part *p = malloc(sizeof *p + room(spec));

    if (p == NULL)
        return NULL;
    struct llmreg_capability *capabilities = (void *)(p + 1);
    struct llmreg_member *metadata =
        (void *)(capabilities + spec->ncapabilities);
    char *at = (char *)(metadata + spec->nmetadata);
    part_init(&p->part);
    p->agent = NULL;
    p->spec = *spec;
    for (size_t i = 0; i < STRINGS; i++)
        set(&p->spec, i, part_pack(&at, get(spec, i)));
    for (size_t i = 0; i < spec->ncapabilities; i++) {
        capabilities[i].name = part_pack(&at, spec->capabilities[i].name);
        capabilities[i].value = part_pack(&at, spec->capabilities[i].value);
    }
    for (size_t i = 0; i < spec->nmetadata; i++) {
        metadata[i].name = part_pack(&at, spec->metadata[i].name);
        metadata[i].json = part_pack(&at, spec->metadata[i].json);
    }
    qsort(capabilities, spec->ncapabilities, sizeof *capabilities,
          by_capability);
    qsort(metadata, spec->nmetadata, sizeof *metadata, by_name);
    p->spec.capabilities = capabilities;
    p->spec.metadata = metadata;
    return p;
}

struct agent_part *agent_part_of(const struct llmreg_agent_spec *spec)
{
    return rcu_holder(spec, struct agent_part, spec);
}

void llmreg_agent_spec_put(const struct llmreg_agent_spec *spec)
{
    if (spec != NULL)
        part_put(&agent_part_of(spec)->part);
}

/* ---- what differs ---- */

static bool same_capabilities(const struct llmreg_agent_spec *a,
                              const struct llmreg_agent_spec *b)
{
    if (a->ncapabilities != b->ncapabilities)
        return false;
    for (size_t i = 0; i < a->ncapabilities; i++)
        if (by_capability(&a->capabilities[i], &b->capabilities[i]) != 0)
            return false;
    return true;
}

static bool same_metadata(const struct llmreg_agent_spec *a,
                          const struct llmreg_agent_spec *b)
{
    if (a->nmetadata != b->nmetadata)
        return false;
    for (size_t i = 0; i < a->nmetadata; i++)
        if (strcmp(a->metadata[i].name, b->metadata[i].name) != 0 ||
            strcmp(a->metadata[i].json, b->metadata[i].json) != 0)
            return false;
    return true;
}

static void add_name(struct llmreg_text *out, const char *name)
{
    if (out->len > 0)
        llmreg_text_add(out, ", ");
    llmreg_text_add(out, name);
}

void agent_part_diff(const struct llmreg_agent_spec *a,
                     const struct llmreg_agent_spec *b, struct llmreg_text *out)
{
    for (size_t i = 0; i < STRINGS; i++)
        if (strcmp(get(a, i), get(b, i)) != 0)
            add_name(out, strings[i].name);
    if (a->source != b->source)
        add_name(out, "source");
    if (a->interval_ms != b->interval_ms)
        add_name(out, "interval");
    if (!same_capabilities(a, b))
        add_name(out, "capabilities");
    if (!same_metadata(a, b))
        add_name(out, "metadata");
}
