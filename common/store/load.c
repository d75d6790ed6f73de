/* SPDX-License-Identifier: MIT */
/* load.c - one bad row must not cost the others.
 *
 * Normally this runs before anybody else sees the registry, silently.  When
 * the file could not be used at the start and is well later, the registry is
 * in use: what the file knows more is added and announced, and of what is
 * there already each kind takes over what nobody has said anew since.
 */
#include "common/store/load.h"

#include "common/store/audit.h"
#include "common/store/kinds/kinds.h"

/* A file full of them must not fill the log, too. */
#define SKIPS_TOLD 10

void load_announce(const struct load *l, struct llmreg_event *event)
{
    event->time_ms = llmreg_clock_now(l->world->clock).wall_ms;
    event->before = event->after = "";
    event->reason =
        l->again != NULL
            ? l->again
            : "remembered by the store, which was not usable before";
    /* With no memory the number is used: subscribers see a gap. */
    (void)!llmreg_bus_publish(l->world->bus, event, NULL);
    llmreg_bus_wake(l->world->bus);
}

int load_settle(struct load *l, enum llmreg_entity entity, const char *id,
                int rc, const char *why)
{
    if (rc == LLMREG_OK)
        l->loaded++;
    if (rc == LLMREG_OK || rc == LLMREG_EEXIST)
        return LLMREG_OK;
    if (rc == LLMREG_ENOMEM)
        return rc;
    if (l->skipped++ < SKIPS_TOLD)
        llmreg_log(l->world->log, LLMREG_WARNING,
                   "store: %s %s cannot be restored and stays in the "
                   "file only: %s",
                   llmreg_entity_text(entity), id, why);
    return keep_add(l->keep, entity, id);
}

int load_kind(struct load *l, const struct kind *kind, struct database *db,
              struct llmreg_error *err)
{
    const size_t loaded = l->loaded, skipped = l->skipped;
    int rc = kind->load(l, db, err);

    if (rc == LLMREG_OK && l->loaded + l->skipped > loaded + skipped)
        llmreg_log(l->world->log, LLMREG_INFO,
                   "store: %zu %s are remembered, %zu not", l->loaded - loaded,
                   kind->plural, l->skipped - skipped);
    return rc;
}

int load_run(struct load *l, struct database *db, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    l->loaded = l->skipped = 0;
    for (int i = 0; i < LLMREG_ENTITIES && rc == LLMREG_OK; i++)
        if (kind_of(i) != NULL)
            rc = load_kind(l, kind_of(i), db, err);
    if (rc == LLMREG_OK)
        rc = audit_load(l, db, err);
    if (rc == LLMREG_ENOMEM)
        llmreg_error_set(err, "no memory to load the store");
    return rc;
}
