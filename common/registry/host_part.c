/* SPDX-License-Identifier: MIT */
/* host_part.c - reports and samples in one block each. */
#include "common/registry/host_part.h"

#include <stdlib.h>
#include <string.h>

/* ---- what a host says of itself ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void make_keys(struct host_part *p)
{
    size_t n = p->spec.naddresses;

    p->keys[n++] = p->spec.id;
    memcpy(p->keys, p->addresses, p->spec.naddresses * sizeof p->keys[0]);
    qsort(p->keys, n, sizeof p->keys[0], by_text);
    p->nkeys = 1;
    for (size_t i = 1; i < n; i++)
        if (strcmp(p->keys[i], p->keys[p->nkeys - 1]) != 0)
            p->keys[p->nkeys++] = p->keys[i];
}

/* A key is never longer than what it is made of, but for IPv6 that has an
 * IPv4 address written into it. */
static size_t key_room(const char *text)
{
    char key[LLMREG_HOST_SIZE];

    (void)!llmreg_host_key(text, key);
    return part_room(key);
}

static const char *pack_key(char **at, const char *text)
{
    char key[LLMREG_HOST_SIZE];

    (void)!llmreg_host_key(text, key);
    return part_pack(at, key);
}

static size_t text_room(const struct llmreg_host_report *report)
{
    size_t room = key_room(report->id) + part_room(report->name) +
                  part_room(report->agent);

    for (size_t i = 0; i < report->naddresses; i++)
        room += key_room(report->addresses[i]);
    return room;
}

struct host_part *host_part_new(const struct llmreg_host_report *report)
{
    struct host_part *p = malloc(sizeof *p + text_room(report));

    if (p == NULL)
        return NULL;
    part_init(&p->part);
    char *at = p->text;
    p->spec = *report;
    p->spec.resources = NULL;
    p->spec.id = pack_key(&at, report->id);
    p->spec.name = part_pack(&at, report->name);
    p->spec.agent = part_pack(&at, report->agent);
    p->spec.addresses = p->addresses;
    for (size_t i = 0; i < report->naddresses; i++)
        p->addresses[i] = pack_key(&at, report->addresses[i]);
    if (p->spec.name[0] == '\0')
        p->spec.name = p->spec.id;
    make_keys(p);
    return p;
}

struct host_part *host_part_of(const struct llmreg_host_report *spec)
{
    return rcu_holder(spec, struct host_part, spec);
}

void llmreg_host_spec_put(const struct llmreg_host_report *spec)
{
    if (spec != NULL)
        part_put(&host_part_of(spec)->part);
}

struct index_keys host_part_keys(const struct host_part *p)
{
    const struct index_keys keys = {p->keys, sizeof p->keys[0], p->nkeys};

    return keys;
}

static bool same_addresses(const struct llmreg_host_report *a,
                           const struct llmreg_host_report *b)
{
    if (a->naddresses != b->naddresses)
        return false;
    for (size_t i = 0; i < a->naddresses; i++)
        if (strcmp(a->addresses[i], b->addresses[i]) != 0)
            return false;
    return true;
}

static void add_name(struct llmreg_text *out, const char *name)
{
    if (out->len > 0)
        llmreg_text_add(out, ", ");
    llmreg_text_add(out, name);
}

void host_part_diff(const struct llmreg_host_report *a,
                    const struct llmreg_host_report *b, struct llmreg_text *out)
{
    if (strcmp(a->name, b->name) != 0)
        add_name(out, "name");
    if (strcmp(a->agent, b->agent) != 0)
        add_name(out, "agent");
    if (!same_addresses(a, b))
        add_name(out, "addresses");
    if (a->interval_ms != b->interval_ms)
        add_name(out, "interval");
}

/* ---- samples ---- */

struct host_sample *host_sample_new(const struct llmreg_resources *resources)
{
    size_t room = resources->ngpus * sizeof(struct llmreg_gpu);

    for (size_t i = 0; i < resources->ngpus; i++)
        room += part_room(resources->gpus[i].name) +
                part_room(resources->gpus[i].uuid);
    struct host_sample *s = malloc(sizeof *s + room);
    if (s == NULL)
        return NULL;
    part_init(&s->part);
    s->sample = (struct llmreg_sample){
        .resources = llmreg_resources_total(resources),
    };
    s->sample.resources.gpus = s->gpus;
    char *at = (char *)(s->gpus + resources->ngpus);
    for (size_t i = 0; i < resources->ngpus; i++) {
        s->gpus[i] = resources->gpus[i];
        s->gpus[i].name = part_pack(&at, resources->gpus[i].name);
        s->gpus[i].uuid = part_pack(&at, resources->gpus[i].uuid);
    }
    return s;
}

void llmreg_sample_put(const struct llmreg_sample *sample)
{
    if (sample != NULL)
        part_put(&rcu_holder(sample, struct host_sample, sample)->part);
}

/* ---- when ---- */

struct host_heard *host_heard_new(const struct host_heard *from)
{
    struct host_heard *h = malloc(sizeof *h);

    if (h == NULL)
        return NULL;
    *h = *from;
    part_init(&h->part);
    return h;
}
