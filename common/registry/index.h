/* SPDX-License-Identifier: MIT */
/* index.h - which entries have this key?
 *
 * The keys are names of models, or what agents can be asked for.  For each key
 * there is one node with the set of the entries that have it; a node without
 * entries is removed.  For each of its keys an entry has a link: the node,
 * and the entry's place in the node's set.  A node adds up what its entries
 * are (tally.h), so that nobody has to walk them to count.
 *
 * A list of keys is replaced in three steps, with the new list published
 * between the last two, so that an entry that keeps a key is never missing,
 * and a list that is seen is found in the index:
 *
 *     index_prepare   finds or makes nodes and room; may fail, and then
 *                     nothing changed
 *     index_join      adds the entry to the nodes of the new keys
 *     index_leave     removes it from those of the keys that are gone
 *
 * Threads:   finding and walking inside a section from any thread; the rest
 *            is for the holder of the table's lock.
 * Blocking:  index_prepare where the table grows (rcu_table.h).
 * Ownership: the links are the entry's; the entries are lent.
 */
#ifndef LLMREG_REGISTRY_INDEX_H
#define LLMREG_REGISTRY_INDEX_H

#include <stddef.h>

#include <llmreg/status.h>

#include "common/registry/rcu_table.h"
#include "common/registry/slots.h"
#include "common/registry/tally.h"

struct index_node;

struct link {
    struct index_node *node;
    uint32_t place;
};

struct index {
    /* fixed after init */
    struct rcu_table table;
    uint64_t seed;
    /* guarded by the table's lock; the set is walked without it */
    struct slots nodes;
    size_t distinct; /* keys that somebody has */
};

/* An array of structs (or of pointers) whose first member is the key as a
 * string; sorted by strcmp, none twice.  All zero is no key. */
struct index_keys {
    const void *first;
    size_t stride; /* bytes from one to the next */
    size_t count;
};

/* For so many keys, and slower for more.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int index_init(struct index *x, size_t keys);
/* Every entry must have left. */
void index_fini(struct index *x);

/* The entries that have the key, nothing if nobody has. */
struct slots_walk index_walk(const struct index *x, const char *key);

/* The node of the key, or NULL.  It and its name are lent for the section. */
struct index_node *index_find(const struct index *x, const char *key);
/* All nodes; one may have no entries. */
struct slots_walk index_walk_nodes(struct index *x);
const char *index_node_key(const struct index_node *n);
struct slots_walk index_node_walk(struct index_node *n);
/* What its entries are, added up. */
struct tally index_node_tally(const struct index_node *n);

/* One entry's list is replaced by another. */
struct index_change {
    void *entry;
    struct tally each; /* what it counts as in each node that it is in */
    struct index_keys before, after;
    struct link *old; /* one for each of before */
    struct link *new; /* one for each of after, filled by index_prepare */
};

/* Not inside a section, or the table does not grow. */
LLMREG_MUSTCHECK int index_prepare(struct index *x,
                                   const struct index_change *c);
/* Instead of joining: forgets what was prepared. */
void index_cancel(struct index *x, const struct index_change *c);
void index_join(struct index *x, const struct index_change *c);
void index_leave(struct index *x, const struct index_change *c);

/* Adds to the tally of this link's node, which its entry has joined.  Before it
 * leaves, it counts as what it did when it joined. */
void index_add(const struct link *l, struct tally by);

#endif
