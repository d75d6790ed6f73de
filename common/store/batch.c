/* SPDX-License-Identifier: MIT */
/* batch.c - collects what changed and writes what is.
 *
 * An event only says where to look: what goes into the file is the value in
 * the registry at the moment of writing, which may be newer than the event.
 * That is why events may be merged, and why nothing is lost with a gap: then
 * everything is looked at.
 */
#include "common/store/batch.h"

#include <string.h>

#include "common/store/rows/binding.h"
#include "common/store/rows/rows.h"

/* What an event makes dirty, and whether people wait for it.  What has no row
 * changes nothing in the file. */
static const struct {
    unsigned parts;
    bool durable;
} effects[LLMREG_ENTITIES][LLMREG_EVENT_TYPES] = {
    [LLMREG_ENTITY_ENDPOINT] =
        {
            [LLMREG_EVENT_REGISTERED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_UPDATED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_REMOVED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_HEALTH] = {DIRTY_HEALTH, true},
            [LLMREG_EVENT_MODELS] = {DIRTY_MODELS, false},
            [LLMREG_EVENT_ADMIN] = {DIRTY_ALL, true},
        },
    [LLMREG_ENTITY_AGENT] =
        {
            /* Its presence is then found by the next slow look: a second row
             * would cost as much as the first. */
            [LLMREG_EVENT_REGISTERED] = {DIRTY_AGENT, true},
            /* Any heartbeat may bring one. */
            [LLMREG_EVENT_UPDATED] = {DIRTY_AGENT, false},
            [LLMREG_EVENT_REMOVED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_PRESENCE] = {DIRTY_PRESENCE, false},
        },
    [LLMREG_ENTITY_HOST] =
        {
            [LLMREG_EVENT_REGISTERED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_UPDATED] = {DIRTY_ALL, false},
            [LLMREG_EVENT_REMOVED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_RESOURCES] = {DIRTY_REPORT, false},
        },
    [LLMREG_ENTITY_SESSION] =
        {
            [LLMREG_EVENT_OPENED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_UPDATED] = {DIRTY_ALL, false},
            [LLMREG_EVENT_CLOSED] = {DIRTY_ALL, true},
        },
    [LLMREG_ENTITY_ALERT] =
        {
            [LLMREG_EVENT_FIRED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_ACKNOWLEDGED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_CLEARED] = {DIRTY_ALL, true},
        },
    [LLMREG_ENTITY_TOKEN] =
        {
            [LLMREG_EVENT_REGISTERED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_UPDATED] = {DIRTY_ALL, true},
            [LLMREG_EVENT_REMOVED] = {DIRTY_ALL, true},
        },
    /* Its event is what is written (history.h). */
    [LLMREG_ENTITY_AUDIT] = {[LLMREG_EVENT_AUDIT] = {0, true}},
};

int batch_init(struct batch *b)
{
    int rc = LLMREG_OK;

    memset(b, 0, sizeof *b);
    for (int i = 0; i < LLMREG_ENTITIES && rc == LLMREG_OK; i++)
        if (kind_of(i) != NULL)
            rc = dirty_new(&b->dirty[i]);
    return rc;
}

void batch_fini(struct batch *b)
{
    batch_clear(b);
    for (int i = 0; i < LLMREG_ENTITIES; i++) {
        dirty_free(b->dirty[i]);
        b->dirty[i] = NULL;
    }
}

bool batch_is_full(const struct batch *b)
{
    return b->nevents == BATCH_EVENTS;
}

bool batch_is_empty(const struct batch *b)
{
    size_t n = b->nevents + b->everything;

    for (int i = 0; i < LLMREG_ENTITIES; i++)
        if (b->dirty[i] != NULL)
            n += dirty_count(b->dirty[i]);
    return n == 0;
}

/* No memory to remember one: then look at all. */
static void mark(struct batch *b, enum llmreg_entity entity, const char *id,
                 unsigned parts)
{
    if (parts != 0 && dirty_mark(b->dirty[entity], id, parts) != LLMREG_OK)
        b->everything = true;
}

