/* SPDX-License-Identifier: MIT */
/* snapshot_changes.c - a table of ids for each kind, made when it is needed. */
#include "common/registry/snapshot_changes.h"

#include "common/bus/recent.h"

void changes_begin(struct snapshot_changes *c, struct llmreg_bus *bus)
{
    *c = (struct snapshot_changes){.place = recent_begin(bus)};
}

/* False: it is in no snapshot, or looked at in another way. */
static bool kind_of(const struct llmreg_event *event, enum changed *out)
{
    switch (event->entity) {
    case LLMREG_ENTITY_ENDPOINT:
        *out = CHANGED_ENDPOINTS;
        return true;
    case LLMREG_ENTITY_AGENT:
        *out = CHANGED_AGENTS;
        return true;
    case LLMREG_ENTITY_HOST:
        *out = CHANGED_HOSTS;
        return true;
    default:
        return false;
    }
}

static int add(struct snapshot_changes *c, const struct llmreg_event *event)
{
    enum changed kind;
    int rc = LLMREG_OK;

    if (!kind_of(event, &kind))
        return rc;
    if (kind == CHANGED_HOSTS && event->type != LLMREG_EVENT_RESOURCES)
        c->hosts_moved = true;
    if (c->ids[kind] == NULL)
        rc = llmreg_table_new(&c->ids[kind]);
    if (rc == LLMREG_OK)
        rc = llmreg_table_add(c->ids[kind], event->subject, c);
    return rc == LLMREG_EEXIST ? LLMREG_OK : rc;
}

int changes_read(struct snapshot_changes *c, struct llmreg_bus *bus)
{
    const struct llmreg_event *event;
    int rc;

    while ((rc = recent_next(bus, &c->place, &event)) == LLMREG_OK) {
        rc = add(c, event);
        llmreg_event_put(event);
        if (rc != LLMREG_OK)
            return rc;
    }
    return rc == LLMREG_ENOENT ? LLMREG_OK : rc;
}

size_t changes_count(const struct snapshot_changes *c, enum changed kind)
{
    return c->ids[kind] == NULL ? 0 : llmreg_table_count(c->ids[kind]);
}

bool changes_have(const struct snapshot_changes *c, enum changed kind,
                  const char *id)
{
    return c->ids[kind] != NULL && llmreg_table_get(c->ids[kind], id) != NULL;
}

void changes_end(struct snapshot_changes *c)
{
    for (int kind = 0; kind < CHANGED_KINDS; kind++)
        llmreg_table_free(c->ids[kind]);
}
