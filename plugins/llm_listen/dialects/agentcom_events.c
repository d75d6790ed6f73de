/* SPDX-License-Identifier: MIT */
/* agentcom_events.c - what our events are to AgentCom.
 *
 * It knows agents that are connected, and others not: whoever falls silent for
 * long has left, and joins when it is heard again.  Of an endpoint it says that
 * something changed, and its clients ask for the rest. */
#include <string.h>

#include "plugins/llm_listen/dialects/agentcom.h"

static bool was_connected(const char *presence)
{
    enum llmreg_presence p;

    return llmreg_presence_parse(presence, &p) == LLMREG_OK &&
           p < LLMREG_PRESENCE_STALE;
}

/* The reason of an update names what it changed. */
static bool is_of_activity(const struct llmreg_event *e)
{
    return strstr(e->reason, "activity") != NULL;
}

static enum agentcom_change of_presence(const struct llmreg_event *e)
{
    const bool before = was_connected(e->before);
    const bool after = was_connected(e->after);

    if (before == after)
        return AGENTCOM_NOTHING;
    return after ? AGENTCOM_JOINED : AGENTCOM_LEFT;
}

static enum agentcom_change of_agent(const struct llmreg_event *e)
{
    switch (e->type) {
    case LLMREG_EVENT_REGISTERED:
        return AGENTCOM_JOINED;
    case LLMREG_EVENT_REMOVED:
        return was_connected(e->before) ? AGENTCOM_LEFT : AGENTCOM_NOTHING;
    case LLMREG_EVENT_PRESENCE:
        return of_presence(e);
    case LLMREG_EVENT_UPDATED:
        return is_of_activity(e) ? AGENTCOM_STATUS : AGENTCOM_NOTHING;
    default:
        return AGENTCOM_NOTHING;
    }
}

static enum agentcom_change of_alert(const struct llmreg_event *e)
{
    switch (e->type) {
    case LLMREG_EVENT_FIRED:
        return AGENTCOM_FIRED;
    case LLMREG_EVENT_CLEARED:
        return AGENTCOM_CLEARED;
    case LLMREG_EVENT_ACKNOWLEDGED:
        return AGENTCOM_ACKNOWLEDGED;
    default:
        return AGENTCOM_NOTHING;
    }
}

/* That somebody wants a probe changes nothing yet. */
static enum agentcom_change of_endpoint(const struct llmreg_event *e)
{
    return e->type == LLMREG_EVENT_PROBE ? AGENTCOM_NOTHING : AGENTCOM_REGISTRY;
}

/* Of a host there are its resources, or not any more. */
static enum agentcom_change of_host(const struct llmreg_event *e)
{
    return e->type == LLMREG_EVENT_RESOURCES || e->type == LLMREG_EVENT_REMOVED
               ? AGENTCOM_REGISTRY
               : AGENTCOM_NOTHING;
}

/* A recovery after damage has steps; the last is told by what came of it. */
static enum agentcom_change of_store(const struct llmreg_event *e)
{
    static const struct {
        const char *name, *after;
        enum agentcom_change change;
    } meanings[] = {
        {"backup", "complete", AGENTCOM_BACKED_UP},
        {"backup", "failed", AGENTCOM_BACKUP_FAILED},
        {"restore", "complete", AGENTCOM_RECOVERED},
        {"restore", "failed", AGENTCOM_RECOVERY_FAILED},
        {"compaction", "complete", AGENTCOM_COMPACTED},
        {"compaction", "failed", AGENTCOM_COMPACTION_FAILED},
    };

    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(e->name, meanings[i].name) == 0 &&
            strcmp(e->after, meanings[i].after) == 0)
            return meanings[i].change;
    return AGENTCOM_NOTHING;
}

enum agentcom_change agentcom_change_of(const struct llmreg_event *e)
{
    switch (e->entity) {
    case LLMREG_ENTITY_AGENT:
        return of_agent(e);
    case LLMREG_ENTITY_ALERT:
        return of_alert(e);
    case LLMREG_ENTITY_ENDPOINT:
        return of_endpoint(e);
    case LLMREG_ENTITY_HOST:
        return of_host(e);
    case LLMREG_ENTITY_STORE:
        return of_store(e);
    default:
        return AGENTCOM_NOTHING;
    }
}

const char *agentcom_change_text(enum agentcom_change change)
{
    static const char *const words[] = {
        [AGENTCOM_NOTHING] = "",
        [AGENTCOM_JOINED] = "agent_joined",
        [AGENTCOM_LEFT] = "agent_left",
        [AGENTCOM_STATUS] = "status_changed",
        [AGENTCOM_REGISTRY] = "llm_registry_update",
        [AGENTCOM_FIRED] = "alert_fired",
        [AGENTCOM_CLEARED] = "alert_cleared",
        [AGENTCOM_ACKNOWLEDGED] = "alert_acknowledged",
        [AGENTCOM_BACKED_UP] = "backup_complete",
        [AGENTCOM_BACKUP_FAILED] = "backup_failed",
        [AGENTCOM_RECOVERED] = "recovery_complete",
        [AGENTCOM_RECOVERY_FAILED] = "recovery_failed",
        [AGENTCOM_COMPACTED] = "compaction_complete",
        [AGENTCOM_COMPACTION_FAILED] = "compaction_failed",
    };

    return words[change];
}
