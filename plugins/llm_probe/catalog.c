/* SPDX-License-Identifier: MIT */
/* catalog.c - first all names in one table, then the registry after it. */
#include "plugins/llm_probe/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/table.h>

/* One way to compute the catalog: everything anew. */
struct pass {
    struct catalog *catalog;
    struct llmreg_table *wanted; /* id -> the target */
    struct llmreg_table *series; /* host/series -> the target */
    size_t put, taken;           /* added or changed; removed */
    int status;                  /* the first thing that went wrong */
};

static void note(struct pass *p, int rc)
{
    if (p->status == LLMREG_OK)
        p->status = rc;
}

/* ---- who names what ---- */

/* Targets are not changed through the tables, which know no const. */
static void *value_of(const struct target *t)
{
    union {
        const struct target *in;
        void *out;
    } u = {.in = t};

    return u.out;
}

static int claim(struct pass *p, const struct target *t)
{
    char key[2 * LLMREG_SERIES_SIZE];
    int rc = llmreg_table_add(p->wanted, t->id, value_of(t));

    if (rc != LLMREG_OK)
        return rc;
    snprintf(key, sizeof key, "%s/%s", t->host, t->series);
    rc = llmreg_table_add(p->series, key, value_of(t));
    if (rc != LLMREG_OK)
        llmreg_table_remove(p->wanted, t->id);
    return rc;
}

/* Registers the claims of one place; what others have is counted. */
static void claim_all(struct pass *p, const struct targets *list,
                      const char *origin)
{
    const char *example = NULL;
    size_t lost = 0;

    for (size_t i = 0; i < list->count; i++) {
        int rc = claim(p, &list->items[i]);

        if (rc == LLMREG_EEXIST) {
            lost++;
            example = list->items[i].id;
        } else if (rc != LLMREG_OK) {
            note(p, rc);
        }
    }
    if (lost > 0)
        llmreg_log(p->catalog->log, LLMREG_NOTICE,
                   "%s: %zu of its endpoints are named before it (or have the "
                   "series of one that is), e.g. %s: the first to name wins",
                   origin, lost, example);
}

/* ---- into the registry ---- */

/* The configuration decides: requests that are pending go on elsewhere. */
static int drop(const struct pass *p, const struct llmreg_endpoint *e,
                const char *reason)
{
    const struct llmreg_removal how = {
        .generation = llmreg_endpoint_generation(e),
        .reason = reason,
        .force = true,
    };

    return llmreg_remove(p->catalog->registry, llmreg_endpoint_id(e), &how,
                         NULL);
}

/* Two schemes on one id are an error in the registry; a static endpoint whose
 * owner changed the scheme is another one now. */
static void drop_other_scheme(struct pass *p, const struct target *t)
{
    struct llmreg_endpoint *e = llmreg_get(p->catalog->registry, t->id);
    const struct llmreg_spec *spec = NULL;
    bool other = false;

    if (e == NULL)
        return;
    spec = llmreg_endpoint_spec(e);
    other = spec->source == LLMREG_SOURCE_STATIC &&
            strncmp(spec->url, t->url, 6) != 0;
    llmreg_spec_put(spec);
    if (other)
        note(p, drop(p, e, "its scheme changed"));
    llmreg_put(e);
}

static void put_one(struct pass *p, const struct target *t, const char *origin)
{
    const struct llmreg_spec spec =
        target_spec(t, origin, p->catalog->interval_ms);
    struct llmreg_set_result result = {0};
    struct llmreg_error err = {.text = ""};
    int rc;

    drop_other_scheme(p, t);
    rc = llmreg_set(p->catalog->registry, &spec, &result, &err);
    if (rc == LLMREG_OK) {
        p->put += result.seq != 0;
        return;
    }
    if (p->status == LLMREG_OK)
        llmreg_log(p->catalog->log, LLMREG_ERROR, "%s: %s is not probed: %s",
                   origin, t->id,
                   err.text[0] != '\0' ? err.text : llmreg_status_text(rc));
    note(p, rc);
}

static void put_all(struct pass *p, const struct targets *list,
                    const char *origin)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct target *t = &list->items[i];

        if (llmreg_table_get(p->wanted, t->id) == t)
            put_one(p, t, origin);
    }
}

/* ---- and out of it ---- */

struct unnamed {
    struct pass *pass;
    struct llmreg_endpoint **items;
    size_t count, room;
};

static bool is_unnamed(const struct pass *p, const struct llmreg_endpoint *e)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    bool unnamed = spec->source == LLMREG_SOURCE_STATIC &&
                   llmreg_table_get(p->wanted, spec->id) == NULL;

    llmreg_spec_put(spec);
    return unnamed;
}

static bool collect(void *ctx, struct llmreg_endpoint *e)
{
    struct unnamed *u = ctx;

    if (!is_unnamed(u->pass, e))
        return true;
    if (u->count == u->room) {
        size_t room = u->room == 0 ? 64 : u->room * 2;
        struct llmreg_endpoint **items =
            realloc(u->items, room * sizeof(struct llmreg_endpoint *));

        if (items == NULL) {
            note(u->pass, LLMREG_ENOMEM);
            return false;
        }
        u->items = items;
        u->room = room;
    }
    u->items[u->count++] = llmreg_hold(e);
    return true;
}

static void remove_unnamed(struct pass *p)
{
    struct unnamed u = {.pass = p};

    llmreg_each(p->catalog->registry, collect, &u);
    for (size_t i = 0; i < u.count; i++) {
        struct llmreg_endpoint *e = u.items[i];

        if (drop(p, e, "nobody names it any more") == LLMREG_OK)
            p->taken++;
        llmreg_put(e);
    }
    free(u.items);
}

/* ---- all ---- */

static void claim_and_put(struct pass *p)
{
    struct catalog *c = p->catalog;

    claim_all(p, c->config, CATALOG_CONFIG);
    for (size_t i = 0; i < c->nfiles; i++)
        claim_all(p, &c->files[i].targets, c->files[i].path);
    if (p->status != LLMREG_OK)
        return;
    remove_unnamed(p);
    put_all(p, c->config, CATALOG_CONFIG);
    for (size_t i = 0; i < c->nfiles; i++)
        put_all(p, &c->files[i].targets, c->files[i].path);
}

int catalog_apply(struct catalog *c)
{
    struct pass p = {.catalog = c};

    note(&p, llmreg_table_new(&p.wanted));
    note(&p, llmreg_table_new(&p.series));
    if (p.status == LLMREG_OK)
        claim_and_put(&p);
    if (p.put > 0 || p.taken > 0)
        llmreg_log(c->log, LLMREG_INFO,
                   "endpoints: %zu new or changed, %zu no longer named", p.put,
                   p.taken);
    llmreg_table_free(p.wanted);
    llmreg_table_free(p.series);
    return p.status;
}
