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

#include "common/store/rows.h"

/* What an event makes dirty, and whether people wait for it. */
static const struct {
    unsigned parts;
    bool durable;
} effects[LLMREG_EVENT_TYPES] = {
    [LLMREG_EVENT_REGISTERED] = {DIRTY_ALL, true},
    [LLMREG_EVENT_UPDATED] = {DIRTY_ALL, true},
    [LLMREG_EVENT_REMOVED] = {DIRTY_ALL, true},
    [LLMREG_EVENT_HEALTH] = {DIRTY_HEALTH, true},
    [LLMREG_EVENT_MODELS] = {DIRTY_MODELS, false},
    [LLMREG_EVENT_ADMIN] = {DIRTY_ALL, true},
    [LLMREG_EVENT_STORE] = {0, false},
    [LLMREG_EVENT_CLOCK] = {0, false},
};

int batch_init(struct batch *b)
{
    memset(b, 0, sizeof *b);
    return dirty_new(&b->dirty);
}

void batch_fini(struct batch *b)
{
    if (b->dirty != NULL)
        batch_clear(b);
    dirty_free(b->dirty);
    b->dirty = NULL;
}

bool batch_is_full(const struct batch *b)
{
    return b->nevents == BATCH_EVENTS;
}

/* No memory to remember one: then look at all. */
static void mark(struct batch *b, const char *id, unsigned parts)
{
    if (parts != 0 && dirty_mark(b->dirty, id, parts) != LLMREG_OK)
        b->everything = true;
}

void batch_add(struct batch *b, const struct llmreg_event *event)
{
    mark(b, event->subject, effects[event->type].parts);
    b->durable = b->durable || effects[event->type].durable;
    if (batch_is_full(b))
        llmreg_event_put(event);
    else
        b->events[b->nevents++] = event;
}

void batch_add_everything(struct batch *b)
{
    b->everything = true;
    b->durable = true;
}

/* ---- walks ---- */

struct probed {
    struct batch *batch;
    int64_t since_ns;
};

static bool mark_if_probed(void *ctx, struct llmreg_endpoint *e)
{
    struct probed *p = ctx;
    struct llmreg_health h;

    llmreg_endpoint_health(e, &h);
    if (h.checked_mono_ns != 0 && h.checked_mono_ns >= p->since_ns)
        mark(p->batch, llmreg_endpoint_id(e), DIRTY_HEALTH);
    return true;
}

void batch_add_probed(struct batch *b, struct llmreg_registry *r,
                      int64_t since_ns)
{
    struct probed p = {b, since_ns};

    llmreg_each(r, mark_if_probed, &p);
}

struct comparison {
    struct dirty *dirty;
    struct llmreg_registry *registry;
    const struct llmreg_table *keep;
    int rc;
};

static bool mark_present(void *ctx, struct llmreg_endpoint *e)
{
    struct comparison *c = ctx;

    c->rc = dirty_mark(c->dirty, llmreg_endpoint_id(e), DIRTY_ALL);
    return c->rc == LLMREG_OK;
}

static int mark_if_gone(void *ctx, const char *id)
{
    struct comparison *c = ctx;
    struct llmreg_endpoint *e = llmreg_get(c->registry, id);

    if (e != NULL) {
        llmreg_put(e);
        return LLMREG_OK;
    }
    if (llmreg_table_get(c->keep, id) != NULL)
        return LLMREG_OK;
    return dirty_mark(c->dirty, id, DIRTY_ALL);
}

static int mark_everything(struct batch *b, struct database *db,
                           struct llmreg_registry *r,
                           const struct llmreg_table *keep,
                           struct llmreg_error *err)
{
    struct comparison c = {b->dirty, r, keep, LLMREG_OK};

    llmreg_each(r, mark_present, &c);
    if (c.rc == LLMREG_OK)
        c.rc = rows_each_id(db, mark_if_gone, &c, err);
    if (c.rc == LLMREG_ENOMEM)
        llmreg_error_set(err, "no memory to compare the store");
    return c.rc;
}

/* ---- writing ---- */

static int write_endpoint(struct database *db, struct llmreg_endpoint *e,
                          unsigned parts, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (parts == DIRTY_ALL)
        rc = rows_put_endpoint(db, e, err);
    if (rc == LLMREG_OK && (parts & DIRTY_HEALTH) != 0)
        rc = rows_put_health(db, e, err);
    if (rc == LLMREG_OK && (parts & DIRTY_MODELS) != 0)
        rc = rows_put_models(db, e, err);
    return rc;
}

static int write_id(struct database *db, struct llmreg_registry *r,
                    const char *id, unsigned parts, struct llmreg_error *err)
{
    struct llmreg_endpoint *e = llmreg_get(r, id);
    int rc;

    if (e == NULL)
        return rows_delete_endpoint(db, id, err);
    rc = write_endpoint(db, e, parts, err);
    llmreg_put(e);
    return rc;
}

int batch_write(struct batch *b, struct database *db, struct llmreg_registry *r,
                const struct llmreg_table *keep, struct llmreg_error *err)
{
    size_t cursor = 0;
    const char *id;
    unsigned parts;
    int rc = LLMREG_OK;

    if (b->everything)
        rc = mark_everything(b, db, r, keep, err);
    while (rc == LLMREG_OK && dirty_next(b->dirty, &cursor, &id, &parts))
        rc = write_id(db, r, id, parts, err);
    return rc;
}

void batch_clear(struct batch *b)
{
    for (size_t i = 0; i < b->nevents; i++)
        llmreg_event_put(b->events[i]);
    b->nevents = 0;
    b->durable = false;
    b->everything = false;
    dirty_clear(b->dirty);
}
