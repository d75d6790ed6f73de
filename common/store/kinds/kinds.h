/* SPDX-License-Identifier: MIT */
/* kinds.h - the kinds of things that the store remembers.
 *
 * A kind is where a part of the registry meets its rows: how one thing is
 * written, how all are found, how they are put back.  One row in kinds.c and
 * one file kind_*.c each; batch.c and load.c know no kind by name.
 *
 * Threads:   the store's thread.
 * Blocking:  write, load and sweep on the disk, the others never.
 * Ownership: values are lent.
 */
#ifndef LLMREG_STORE_KINDS_H
#define LLMREG_STORE_KINDS_H

#include <llmreg/entity.h>
#include <llmreg/registry.h>

#include "common/store/database.h"
#include "common/store/keep.h"

struct load; /* load.h */

/* Return LLMREG_OK to go on. */
typedef int (*kind_id_fn)(void *ctx, const char *id);

/* A look for changes that are no events. */
struct sweep {
    struct database *db;
    struct llmreg_registry *registry;
    const struct keep *keep;
    int64_t since_ns; /* monotonic time of the look before */
    struct {          /* at what need not be written every few seconds */
        bool due;
        int64_t since_ns; /* of the slow look before */
        int64_t since_ms; /* the same, wall time */
    } slow;
    /* Called inside a read section, too. */
    void (*mark)(const struct sweep *s, const char *id, unsigned parts,
                 bool durable);
    void *ctx; /* of mark */
};

/* From where to where something is written, inside a transaction. */
struct passage {
    struct database *db;
    struct llmreg_registry *registry;
    struct llmreg_now now;
};

struct kind {
    const char *plural; /* for people */
    enum db_statement ids, remove;
    bool (*is_there)(struct llmreg_registry *r, const char *id);
    /* All that belong into the file, inside a read section. */
    int (*each)(struct llmreg_registry *r, kind_id_fn fn, void *ctx);
    /* Writes the present value of those parts (dirty.h).  LLMREG_ENOENT: it
     * does not belong into the file. */
    int (*write)(const struct passage *p, const char *id, unsigned parts,
                 struct llmreg_error *err);
    int (*load)(struct load *l, struct database *db, struct llmreg_error *err);
    int (*sweep)(const struct sweep *s, struct llmreg_error *err);
    /* It was not there when the file was written that is restored: it goes,
     * unless it must stay.  NULL: none of the kind goes. */
    int (*forget)(struct llmreg_registry *r, const char *id,
                  const char *reason);
};

extern const struct kind kind_endpoint, kind_agent, kind_host, kind_session,
    kind_alert, kind_token;

/* NULL: nothing of such an entity is remembered. */
const struct kind *kind_of(enum llmreg_entity entity);

#endif
