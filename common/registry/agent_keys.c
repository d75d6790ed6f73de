/* SPDX-License-Identifier: MIT */
/* agent_keys.c - keys of an agent, written one behind the other, then
 * sorted.
 */
#include "common/registry/agent_keys.h"

#include <stdlib.h>
#include <string.h>

#define FIELDS 4 /* of which an agent has one each, or none */

void agent_key(char out[static AGENT_KEY_SIZE], enum agent_key_kind kind,
               const char *name)
{
    size_t len = strnlen(name, AGENT_KEY_SIZE);

    out[0] = '\0';
    if (len + 2 > AGENT_KEY_SIZE)
        return;
    out[0] = (char)kind;
    memcpy(out + 1, name, len + 1);
}

/* ---- lists ---- */

struct filling {
    struct agent_keys *keys;
    char *at;
};

/* kind, name and, if it is not NULL, '=' and value. */
static void add(struct filling *f, enum agent_key_kind kind, const char *name,
                const char *value)
{
    size_t len = strlen(name);

    f->keys->items[f->keys->count++] = f->at;
    *f->at++ = (char)kind;
    memcpy(f->at, name, len);
    f->at += len;
    if (value != NULL) {
        len = strlen(value);
        *f->at++ = '=';
        memcpy(f->at, value, len);
        f->at += len;
    }
    *f->at++ = '\0';
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct agent_keys *keys)
{
    size_t kept = 0;

    qsort(keys->items, keys->count, sizeof keys->items[0], by_text);
    for (size_t i = 0; i < keys->count; i++)
        if (kept == 0 || strcmp(keys->items[kept - 1], keys->items[i]) != 0)
            keys->items[kept++] = keys->items[i];
    keys->count = kept;
}

struct agent_keys *agent_keys_new(const struct llmreg_agent_spec *spec)
{
    const struct {
        enum agent_key_kind kind;
        const char *name;
    } fields[FIELDS] = {{AGENT_KEY_TYPE, spec->type},
                        {AGENT_KEY_ROLE, spec->role},
                        {AGENT_KEY_DOMAIN, spec->domain},
                        {AGENT_KEY_HOST, spec->host}};
    size_t room = FIELDS + 2 * spec->ncapabilities;
    size_t bytes = room * (sizeof(char *) + 3); /* kind, '=', NUL */

    for (size_t i = 0; i < FIELDS; i++)
        bytes += strlen(fields[i].name);
    for (size_t i = 0; i < spec->ncapabilities; i++)
        bytes += 2 * strlen(spec->capabilities[i].name) +
                 strlen(spec->capabilities[i].value);
    struct agent_keys *keys = malloc(sizeof *keys + bytes);
    if (keys == NULL)
        return NULL;
    keys->count = 0;
    struct filling f = {keys, (char *)(keys->items + room)};
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].name[0] != '\0')
            add(&f, fields[i].kind, fields[i].name, NULL);
    for (size_t i = 0; i < spec->ncapabilities; i++) {
        const struct llmreg_capability *c = &spec->capabilities[i];
        add(&f, AGENT_KEY_CAPABILITY, c->name, NULL);
        if (c->value[0] != '\0')
            add(&f, AGENT_KEY_CAPABILITY, c->name, c->value);
    }
    sort(keys);
    return keys;
}

struct index_keys agent_keys_list(const struct agent_keys *keys)
{
    const struct index_keys list = {
        .first = keys->items,
        .stride = sizeof keys->items[0],
        .count = keys->count,
    };

    return list;
}
