/* SPDX-License-Identifier: MIT */
/* maintenance.c - ends maintenances.
 *
 * Their ends are wall times, because a person named them; they are compared
 * with the wall clock anew at each step, so that a step of it is obeyed and
 * not slept through.  The heap only says what to look at: what counts is the
 * intent that the registry has at that moment.
 */
#include "common/service/maintenance.h"

#include <stdlib.h>

#include "common/service/deadlines.h"

struct maintenance {
    struct llmreg_registry *registry;
    struct deadlines *ends; /* wall milliseconds */
    bool rescan;            /* something was missed */
};

/* The intent of e may have changed. */
static void note(struct maintenance *m, const struct llmreg_endpoint *e)
{
    struct llmreg_intent intent = llmreg_endpoint_intent(e);
    const char *id = llmreg_endpoint_id(e);

    if (intent.admin != LLMREG_ADMIN_MAINTENANCE || intent.until_ms == 0)
        deadlines_clear(m->ends, id);
    else if (deadlines_set(m->ends, id, intent.until_ms) != LLMREG_OK)
        m->rescan = true;
}

static bool note_each(void *ctx, struct llmreg_endpoint *e)
{
    note(ctx, e);
    return true;
}

static void note_id(struct maintenance *m, const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(m->registry, id);

    if (e == NULL) {
        deadlines_clear(m->ends, id);
        return;
    }
    note(m, e);
    llmreg_put(e);
}

void maintenance_take(struct maintenance *m, const struct llmreg_event *event)
{
    if (event->entity == LLMREG_ENTITY_ENDPOINT &&
        (event->type == LLMREG_EVENT_ADMIN ||
         event->type == LLMREG_EVENT_REGISTERED ||
         event->type == LLMREG_EVENT_REMOVED))
        note_id(m, event->subject);
}

void maintenance_miss(struct maintenance *m)
{
    m->rescan = true;
}

void maintenance_step(struct maintenance *m, const struct llmreg_now *now)
{
    const char *id;

    if (m->rescan) {
        m->rescan = false;
        llmreg_each(m->registry, note_each, m);
    }
    while ((id = deadlines_due(m->ends, now->wall_ms)) != NULL) {
        /* If it does not end, somebody has said otherwise meanwhile. */
        (void)!llmreg_maintenance_end(m->registry, id,
                                      "the maintenance is over", now);
        deadlines_clear(m->ends, id);
    }
}

int maintenance_new(struct maintenance **out, struct llmreg_registry *r)
{
    struct maintenance *m = calloc(1, sizeof *m);
    int rc = LLMREG_ENOMEM;

    if (m == NULL)
        goto done;
    m->registry = r;
    m->rescan = true;
    rc = deadlines_new(&m->ends);
    if (rc != LLMREG_OK)
        goto done;
    *out = m;
    m = NULL; /* now the caller's */
done:
    maintenance_free(m);
    return rc;
}

void maintenance_free(struct maintenance *m)
{
    if (m == NULL)
        return;
    deadlines_free(m->ends);
    free(m);
}
