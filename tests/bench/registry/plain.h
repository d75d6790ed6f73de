/* SPDX-License-Identifier: MIT */
/* plain.h - the yardstick: a hash table as one writes it for one thread.
 *
 * Chained, with the hash and the key in the node and as many buckets as there
 * will be nodes: two cache misses for a look-up.  No locks, no references, no
 * events, no copies.  The registry is measured against this.
 */
#ifndef LLMREG_BENCH_PLAIN_H
#define LLMREG_BENCH_PLAIN_H

#include <stddef.h>
#include <stdint.h>

#define PLAIN_KEY_SIZE 48

/* The first member of what is in the table. */
struct plain_node {
    struct plain_node *next;
    uint64_t hash;
    char key[PLAIN_KEY_SIZE];
};

struct plain {
    struct plain_node **buckets;
    size_t mask;
};

void plain_init(struct plain *p, size_t nodes);
/* Frees the nodes, too. */
void plain_fini(struct plain *p);
/* A node of size bytes, all else zero. */
void *plain_add(struct plain *p, const char *key, size_t size);
void *plain_find(const struct plain *p, const char *key);

#endif
