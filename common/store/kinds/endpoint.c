/* SPDX-License-Identifier: MIT */
/* endpoint.c - endpoints between registry and file.
 *
 * A late load adds what the file knows more, unless it should have been named
 * by the configuration; and of what is there already the past is recalled,
 * with what the operator wanted unless somebody has said otherwise since, and
 * the models unless the endpoint has told its own.
 */
#include <llmreg/rewind.h>

#include "common/store/dirty.h"
#include "common/store/kinds/kinds.h"
#include "common/store/load.h"
#include "common/store/rows/rows.h"

/* ---- to the file ---- */

static bool is_there(struct llmreg_registry *r, const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(r, id);

    llmreg_put(e);
    return e != NULL;
}

struct walk {
    kind_id_fn fn;
    void *ctx;
    int rc;
};

static bool tell_id(void *ctx, struct llmreg_endpoint *e)
{
    struct walk *w = ctx;

    w->rc = w->fn(w->ctx, llmreg_endpoint_id(e));
    return w->rc == LLMREG_OK;
}

static int each(struct llmreg_registry *r, kind_id_fn fn, void *ctx)
{
    struct walk w = {fn, ctx, LLMREG_OK};

    llmreg_each(r, tell_id, &w);
    return w.rc;
}

static int write_parts(struct database *db, struct llmreg_endpoint *e,
                       unsigned parts, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (parts == DIRTY_ALL)
        rc = rows_put_endpoint(db, e, err);
    if (rc == LLMREG_OK && (parts & DIRTY_HEALTH) != 0)
        rc = rows_put_health(db, e, err);
    if (rc == LLMREG_OK && (parts & DIRTY_MODELS) != 0)
        rc = rows_put_models(db, e, err);
    if (rc == LLMREG_OK && parts != DIRTY_ALL && (parts & DIRTY_MODELS) != 0)
        rc = rows_put_counts(db, e, err);
    return rc;
}

static int write(const struct passage *p, const char *id, unsigned parts,
                 struct llmreg_error *err)
{
    struct llmreg_endpoint *e = llmreg_get(p->registry, id);
    int rc;

    if (e == NULL)
        return LLMREG_ENOENT;
    rc = write_parts(p->db, e, parts, err);
    llmreg_put(e);
    return rc;
}

static bool mark_if_probed(void *ctx, struct llmreg_endpoint *e)
{
    const struct sweep *s = ctx;
    struct llmreg_health h;

    llmreg_endpoint_health(e, &h);
    if (h.checked_mono_ns != 0 && h.checked_mono_ns >= s->since_ns)
        s->mark(s, llmreg_endpoint_id(e), DIRTY_HEALTH, false);
    return true;
}

static int sweep(const struct sweep *s, struct llmreg_error *err)
{
    struct sweep copy = *s;

    (void)err;
    llmreg_each(s->registry, mark_if_probed, &copy);
    return LLMREG_OK;
}

/* ---- from the file ---- */

/* The list that a down endpoint had, until it answers again. */
static int adopt_models(const struct load *l, struct llmreg_endpoint *e,
                        const struct llmreg_memory *m,
                        const struct llmreg_now *now)
{
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    const bool known = models->count > 0;
    struct llmreg_health health;

    llmreg_models_put(models);
    llmreg_endpoint_health(e, &health);
    if (known || health.ok_mono_ns != 0)
        return LLMREG_OK;
    return llmreg_models_set(l->world->registry, e, &m->models, now);
}

static int adopt_intent(const struct load *l, const struct llmreg_endpoint *e,
                        const struct llmreg_memory *m,
                        const struct llmreg_now *now)
{
    const enum llmreg_admin admin = llmreg_endpoint_intent(e).admin;
    int rc;

    if (admin != LLMREG_ADMIN_ACTIVE || m->intent.admin == admin)
        return LLMREG_OK;
    rc = llmreg_admin_set(l->world->registry, m->spec.id, &m->intent,
                          "remembered by the store", now);
    /* LLMREG_EINVAL: a maintenance that is over by now. */
    return rc == LLMREG_EINVAL ? LLMREG_OK : rc;
}

static int adopt_override(const struct load *l, const struct llmreg_endpoint *e,
                          const struct llmreg_memory *m)
{
    const struct llmreg_patch patch = {.set = m->override,
                                       .reason = "remembered by the store"};
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const unsigned fields = llmreg_spec_override(spec)->fields;

    llmreg_spec_put(spec);
    if (fields != 0 || m->override.fields == 0)
        return LLMREG_OK;
    return llmreg_patch(l->world->registry, m->spec.id, &patch, NULL, NULL);
}

