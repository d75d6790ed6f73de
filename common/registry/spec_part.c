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

struct llmreg_spec spec_part_apply(const struct llmreg_spec *named,
                                   const struct llmreg_override *override)
{
    struct llmreg_spec spec = *named;

    if ((override->fields & LLMREG_FIELD_NAME) != 0)
        spec.name = override->name;
    if ((override->fields & LLMREG_FIELD_PRIORITY) != 0)
        spec.priority = override->priority;
    if ((override->fields & LLMREG_FIELD_LABELS) != 0) {
        spec.labels = override->labels;
        spec.nlabels = override->nlabels;
    }
    return spec;
}

/* ---- one block ---- */

static size_t labels_room(const struct llmreg_label *labels, size_t n)
{
    size_t room = n * sizeof *labels;

    for (size_t i = 0; i < n; i++)
        room += part_room(labels[i].name) + part_room(labels[i].value);
    return room;
}

static size_t room(const struct llmreg_spec *named,
                   const struct llmreg_override *own)
{
    size_t n = labels_room(named->labels, named->nlabels) +
               labels_room(own->labels, own->nlabels) + part_room(own->name);

    for (size_t i = 0; i < STRINGS; i++)
        n += part_room(get(named, i));
    return n;
}

static void pack_labels(char **at, struct llmreg_label *to,
                        const struct llmreg_label *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i].name = part_pack(at, from[i].name);
        to[i].value = part_pack(at, from[i].value);
    }
}

/* Only what is set. */
static struct llmreg_override tidy(const struct llmreg_override *override)
{
    const unsigned fields = override->fields;
    struct llmreg_override own = {.fields = fields};

    if ((fields & LLMREG_FIELD_NAME) != 0)
        own.name = override->name;
    if ((fields & LLMREG_FIELD_PRIORITY) != 0)
        own.priority = override->priority;
    if ((fields & LLMREG_FIELD_LABELS) != 0) {
        own.labels = override->labels;
        own.nlabels = override->nlabels;
    }
    return own;
}

struct spec_part *spec_part_new(const struct llmreg_spec *named,
                                const struct llmreg_override *override)
{
    const struct llmreg_override own = tidy(override);
    char on[LLMREG_HOST_SIZE];

    key_of_host(named, on);
    struct spec_part *p = malloc(sizeof *p + room(named, &own) + part_room(on));
    if (p == NULL)
        return NULL;
    part_init(&p->part);
    p->named = *named;
    p->named.labels = p->labels;
    p->override = own;
    p->override.labels = p->labels + named->nlabels;
    char *at = (char *)(p->labels + named->nlabels + own.nlabels);
    for (size_t i = 0; i < STRINGS; i++)
        set(&p->named, i, part_pack(&at, get(named, i)));
    pack_labels(&at, p->labels, named->labels, named->nlabels);
    pack_labels(&at, p->labels + named->nlabels, own.labels, own.nlabels);
    p->override.name = part_pack(&at, own.name);
    p->on = part_pack(&at, on);
    p->agent = llmreg_spec_agent(&p->named);
    p->spec = spec_part_apply(&p->named, &p->override);
    return p;
}

struct spec_part *spec_part_of(const struct llmreg_spec *spec)
{
    return rcu_holder(spec, struct spec_part, spec);
}

const struct llmreg_spec *llmreg_spec_named(const struct llmreg_spec *spec)
{
    return &spec_part_of(spec)->named;
}

const struct llmreg_override *
llmreg_spec_override(const struct llmreg_spec *spec)
{
    return &spec_part_of(spec)->override;
}

void llmreg_spec_put(const struct llmreg_spec *spec)
{
    if (spec != NULL)
        part_put(&spec_part_of(spec)->part);
}

/* ---- what differs ---- */

static bool same_labels(const struct llmreg_label *a, size_t na,
                        const struct llmreg_label *b, size_t nb)
{
    if (na != nb)
        return false;
    for (size_t i = 0; i < na; i++)
        if (strcmp(a[i].name, b[i].name) != 0 ||
            strcmp(a[i].value, b[i].value) != 0)
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
    if (!same_labels(a->labels, a->nlabels, b->labels, b->nlabels))
        add_name(out, "labels");
}

void spec_part_diff_override(const struct llmreg_override *a,
                             const struct llmreg_override *b,
                             struct llmreg_text *out)
{
    const struct llmreg_override x = tidy(a), y = tidy(b);
    const unsigned differ = x.fields ^ y.fields;
    const unsigned both = x.fields & y.fields;

    if ((differ & LLMREG_FIELD_NAME) != 0 ||
        ((both & LLMREG_FIELD_NAME) != 0 && strcmp(x.name, y.name) != 0))
        add_name(out, "name");
    if ((differ & LLMREG_FIELD_PRIORITY) != 0 || x.priority != y.priority)
        add_name(out, "priority");
    if ((differ & LLMREG_FIELD_LABELS) != 0 ||
        !same_labels(x.labels, x.nlabels, y.labels, y.nlabels))
        add_name(out, "labels");
}