void batch_add(struct batch *b, const struct llmreg_event *event)
{
    mark(b, event->entity, event->subject,
         effects[event->entity][event->type].parts);
    b->durable = b->durable || effects[event->entity][event->type].durable;
    if (!batch_is_full(b)) {
        b->events[b->nevents++] = event;
        return;
    }
    b->unkept = true;
    llmreg_event_put(event);
}

void batch_add_everything(struct batch *b)
{
    b->everything = true;
    b->durable = true;
}

/* ---- what is no event ---- */

struct marking {
    struct batch *batch;
    enum llmreg_entity entity;
};

static void mark_swept(const struct sweep *s, const char *id, unsigned parts,
                       bool durable)
{
    const struct marking *m = s->ctx;

    mark(m->batch, m->entity, id, parts);
    m->batch->durable = m->batch->durable || durable;
}

int batch_sweep(struct batch *b, const struct sweep *sweep,
                struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    for (int i = 0; i < LLMREG_ENTITIES && rc == LLMREG_OK; i++) {
        struct marking marking = {b, i};
        struct sweep s = *sweep;

        s.mark = mark_swept;
        s.ctx = &marking;
        if (kind_of(i) != NULL)
            rc = kind_of(i)->sweep(&s, err);
    }
    return rc;
}

/* ---- everything ---- */

struct comparison {
    struct dirty *dirty;
    enum llmreg_entity entity;
    struct llmreg_registry *registry;
    const struct keep *keep;
};

static int mark_present(void *ctx, const char *id)
{
    struct comparison *c = ctx;

    return dirty_mark(c->dirty, id, DIRTY_ALL);
}

static int mark_if_gone(void *ctx, const char *id)
{
    struct comparison *c = ctx;

    if (kind_of(c->entity)->is_there(c->registry, id) ||
        keep_has(c->keep, c->entity, id))
        return LLMREG_OK;
    return dirty_mark(c->dirty, id, DIRTY_ALL);
}

static int mark_all(struct comparison *c, struct database *db,
                    struct llmreg_error *err)
{
    const struct kind *kind = kind_of(c->entity);
    int rc = kind->each(c->registry, mark_present, c);

    if (rc == LLMREG_OK)
        rc = rows_each_id(db, kind->ids, mark_if_gone, c, err);
    if (rc == LLMREG_ENOMEM)
        llmreg_error_set(err, "no memory to compare the store");
    return rc;
}

static int mark_everything(struct batch *b, struct database *db,
                           struct llmreg_registry *r, const struct keep *keep,
                           struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    for (int i = 0; i < LLMREG_ENTITIES && rc == LLMREG_OK; i++) {
        struct comparison c = {b->dirty[i], i, r, keep};

        if (b->dirty[i] != NULL)
            rc = mark_all(&c, db, err);
    }
    return rc;
}

/* ---- writing ---- */

static int write_kind(struct dirty *dirty, const struct kind *kind,
                      const struct passage *p, struct llmreg_error *err)
{
    size_t cursor = 0;
    const char *id;
    unsigned parts;
    int rc = LLMREG_OK;

    while (rc == LLMREG_OK && dirty_next(dirty, &cursor, &id, &parts)) {
        rc = kind->write(p, id, parts, err);
        if (rc == LLMREG_ENOENT)
            rc = binding_run(p->db, kind->remove, id, err);
    }
    return rc;
}

int batch_write(struct batch *b, const struct passage *p,
                const struct keep *keep, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (b->everything)
        rc = mark_everything(b, p->db, p->registry, keep, err);
    for (int i = 0; i < LLMREG_ENTITIES && rc == LLMREG_OK; i++)
        if (b->dirty[i] != NULL)
            rc = write_kind(b->dirty[i], kind_of(i), p, err);
    return rc;
}

void batch_clear(struct batch *b)
{
    for (size_t i = 0; i < b->nevents; i++)
        llmreg_event_put(b->events[i]);
    b->nevents = 0;
    b->durable = false;
    b->unkept = false;
    b->everything = false;
    for (int i = 0; i < LLMREG_ENTITIES; i++)
        if (b->dirty[i] != NULL)
            dirty_clear(b->dirty[i]);
}
