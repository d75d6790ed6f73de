/* SPDX-License-Identifier: MIT */
/* load.c - one bad row must not cost the others.
 *
 * Normally this runs before anybody else sees the registry, silently.  When
 * the file could not be used at the start and is well later, the registry is
 * in use: what the file knows more is added and announced, unless it should
 * have been named by the configuration; and of what is there already the past
 * is recalled, with the operator's intent unless somebody has expressed one
 * since, and the models unless the endpoint has told its own.
 */
#include "common/store/load.h"

#include "common/store/rows.h"

/* A file full of them must not fill the log, too. */
#define SKIPS_TOLD 10

static void announce(const struct load *l, const struct llmreg_memory *m,
                     const struct llmreg_now *now)
{
    const struct llmreg_event event = {
        .time_ms = now->wall_ms,
        .type = LLMREG_EVENT_REGISTERED,
        .subject = m->spec.id,
        .name = m->spec.name,
        .before = "",
        .after = "",
        .reason = "remembered by the store, which was not usable before",
    };

    /* With no memory the number is used: subscribers see a gap. */
    if (llmreg_bus_publish(l->world->bus, &event, NULL) == LLMREG_OK)
        llmreg_bus_wake(l->world->bus);
}

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

/* The endpoint is there already. */
static void adopt(const struct load *l, const struct llmreg_memory *m,
                  const struct llmreg_now *now)
{
    struct llmreg_endpoint *e = llmreg_get(l->world->registry, m->spec.id);
    int rc;

    if (e == NULL)
        return;
    rc = adopt_intent(l, e, m, now);
    if (rc == LLMREG_OK)
        rc = llmreg_recall(l->world->registry, m->spec.id, &m->health, now);
    if (rc == LLMREG_OK)
        rc = adopt_models(l, e, m, now);
    llmreg_put(e);
    if (rc != LLMREG_OK)
        llmreg_log(l->world->log, LLMREG_WARNING,
                   "store: not all that was known of %s was taken over: %s",
                   m->spec.id, llmreg_status_text(rc));
}

static int skip(struct load *l, const char *id, const char *problem)
{
    int rc = llmreg_table_add(l->keep, id, l);

    if (rc == LLMREG_OK && l->skipped++ < SKIPS_TOLD)
        llmreg_log(l->world->log, LLMREG_WARNING,
                   "store: endpoint %s cannot be restored and stays in the "
                   "file only: %s",
                   id, problem);
    return rc == LLMREG_EEXIST ? LLMREG_OK : rc;
}

/* By the time that a late file is read, those who name static endpoints have
 * had their say: this one is named no more, or was removed since.  It stays in
 * the file, and the next start sorts it out. */
static bool is_unnamed(const struct load *l, const struct llmreg_memory *m)
{
    struct llmreg_endpoint *e = llmreg_get(l->world->registry, m->spec.id);

    llmreg_put(e);
    return e == NULL && m->spec.source == LLMREG_SOURCE_STATIC;
}

static int restore(void *ctx, const char *id,
                   const struct llmreg_memory *memory, const char *problem)
{
    struct load *l = ctx;
    struct llmreg_now now = llmreg_clock_now(l->world->clock);
    struct llmreg_error why = {{0}};
    int rc;

    if (memory == NULL)
        return skip(l, id, problem);
    if (l->late && is_unnamed(l, memory)) {
        rc = llmreg_table_add(l->keep, id, l);
        return rc == LLMREG_EEXIST ? LLMREG_OK : rc;
    }
    rc = llmreg_restore(l->world->registry, memory, &why);
    switch (rc) {
    case LLMREG_OK:
        l->loaded++;
        if (l->late)
            announce(l, memory, &now);
        return LLMREG_OK;
    case LLMREG_EEXIST:
        if (l->late)
            adopt(l, memory, &now);
        return LLMREG_OK;
    case LLMREG_ENOMEM:
        return rc;
    default:
        return skip(l, id, why.text);
    }
}

int load_run(struct load *l, struct database *db, struct llmreg_error *err)
{
    int rc;

    l->loaded = l->skipped = 0;
    rc = rows_each_memory(db, restore, l, err);
    if (rc == LLMREG_ENOMEM)
        llmreg_error_set(err, "no memory to load the store");
    if (rc == LLMREG_OK && l->loaded + l->skipped > 0)
        llmreg_log(l->world->log, LLMREG_INFO,
                   "store: %zu endpoints are remembered, %zu not", l->loaded,
                   l->skipped);
    return rc;
}
