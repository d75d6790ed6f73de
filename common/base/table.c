/* SPDX-License-Identifier: MIT */
/* table.c - open addressing with linear probing.
 *
 * The number of slots is a power of two.  A removed pair leaves its slot
 * marked gone, so that nothing moves while somebody walks.  Live and gone
 * slots together fill at most three quarters: a search always meets an empty
 * slot.  When adding would break that, everything moves to a new array sized
 * by the live pairs alone, which grows, shrinks or only sweeps.
 */
#include <llmreg/table.h>

#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 16

struct slot {
    uint64_t hash;
    char *key; /* NULL: empty or gone */
    void *value;
    bool gone; /* held a pair once: a search goes on here */
};

struct llmreg_table {
    struct slot *slots;
    size_t size;  /* of slots, a power of two */
    size_t count; /* live pairs */
    size_t used;  /* live and gone */
};

int llmreg_table_new(struct llmreg_table **out)
{
    struct llmreg_table *t = calloc(1, sizeof *t);
    int rc = LLMREG_ENOMEM;

    if (t == NULL)
        goto done;
    t->slots = calloc(SLOTS_MIN, sizeof *t->slots);
    if (t->slots == NULL)
        goto done;
    t->size = SLOTS_MIN;
    *out = t;
    t = NULL; /* now the caller's */
    rc = LLMREG_OK;
done:
    llmreg_table_free(t);
    return rc;
}

void llmreg_table_free(struct llmreg_table *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->size; i++)
        free(t->slots[i].key);
    free(t->slots);
    free(t);
}

static bool holds(const struct slot *s, uint64_t hash, const char *key)
{
    return s->key != NULL && s->hash == hash && strcmp(s->key, key) == 0;
}

static struct slot *find(const struct llmreg_table *t, uint64_t hash,
                         const char *key)
{
    const size_t mask = t->size - 1;

    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct slot *s = &t->slots[i];

        if (holds(s, hash, key))
            return s;
        if (s->key == NULL && !s->gone)
            return NULL;
    }
}

/* A slot for a key that is not there: the first empty or gone one. */
static struct slot *find_room(struct slot *slots, size_t size, uint64_t hash)
{
    size_t i = hash & (size - 1);

    while (slots[i].key != NULL)
        i = (i + 1) & (size - 1);
    return &slots[i];
}

/* Moves the live pairs to an array that is half full at most with one more. */
static int rebuild(struct llmreg_table *t)
{
    size_t size = SLOTS_MIN;
    struct slot *slots;

    while (size < (t->count + 1) * 2)
        size *= 2;
    slots = calloc(size, sizeof *slots);
    if (slots == NULL)
        return LLMREG_ENOMEM;
    for (size_t i = 0; i < t->size; i++)
        if (t->slots[i].key != NULL)
            *find_room(slots, size, t->slots[i].hash) = t->slots[i];
    free(t->slots);
    t->slots = slots;
    t->size = size;
    t->used = t->count;
    return LLMREG_OK;
}

int llmreg_table_add(struct llmreg_table *t, const char *key, void *value)
{
    const uint64_t hash = llmreg_hash(key, strlen(key));
    struct slot *s;
    char *copy;

    if (value == NULL)
        return LLMREG_EINVAL;
    if (find(t, hash, key) != NULL)
        return LLMREG_EEXIST;
    if (t->used + 1 > t->size / 4 * 3 && rebuild(t) != LLMREG_OK)
        return LLMREG_ENOMEM;
    copy = strdup(key);
    if (copy == NULL)
        return LLMREG_ENOMEM;
    s = find_room(t->slots, t->size, hash);
    t->used += !s->gone;
    t->count++;
    *s = (struct slot){.hash = hash, .key = copy, .value = value};
    return LLMREG_OK;
}

void *llmreg_table_get(const struct llmreg_table *t, const char *key)
{
    const struct slot *s = find(t, llmreg_hash(key, strlen(key)), key);

    return s != NULL ? s->value : NULL;
}

void *llmreg_table_remove(struct llmreg_table *t, const char *key)
{
    struct slot *s = find(t, llmreg_hash(key, strlen(key)), key);
    void *value;

    if (s == NULL)
        return NULL;
    value = s->value;
    free(s->key);
    *s = (struct slot){.gone = true};
    t->count--;
    return value;
}

size_t llmreg_table_count(const struct llmreg_table *t)
{
    return t->count;
}

bool llmreg_table_next(const struct llmreg_table *t, size_t *cursor,
                       const char **key, void **value)
{
    while (*cursor < t->size) {
        const struct slot *s = &t->slots[(*cursor)++];

        if (s->key == NULL)
            continue;
        *key = s->key;
        *value = s->value;
        return true;
    }
    return false;
}
