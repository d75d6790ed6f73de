/* SPDX-License-Identifier: MIT */
/* spec_part.c - specifications in one block, and what differs in two. */
#include "common/registry/spec_part.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/registry.h>

/* The strings of a specification; a new one is a row here. */
static const struct {
    const char *name;
    size_t at;
} strings[] = {
    {"id", offsetof(struct llmreg_spec, id)},
    {"url", offsetof(struct llmreg_spec, url)},
    {"name", offsetof(struct llmreg_spec, name)},
    {"host", offsetof(struct llmreg_spec, host)},
    {"series", offsetof(struct llmreg_spec, series)},
    {"origin", offsetof(struct llmreg_spec, origin)},
    {"owner", offsetof(struct llmreg_spec, owner)},
};

#define STRINGS (sizeof strings / sizeof strings[0])

static const char *get(const struct llmreg_spec *spec, size_t i)
{
    const char *s;

    memcpy(&s, (const char *)spec + strings[i].at, sizeof s);
    return s == NULL ? "" : s;
}

static void set(struct llmreg_spec *spec, size_t i, const char *s)
{
    memcpy((char *)spec + strings[i].at, &s, sizeof s);
}

/* "gpu1" of "gpu1:11434/v1", "::1" of "[::1]:11434". */
static void host_of_id(const char *id, char out[static LLMREG_HOST_SIZE])
{
    const bool v6 = id[0] == '[';
    size_t len = strcspn(id + v6, v6 ? "]" : ":/");

    if (len >= LLMREG_HOST_SIZE)
        len = 0;
    memcpy(out, id + v6, len);
    out[len] = '\0';
}

static void key_of_host(const struct llmreg_spec *spec,
                        char out[static LLMREG_HOST_SIZE])
{
    if (spec->owner == NULL || llmreg_host_key(spec->owner, out) != LLMREG_OK)
        host_of_id(spec->id, out);
}

static size_t room(const struct llmreg_spec *spec)
{
    size_t n = spec->nlabels * sizeof(struct llmreg_label);

    for (size_t i = 0; i < STRINGS; i++)
        n += part_room(get(spec, i));
    for (size_t i = 0; i < spec->nlabels; i++)
        n += part_room(spec->labels[i].name) + part_room(spec->labels[i].value);
    return n;
}

struct spec_part *spec_part_new(const struct llmreg_spec *spec)
{
    char on[LLMREG_HOST_SIZE];

    key_of_host(spec, on);
    struct spec_part *p = malloc(sizeof *p + room(spec) + part_room(on));
    if (p == NULL)
        return NULL;
    part_init(&p->part);
    p->spec = *spec;
    p->spec.labels = p->labels;
    char *at = (char *)(p->labels + spec->nlabels);
    for (size_t i = 0; i < STRINGS; i++)
        set(&p->spec, i, part_pack(&at, get(spec, i)));
    for (size_t i = 0; i < spec->nlabels; i++) {
        p->labels[i].name = part_pack(&at, spec->labels[i].name);
        p->labels[i].value = part_pack(&at, spec->labels[i].value);
    }
    p->on = part_pack(&at, on);
    return p;
}

struct spec_part *spec_part_of(const struct llmreg_spec *spec)
{
    return rcu_holder(spec, struct spec_part, spec);
}

void llmreg_spec_put(const struct llmreg_spec *spec)
{
    if (spec != NULL)
        part_put(&spec_part_of(spec)->part);
}

static bool same_labels(const struct llmreg_spec *a,
                        const struct llmreg_spec *b)
{
    if (a->nlabels != b->nlabels)
        return false;
    for (size_t i = 0; i < a->nlabels; i++)
        if (strcmp(a->labels[i].name, b->labels[i].name) != 0 ||
            strcmp(a->labels[i].value, b->labels[i].value) != 0)
            return false;
    return true;
}

static void add_name(struct llmreg_text *out, const char *name)
{
    if (out->len > 0)
        llmreg_text_add(out, ", ");
    llmreg_text_add(out, name);
}

void spec_part_diff(const struct llmreg_spec *a, const struct llmreg_spec *b,
                    struct llmreg_text *out)
{
    for (size_t i = 0; i < STRINGS; i++)
        if (strcmp(get(a, i), get(b, i)) != 0)
            add_name(out, strings[i].name);
    if (a->kind != b->kind)
        add_name(out, "kind");
    if (a->source != b->source)
        add_name(out, "source");
    if (a->priority != b->priority)
        add_name(out, "priority");
    if (a->interval_ms != b->interval_ms)
        add_name(out, "interval");
    if (!same_labels(a, b))
        add_name(out, "labels");
}