/* The endpoint is there already. */
static void adopt(const struct load *l, const struct llmreg_memory *m)
{
    struct llmreg_now now = llmreg_clock_now(l->world->clock);
    struct llmreg_endpoint *e = llmreg_get(l->world->registry, m->spec.id);
    int rc;

    if (e == NULL)
        return;
    rc = adopt_intent(l, e, m, &now);
    if (rc == LLMREG_OK)
        rc = adopt_override(l, e, m);
    if (rc == LLMREG_OK)
        rc = llmreg_recall(l->world->registry, m->spec.id, &m->health, &now);
    if (rc == LLMREG_OK)
        rc = adopt_models(l, e, m, &now);
    llmreg_put(e);
    if (rc != LLMREG_OK)
        llmreg_log(l->world->log, LLMREG_WARNING,
                   "store: not all that was known of %s was taken over: %s",
                   m->spec.id, llmreg_status_text(rc));
}

static void announce(const struct load *l, const struct llmreg_spec *spec)
{
    struct llmreg_event event = {
        .type = LLMREG_EVENT_REGISTERED,
        .entity = LLMREG_ENTITY_ENDPOINT,
        .subject = spec->id,
        .name = spec->name,
    };

    load_announce(l, &event);
}

/* By the time that a late file is read, those who name static endpoints have
 * had their say: this one is named no more, or was removed since.  It stays in
 * the file, and the next start sorts it out. */
static bool is_unnamed(const struct load *l, const struct llmreg_spec *spec)
{
    return l->late && spec->source == LLMREG_SOURCE_STATIC &&
           !is_there(l->world->registry, spec->id);
}

/* It is there, and made as it was; LLMREG_EEXIST then. */
static int put_again(const struct load *l, const struct llmreg_memory *m,
                     struct llmreg_error *why)
{
    const struct llmreg_removal how = {.reason = l->again, .force = true};
    struct llmreg_registry *r = l->world->registry;
    int rc = llmreg_rewind(r, m, l->again, why);

    if (rc != LLMREG_ESTALE)
        return rc == LLMREG_OK ? LLMREG_EEXIST : rc;
    /* Another scheme is another endpoint. */
    (void)!llmreg_remove(r, m->spec.id, &how, NULL);
    rc = llmreg_restore(r, m, why);
    if (rc == LLMREG_OK)
        announce(l, &m->spec);
    return rc;
}

static int restore(void *ctx, const char *id,
                   const struct llmreg_memory *memory, const char *problem)
{
    struct load *l = ctx;
    struct llmreg_error why = {{0}};
    int rc;

    if (memory == NULL)
        return load_settle(l, LLMREG_ENTITY_ENDPOINT, id, LLMREG_EINVAL,
                           problem);
    if (is_unnamed(l, &memory->spec))
        return keep_add(l->keep, LLMREG_ENTITY_ENDPOINT, id);
    rc = llmreg_restore(l->world->registry, memory, &why);
    if (rc == LLMREG_OK && l->late)
        announce(l, &memory->spec);
    if (rc == LLMREG_EEXIST && l->again != NULL)
        rc = put_again(l, memory, &why);
    else if (rc == LLMREG_EEXIST && l->late)
        adopt(l, memory);
    return load_settle(l, LLMREG_ENTITY_ENDPOINT, id, rc, why.text);
}

static int load(struct load *l, struct database *db, struct llmreg_error *err)
{
    return rows_each_memory(db, restore, l, err);
}

/* What the configuration names stays. */
static int forget(struct llmreg_registry *r, const char *id, const char *reason)
{
    const struct llmreg_removal how = {.reason = reason, .force = true};
    struct llmreg_endpoint *e = llmreg_get(r, id);
    const struct llmreg_spec *spec;
    bool named;

    if (e == NULL)
        return LLMREG_OK;
    spec = llmreg_endpoint_spec(e);
    named = spec->source == LLMREG_SOURCE_STATIC;
    llmreg_spec_put(spec);
    llmreg_put(e);
    if (!named)
        (void)!llmreg_remove(r, id, &how, NULL);
    return LLMREG_OK;
}

const struct kind kind_endpoint = {
    .plural = "endpoints",
    .ids = DB_ENDPOINT_IDS,
    .remove = DB_ENDPOINT_DELETE,
    .is_there = is_there,
    .each = each,
    .write = write,
    .load = load,
    .sweep = sweep,
    .forget = forget,
};
