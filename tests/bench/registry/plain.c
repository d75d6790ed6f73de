/* SPDX-License-Identifier: MIT */
/* plain.c - buckets and chains. */
#include "tests/bench/registry/plain.h"

#include <stdlib.h>
#include <string.h>

#include "tests/bench/registry/measure.h"

/* Eight bytes at a time; the last ones once more instead of one by one. */
static uint64_t hash(const char *key, size_t len)
{
    uint64_t h = len, word = 0;

    for (size_t i = 0; i + 8 < len; i += 8) {
        memcpy(&word, key + i, 8);
        h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 32;
    }
    if (len >= 8)
        memcpy(&word, key + len - 8, 8);
    else
        memcpy(&word, key, len);
    h = (h ^ word) * UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

void plain_init(struct plain *p, size_t nodes)
{
    size_t size = 64;

    while (size < nodes)
        size *= 2;
    p->mask = size - 1;
    p->buckets = calloc(size, sizeof(struct plain_node *));
    must(p->buckets != NULL, "memory");
}

void plain_fini(struct plain *p)
{
    for (size_t i = 0; i <= p->mask; i++) {
        struct plain_node *next, *node = p->buckets[i];
        for (; node != NULL; node = next) {
            next = node->next;
            free(node);
        }
    }
    free(p->buckets);
}

void *plain_add(struct plain *p, const char *key, size_t size)
{
    size_t len = strlen(key);
    struct plain_node *node = calloc(1, size);

    must(node != NULL && len < sizeof node->key, "a plain node");
    memcpy(node->key, key, len);
    node->hash = hash(key, len);
    node->next = p->buckets[node->hash & p->mask];
    p->buckets[node->hash & p->mask] = node;
    return node;
}

void *plain_find(const struct plain *p, const char *key)
{
    uint64_t h = hash(key, strlen(key));
    struct plain_node *node = p->buckets[h & p->mask];

    while (node != NULL && (node->hash != h || strcmp(node->key, key) != 0))
        node = node->next;
    return node;
}
