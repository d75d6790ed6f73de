/* SPDX-License-Identifier: MIT */
/* audit.c - from events to rows, and from rows to the registry. */
#include "common/store/audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/store/rows/rows.h"
#include "common/store/rows/token.h"

/* ---- to the file ---- */

static int put(struct database *db, const struct llmreg_audit *entry,
               int64_t *rows, struct llmreg_error *err)
{
    int64_t added = 0;
    int rc = rows_put_audit(db, entry, &added, err);

    *rows += added;
    return rc;
}

static int put_events(const struct batch *b, struct database *db, int64_t *rows,
                      struct llmreg_error *err)
{
    struct llmreg_audit entry;
    int rc = LLMREG_OK;

    for (size_t i = 0; i < b->nevents && rc == LLMREG_OK; i++) {
        if (b->events[i]->entity != LLMREG_ENTITY_AUDIT)
            continue;
        llmreg_audit_of_event(b->events[i], &entry);
        rc = put(db, &entry, rows, err);
    }
    return rc;
}

/* References: nobody writes to a disk inside a read section. */
struct newest {
    size_t count;
    const struct llmreg_audit *entries[LLMREG_AUDIT_KEPT];
};

static bool collect(void *ctx, const struct llmreg_audit *entry)
{
    struct newest *n = ctx;

    if (n->count == LLMREG_AUDIT_KEPT)
        return false;
    n->entries[n->count++] = llmreg_audit_hold(entry);
    return true;
}

static int put_newest(struct llmreg_registry *r, struct database *db,
                      int64_t *rows, struct llmreg_error *err)
{
    struct newest *n = calloc(1, sizeof *n);
    int rc = LLMREG_OK;

    if (n == NULL) {
        llmreg_error_set(err, "no memory to compare the store");
        return LLMREG_ENOMEM;
    }
    llmreg_each_audit(r, UINT64_MAX, collect, n);
    for (size_t i = 0; i < n->count; i++) {
        if (rc == LLMREG_OK)
            rc = put(db, n->entries[i], rows, err);
        llmreg_audit_put(n->entries[i]);
    }
    free(n);
    return rc;
}

int audit_write(const struct past *past, struct database *db, int64_t *rows,
                struct llmreg_error *err)
{
    const struct batch *b = past->batch;
    int rc = LLMREG_OK;

    if (past->keep_audit > 0 && (b->everything || b->unkept))
        rc = put_newest(past->registry, db, rows, err);
    if (rc == LLMREG_OK && past->keep_audit > 0)
        rc = put_events(b, db, rows, err);
    if (rc != LLMREG_OK || *rows <= past->keep_audit)
        return rc;
    rc = rows_prune(db, DB_AUDIT_PRUNE, *rows - past->keep_audit, err);
    *rows = past->keep_audit;
    return rc;
}

/* ---- from the file ---- */

static int restore(void *ctx, const struct llmreg_audit *entry,
                   const char *problem)
{
    struct load *l = ctx;
    struct llmreg_error why = {{0}};
    char id[24];
    int rc = LLMREG_EINVAL;

    (void)snprintf(id, sizeof id, "%llu", (unsigned long long)entry->seq);
    if (problem[0] == '\0')
        rc = llmreg_audit_restore(l->world->registry, entry, &why);
    return load_settle(l, LLMREG_ENTITY_AUDIT, id, rc,
                       problem[0] == '\0' ? why.text : problem);
}

int audit_load(struct load *l, struct database *db, struct llmreg_error *err)
{
    return rows_each_audit(db, restore, l, err);
}
