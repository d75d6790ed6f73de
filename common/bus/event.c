/* SPDX-License-Identifier: MIT */
/* event.c - an event as a value: one allocation, counted references.
 *
 * The strings lie behind the struct in the same block, so that publishing is
 * one malloc and dropping the last reference is one free.
 */
#include "common/bus/event.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/text.h>

#define EVENT_STRINGS 5

struct packed {
    _Atomic unsigned refs;
    struct llmreg_event event;
    char strings[];
};

static struct packed *packed_of(const struct llmreg_event *event)
{
    uintptr_t at = (uintptr_t)event - offsetof(struct packed, event);

    return (struct packed *)at;
}

/* The strings of an event, so that size and copy cannot disagree. */
static void strings_of(struct llmreg_event *e,
                       const char **out[static EVENT_STRINGS])
{
    out[0] = &e->subject;
    out[1] = &e->name;
    out[2] = &e->before;
    out[3] = &e->after;
    out[4] = &e->reason;
}

struct llmreg_event *event_copy(const struct llmreg_event *event)
{
    struct llmreg_event source = *event;
    const char **from[EVENT_STRINGS], **to[EVENT_STRINGS];
    size_t len[EVENT_STRINGS], total = 0;

    strings_of(&source, from);
    for (size_t i = 0; i < EVENT_STRINGS; i++) {
        if (*from[i] == NULL)
            *from[i] = "";
        len[i] = strnlen(*from[i], LLMREG_EVENT_TEXT_MAX) + 1;
        total += len[i];
    }
    struct packed *p = malloc(sizeof *p + total);
    if (p == NULL)
        return NULL;
    atomic_init(&p->refs, 1);
    p->event = source;
    strings_of(&p->event, to);
    char *at = p->strings;
    for (size_t i = 0; i < EVENT_STRINGS; i++) {
        if ((*from[i])[len[i] - 1] == '\0') /* as nearly all */
            memcpy(at, *from[i], len[i]);
        else
            llmreg_copy_message(at, len[i], *from[i]);
        *to[i] = at;
        at += len[i];
    }
    return &p->event;
}

void event_hold(const struct llmreg_event *event)
{
    atomic_fetch_add_explicit(&packed_of(event)->refs, 1, memory_order_relaxed);
}

void llmreg_event_put(const struct llmreg_event *event)
{
    if (event == NULL)
        return;
    struct packed *p = packed_of(event);
    if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
        free(p);
}

const char *llmreg_event_type_text(enum llmreg_event_type type)
{
    static const char *const words[LLMREG_EVENT_TYPES] = {
        [LLMREG_EVENT_REGISTERED] = "registered",
        [LLMREG_EVENT_UPDATED] = "updated",
        [LLMREG_EVENT_REMOVED] = "removed",
        [LLMREG_EVENT_HEALTH] = "health",
        [LLMREG_EVENT_MODELS] = "models",
        [LLMREG_EVENT_ADMIN] = "admin",
        [LLMREG_EVENT_STORE] = "store",
        [LLMREG_EVENT_CLOCK] = "clock",
        [LLMREG_EVENT_PRESENCE] = "presence",
        [LLMREG_EVENT_RESOURCES] = "resources",
        [LLMREG_EVENT_OPENED] = "opened",
        [LLMREG_EVENT_CLOSED] = "closed",
        [LLMREG_EVENT_FIRED] = "fired",
        [LLMREG_EVENT_ACKNOWLEDGED] = "acknowledged",
        [LLMREG_EVENT_CLEARED] = "cleared",
        [LLMREG_EVENT_AUDIT] = "audit",
        [LLMREG_EVENT_PROBE] = "probe",
    };

    return (unsigned)type < LLMREG_EVENT_TYPES ? words[type] : "unknown";
}
