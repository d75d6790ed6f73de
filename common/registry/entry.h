/* SPDX-License-Identifier: MIT */
/* entry.h - what stands in the registry for one endpoint, as long as it is
 * there: stable itself, with parts that are replaced.
 *
 * Threads:   the parts are read inside a section and written under the
 *            table's lock; the rest is as said at each field.
 * Blocking:  never.
 * Ownership: counted references.  The table's own is dropped a grace period
 *            after the entry left it, so a reader that finds an entry inside
 *            a section may always take one.
 */
#ifndef LLMREG_REGISTRY_ENTRY_H
#define LLMREG_REGISTRY_ENTRY_H

#include <stdatomic.h>

#include <llmreg/registry.h>

#include "common/registry/health_box.h"
#include "common/registry/index.h"
#include "common/registry/models_part.h"
#include "common/registry/rcu.h"
#include "common/registry/requests.h"
#include "common/registry/spec_part.h"

/* Four kinds of lines: what routers write, what changes rarely, the health,
 * and at the end, together, what finding an entry, taking a reference and
 * asking for its state touch. */
struct llmreg_endpoint {
    /* changed by everybody who sends requests */
    struct requests requests;
    /* guarded by the table's lock */
    struct rcu_head rcu;
    struct link *links; /* one for each model (index.h) */
    struct link on[2];  /* its host; links_now is in use, the other free */
    struct link of[2];  /* the agent that announced it, as well */
    uint8_t links_now;
    uint32_t place; /* among all entries (slots.h) */
    /* fixed once it is in the table */
    uint64_t generation;
    int64_t registered_ms;
    /* written under the table's lock, read by everybody */
    struct spec_part *spec; /* published, never NULL, as the next */
    struct models_part *models;
    _Atomic uint64_t intent;  /* word and end, packed */
    uint64_t gap[6];          /* the boxes begin a line, and the mark another */
    struct health_box health; /* its mark is what lies on the last line */
    _Atomic uint8_t presence; /* of the agent that announced it (vouch.c) */
    _Atomic bool alive;       /* false once it was removed, or somebody who sent
                                 a request saw that it is about to be */
    /* changed by everybody */
    _Atomic uint32_t refs;
    struct cds_lfht_node node; /* in the table; liburcu's */
    /* fixed after new */
    char id[];
};

/* An entry with copies of these parts and one reference; its links have room
 * and are not made.  LLMREG_ENOMEM; LLMREG_EINVAL as models_part_new. */
LLMREG_MUSTCHECK int entry_new(struct llmreg_endpoint **out,
                               const struct llmreg_spec *named,
                               const struct llmreg_override *override,
                               const struct llmreg_health *health,
                               const struct llmreg_models *models);
/* Drops the table's reference after a grace period. */
void entry_retire(struct llmreg_endpoint *e);
/* For rcu_table_find; key is the id. */
int entry_match(struct cds_lfht_node *node, const void *key);

/* The largest until_ms that fits beside the word in one atomic. */
#define ENTRY_UNTIL_MAX (INT64_MAX >> 3)

void entry_set_intent(struct llmreg_endpoint *e,
                      const struct llmreg_intent *intent);
/* What it counts as in the nodes of its models. */
struct tally entry_tally(const struct llmreg_endpoint *e);
/* It counted as was, and counts otherwise now; under the table's lock. */
void entry_recount(const struct llmreg_endpoint *e, struct tally was);

#endif
