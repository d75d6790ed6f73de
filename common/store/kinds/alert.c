/* SPDX-License-Identifier: MIT */
/* alert.c - alerts between registry and file.
 *
 * What people were told, and that an alert is forgotten, is no event: the rows
 * are compared.  A process that ends between "raised" and "told" leaves a row
 * that says so, and they are told at the next start; one that ends between
 * "told" and the row tells once more, which is the better of the two.
 *
 * A late load takes over what people did and know: an acknowledgement, if
 * nobody has acknowledged since, and what was told, if nothing was told since.
 */
#include <llmreg/alerts.h>

#include "common/store/dirty.h"
#include "common/store/kinds/kinds.h"
#include "common/store/load.h"
#include "common/store/rows/rows.h"

/* ---- to the file ---- */

/* Others are only pending. */
static bool belongs(const struct llmreg_alert *a)
{
    return a->times > 0 || a->told != LLMREG_SEVERITY_OKAY;
}

static bool is_there(struct llmreg_registry *r, const char *id)
{
    const struct llmreg_alert *a = llmreg_alert_get(r, id);
    const bool there = a != NULL && belongs(a);

    llmreg_alert_put(a);
    return there;
}

struct walk {
    kind_id_fn fn;
    void *ctx;
    int rc;
};

static bool tell_id(void *ctx, const struct llmreg_alert *a)
{
    struct walk *w = ctx;

    if (belongs(a))
        w->rc = w->fn(w->ctx, a->id);
    return w->rc == LLMREG_OK;
}

static int each(struct llmreg_registry *r, kind_id_fn fn, void *ctx)
{
    struct walk w = {fn, ctx, LLMREG_OK};

    llmreg_each_alert(r, tell_id, &w);
    return w.rc;
}

static int write(const struct passage *p, const char *id, unsigned parts,
                 struct llmreg_error *err)
{
    const struct llmreg_alert *a = llmreg_alert_get(p->registry, id);
    int rc = LLMREG_ENOENT;

    (void)parts; /* it has but one */
    if (a != NULL && belongs(a))
        rc = rows_put_alert(p->db, a, err);
    llmreg_alert_put(a);
    return rc;
}

static int mark_if_told(void *ctx, const char *id, enum llmreg_severity told)
{
    const struct sweep *s = ctx;
    const struct llmreg_alert *a = llmreg_alert_get(s->registry, id);
    const bool kept = keep_has(s->keep, LLMREG_ENTITY_ALERT, id);

    if (a == NULL ? !kept : a->told != told)
        s->mark(s, id, DIRTY_ALL, true);
    llmreg_alert_put(a);
    return LLMREG_OK;
}

static int sweep(const struct sweep *s, struct llmreg_error *err)
{
    struct sweep copy = *s;

    return rows_each_told(s->db, mark_if_told, &copy, err);
}

/* ---- from the file ---- */

/* The alert is there already. */
static int adopt(const struct load *l, const struct llmreg_alert *stored)
{
    struct llmreg_registry *r = l->world->registry;
    struct llmreg_now now = llmreg_clock_now(l->world->clock);
    const struct llmreg_acknowledgement said = {stored->acknowledged_by,
                                                stored->note};
    const struct llmreg_alert *a = llmreg_alert_get(r, stored->id);
    int rc = LLMREG_OK;

    if (a != NULL && a->s.severity != LLMREG_SEVERITY_OKAY) {
        if (stored->s.acknowledged && !a->s.acknowledged)
            rc = llmreg_alert_acknowledge(r, a->id, &said, &now, NULL);
        if (rc == LLMREG_OK && a->told == LLMREG_SEVERITY_OKAY)
            rc = llmreg_alert_told(r, a->id, stored->told);
    }
    llmreg_alert_put(a);
    return rc;
}

static void announce(const struct load *l, const struct llmreg_alert *a)
{
    struct llmreg_event event = {
        .type = LLMREG_EVENT_FIRED,
        .entity = LLMREG_ENTITY_ALERT,
        .subject = a->id,
        .name = a->name,
    };

    if (a->s.severity != LLMREG_SEVERITY_OKAY)
        load_announce(l, &event);
}

static int restore(void *ctx, const char *id, const struct llmreg_alert *stored,
                   const char *problem)
{
    struct load *l = ctx;
    struct llmreg_error why = {{0}};
    int rc;

    if (stored == NULL)
        return load_settle(l, LLMREG_ENTITY_ALERT, id, LLMREG_EINVAL, problem);
    rc = llmreg_alert_restore(l->world->registry, stored, &why);
    if (rc == LLMREG_OK && l->late)
        announce(l, stored);
    if (rc == LLMREG_EEXIST && l->late && adopt(l, stored) == LLMREG_ENOMEM)
        return LLMREG_ENOMEM;
    return load_settle(l, LLMREG_ENTITY_ALERT, id, rc, why.text);
}

static int load(struct load *l, struct database *db, struct llmreg_error *err)
{
    return rows_each_alert(db, restore, l, err);
}

const struct kind kind_alert = {
    .plural = "alerts",
    .ids = DB_ALERT_IDS,
    .remove = DB_ALERT_DELETE,
    .is_there = is_there,
    .each = each,
    .write = write,
    .load = load,
    .sweep = sweep,
};
