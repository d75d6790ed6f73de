/* SPDX-License-Identifier: MIT */
/* event_json.c - the one form in which events leave the process.
 *
 * Times are RFC 3339 with their milliseconds beside them; what there was not
 * is null, never an empty word or 0.
 */
#include <llmreg/bus.h>
#include <llmreg/json.h>

/* What people did is told to those who ask the audit, and to no others. */
static const struct llmreg_event *shown(const struct llmreg_event *event,
                                        struct llmreg_event *storage)
{
    if (event->entity != LLMREG_ENTITY_AUDIT)
        return event;
    *storage = *event;
    storage->subject = llmreg_entity_text(LLMREG_ENTITY_AUDIT);
    storage->name = storage->before = storage->after = storage->reason = "";
    return storage;
}

static void text_or_null(struct llmreg_json_out *w, const char *key,
                         const char *s)
{
    llmreg_json_string(w, key, s[0] == '\0' ? NULL : s);
}

void llmreg_event_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_event *event)
{
    struct llmreg_event storage;

    event = shown(event, &storage);
    llmreg_json_open_object(w, key);
    llmreg_json_integer(w, "seq", (int64_t)event->seq);
    llmreg_json_time(w, "time", "time_ms", event->time_ms);
    llmreg_json_string(w, "type", llmreg_event_type_text(event->type));
    llmreg_json_string(w, "entity", llmreg_entity_text(event->entity));
    llmreg_json_string(w, "subject", event->subject);
    text_or_null(w, "name", event->name);
    text_or_null(w, "before", event->before);
    text_or_null(w, "after", event->after);
    text_or_null(w, "reason", event->reason);
    if (event->type == LLMREG_EVENT_HEALTH ||
        event->type == LLMREG_EVENT_ADMIN) {
        llmreg_json_time(w, "since", "since_ms", event->since_ms);
        llmreg_json_time(w, "before_since", "before_since_ms",
                         event->before_ms);
    }
    llmreg_json_close_object(w);
}
