/* SPDX-License-Identifier: MIT */
/* watch.c - the endpoints that are probed: the registry's, as of its events.
 *
 * Whatever an event says, the answer is the same: look at what the registry
 * holds now and become that.  So events may come late, twice or not at all;
 * after a gap everything is looked at. */
#include "plugins/llm_probe/engine.h"

#include <stdlib.h>
#include <string.h>

struct watch *watch_of_item(struct schedule_item *item)
{
    return (struct watch *)((char *)item - offsetof(struct watch, item));
}

struct watch *watch_of_line(struct line_item *line)
{
    return (struct watch *)((char *)line - offsetof(struct watch, line));
}

static void free_watch(struct watch *w)
{
    request_headers_fini(&w->headers);
    if (w->spec != NULL)
        llmreg_spec_put(w->spec);
    if (w->endpoint != NULL)
        llmreg_put(w->endpoint);
    free(w);
}

void watch_drop(struct engine *en, struct watch *w)
{
    llmreg_table_remove(en->watches, llmreg_endpoint_id(w->endpoint));
    if (w->flight != NULL)
        flight_cancel(w->flight);
    schedule_remove(&en->schedule, &w->item);
    lines_leave(&en->lines, &w->line);
    free_watch(w);
}

static bool is_probed(const struct llmreg_endpoint *e)
{
    return llmreg_endpoint_alive(e) &&
           llmreg_endpoint_intent(e).admin != LLMREG_ADMIN_DISABLED;
}

/* What follows from the specification alone. */
static int fill(struct engine *en, struct watch *w)
{
    const int64_t interval_ns = w->spec->interval_ms * LLMREG_NS_PER_MS;
    struct llmreg_url url;
    int rc;

    w->backend = backend_find(w->spec->kind);
    if (w->backend == NULL)
        return LLMREG_ENOENT;
    rc = llmreg_url_parse(w->spec->url, w->backend->port, &url, NULL);
    if (rc != LLMREG_OK)
        return rc;
    w->line.named = !url.literal;
    w->item.interval_ns = interval_ns;
    w->item.phase_ns = llmreg_phase(w->spec->id, interval_ns);
    w->access = access_find(en->setup.access, w->spec->id);
    return LLMREG_OK;
}

static int add(struct engine *en, struct llmreg_endpoint *e)
{
    struct watch *w = calloc(1, sizeof *w);
    int rc = LLMREG_ENOMEM;

    if (w == NULL)
        return rc;
    w->endpoint = llmreg_hold(e);
    w->spec = llmreg_endpoint_spec(e);
    w->scan = en->scans;
    rc = fill(en, w);
    if (rc == LLMREG_OK)
        rc = llmreg_table_add(en->watches, llmreg_endpoint_id(e), w);
    if (rc != LLMREG_OK) {
        free_watch(w);
        return rc;
    }
    schedule_first(&en->schedule, &w->item, en->now.mono_ns);
    rc = schedule_put(&en->schedule, &w->item);
    if (rc != LLMREG_OK)
        watch_drop(en, w);
    return rc;
}

static bool same_way(const struct llmreg_spec *a, const struct llmreg_spec *b)
{
    return a->kind == b->kind && a->interval_ms == b->interval_ms &&
           strcmp(a->url, b->url) == 0;
}

/* True if the watch may go on as it is. */
static bool refresh(struct watch *w)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(w->endpoint);
    bool same = same_way(spec, w->spec);

    llmreg_spec_put(w->spec);
    w->spec = spec;
    return same;
}

static void become(struct engine *en, struct llmreg_endpoint *e,
                   struct watch *w)
{
    int rc = LLMREG_OK;

    if (w != NULL && (w->endpoint != e || !is_probed(e) || !refresh(w))) {
        watch_drop(en, w);
        w = NULL;
    }
    if (w != NULL)
        w->scan = en->scans;
    else if (is_probed(e))
        rc = add(en, e);
    if (rc == LLMREG_ENOMEM)
        llmreg_complain(en->setup.log, &en->faults, &en->now, LLMREG_ERROR,
                        "no memory to probe %s", llmreg_endpoint_id(e));
}

void watch_sync(struct engine *en, const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(en->setup.registry, id);
    struct watch *w = llmreg_table_get(en->watches, id);

    if (e != NULL)
        become(en, e, w);
    else if (w != NULL)
        watch_drop(en, w);
    if (e != NULL)
        llmreg_put(e);
}

void watch_hurry(struct engine *en, const char *id)
{
    struct watch *w = llmreg_table_get(en->watches, id);

    if (w == NULL)
        return;
    w->again = w->flight != NULL;
    schedule_now(&en->schedule, &w->item, en->now.mono_ns);
}

/* ---- all of them ---- */

struct held {
    struct llmreg_endpoint **items;
    size_t count, room;
    bool failed;
};

/* Inside the read section nothing but holding. */
static bool hold(void *ctx, struct llmreg_endpoint *e)
{
    struct held *h = ctx;

    if (h->count == h->room) {
        size_t room = h->room == 0 ? 256 : h->room * 2;
        struct llmreg_endpoint **items =
            realloc(h->items, room * sizeof(struct llmreg_endpoint *));

        h->failed = items == NULL;
        if (h->failed)
            return false;
        h->items = items;
        h->room = room;
    }
    h->items[h->count++] = llmreg_hold(e);
    return true;
}

static void drop_unseen(struct engine *en)
{
    size_t cursor = 0;
    const char *id = NULL;
    void *value = NULL;

    while (llmreg_table_next(en->watches, &cursor, &id, &value)) {
        struct watch *w = value;

        if (w->scan != en->scans)
            watch_drop(en, w);
    }
}

void watch_scan(struct engine *en)
{
    struct held h = {0};

    en->scans++;
    llmreg_each(en->setup.registry, hold, &h);
    for (size_t i = 0; i < h.count; i++) {
        const char *id = llmreg_endpoint_id(h.items[i]);

        become(en, h.items[i], llmreg_table_get(en->watches, id));
        llmreg_put(h.items[i]);
    }
    free(h.items);
    if (!h.failed)
        drop_unseen(en);
}
