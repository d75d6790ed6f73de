/* SPDX-License-Identifier: MIT */
/* apply.c - first what goes, so that its names are free for what comes. */
#include "common/store/restore/apply.h"

#include <stdio.h>
#include <string.h>

#include "common/store/dirty.h"
#include "common/store/kinds/kinds.h"
#include "common/store/load.h"
#include "common/store/rows/rows.h"

/* Alerts follow what is observed, and are those of now. */
static const enum llmreg_entity entities[] = {
    LLMREG_ENTITY_ENDPOINT, LLMREG_ENTITY_AGENT, LLMREG_ENTITY_HOST,
    LLMREG_ENTITY_SESSION,  LLMREG_ENTITY_TOKEN,
};
#define COUNT (sizeof entities / sizeof entities[0])

enum llmreg_entity apply_entity(const char *table)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(table, llmreg_entity_text(entities[i])) == 0)
            return entities[i];
    return LLMREG_ENTITIES;
}

static bool is_wanted(const struct llmreg_restore *work,
                      enum llmreg_entity entity)
{
    return work->wish.table[0] == '\0' ||
           apply_entity(work->wish.table) == entity;
}

/* ---- what goes ---- */

struct forgetting {
    struct keep *there; /* ids of the file */
    enum llmreg_entity entity;
    struct dirty *gone;
};

static int note_there(void *ctx, const char *id)
{
    struct forgetting *f = ctx;

    return keep_add(f->there, f->entity, id);
}

static int note_gone(void *ctx, const char *id)
{
    struct forgetting *f = ctx;

    if (keep_has(f->there, f->entity, id))
        return LLMREG_OK;
    return dirty_mark(f->gone, id, DIRTY_ALL);
}

static int forget_noted(const struct forgetting *f, const struct kind *kind,
                        const struct load *l)
{
    size_t cursor = 0;
    const char *id;
    unsigned parts;
    int rc = LLMREG_OK;

    while (rc == LLMREG_OK && dirty_next(f->gone, &cursor, &id, &parts))
        rc = kind->forget(l->world->registry, id, l->again);
    return rc;
}

static int forget(struct forgetting *f, const struct load *l,
                  struct database *db, struct llmreg_error *err)
{
    const struct kind *kind = kind_of(f->entity);
    int rc = rows_each_id(db, kind->ids, note_there, f, err);

    dirty_clear(f->gone);
    if (rc == LLMREG_OK)
        rc = kind->each(l->world->registry, note_gone, f);
    return rc == LLMREG_OK ? forget_noted(f, kind, l) : rc;
}

static int forget_all(const struct llmreg_restore *work, struct load *l,
                      struct database *db, struct llmreg_error *err)
{
    struct forgetting f = {.there = l->keep};
    int rc = dirty_new(&f.gone);

    for (size_t i = 0; i < COUNT && rc == LLMREG_OK; i++) {
        f.entity = entities[i];
        if (is_wanted(work, f.entity) && kind_of(f.entity)->forget != NULL)
            rc = forget(&f, l, db, err);
    }
    dirty_free(f.gone);
    return rc;
}

/* ---- all ---- */

static int apply(struct llmreg_restore *work, struct load *l,
                 struct database *db, struct llmreg_error *err)
{
    int rc = forget_all(work, l, db, err);

    for (size_t i = 0; i < COUNT && rc == LLMREG_OK; i++)
        if (is_wanted(work, entities[i]))
            rc = load_kind(l, kind_of(entities[i]), db, err);
    work->skipped = (int64_t)l->skipped;
    if (rc == LLMREG_ENOMEM)
        llmreg_error_set(err, "no memory to restore all of it");
    return rc;
}

int apply_file(const char *part, const struct store_world *world,
               struct llmreg_restore *work, bool *touched,
               struct llmreg_error *err)
{
    char reason[64];
    struct load load = {.world = world, .late = true, .again = reason};
    struct database db;
    int rc = keep_new(&load.keep);

    snprintf(reason, sizeof reason, "restored from %s", work->wish.id);
    *touched = false;
    if (rc != LLMREG_OK) {
        llmreg_error_set(err, "no memory to restore");
        return rc;
    }
    rc = database_open(&db, part, err);
    *touched = rc == LLMREG_OK;
    if (rc == LLMREG_OK) {
        rc = apply(work, &load, &db, err);
        database_close(&db, false);
    }
    keep_free(load.keep);
    return rc;
}
