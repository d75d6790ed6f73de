/* SPDX-License-Identifier: MIT */
/* report.c - under a flood of faults, a note costs one atomic exchange. */
#include "plugins/llm_listen/http/report.h"

#include <stdio.h>
#include <string.h>

#define QUIET_NS (60 * LLMREG_NS_PER_S) /* then the fault is over */

static const struct {
    enum llmreg_level level;
    const char *over;
} kinds[REPORT_KINDS] = {
    [REPORT_ENGINE] = {LLMREG_INFO, "http: the engine is quiet again"},
    [REPORT_ACCEPT] = {LLMREG_WARNING, "http: connections come in again"},
    [REPORT_FULL] = {LLMREG_WARNING, "http: there is room for connections"},
    [REPORT_ADDRESS] = {LLMREG_NOTICE,
                        "http: no address has too many connections"},
    [REPORT_MEMORY] = {LLMREG_ERROR, "http: there is memory again"},
    [REPORT_TLS] = {LLMREG_ERROR, "http: the certificate can be loaded"},
};

int report_init(struct report *r, const struct llmreg_log *log)
{
    r->log = log;
    for (r->ready = 0; r->ready < REPORT_KINDS; r->ready++)
        if (llmreg_lock_init(&r->slots[r->ready].lock) != LLMREG_OK)
            return LLMREG_ENOMEM;
    return LLMREG_OK;
}

void report_fini(struct report *r)
{
    for (size_t i = 0; i < r->ready; i++)
        llmreg_lock_fini(&r->slots[i].lock);
    r->ready = 0;
}

void report_note_args(struct report *r, enum report_kind kind,
                      const char *format, va_list args)
{
    struct report_slot *slot = &r->slots[kind];
    char text[sizeof slot->text];

    if (atomic_exchange(&slot->busy, true)) {
        atomic_fetch_add(&slot->more, 1);
        return;
    }
    vsnprintf(text, sizeof text, format, args);
    llmreg_lock(&slot->lock);
    memcpy(slot->text, text, sizeof text);
    slot->noted = true;
    llmreg_unlock(&slot->lock);
}

void report_note(struct report *r, enum report_kind kind, const char *format,
                 ...)
{
    va_list args;

    va_start(args, format);
    report_note_args(r, kind, format, args);
    va_end(args);
}

/* True if there was a note; its text is in out. */
static bool take(struct report_slot *slot, char out[static 256])
{
    bool noted;

    llmreg_lock(&slot->lock);
    noted = slot->noted;
    if (noted)
        memcpy(out, slot->text, sizeof slot->text);
    slot->noted = false;
    llmreg_unlock(&slot->lock);
    return noted;
}

static void say(struct report *r, enum report_kind kind, const char *text,
                const struct llmreg_now *now)
{
    struct report_slot *slot = &r->slots[kind];
    const unsigned more = atomic_exchange(&slot->more, 0);

    slot->last_ns = now->mono_ns;
    if (more == 0)
        llmreg_complain(r->log, &slot->complaint, now, kinds[kind].level,
                        "http: %s", text);
    else
        llmreg_complain(r->log, &slot->complaint, now, kinds[kind].level,
                        "http: %s, and %u like it", text, more);
}

void report_flush(struct report *r, const struct llmreg_now *now)
{
    char text[256];

    for (size_t i = 0; i < REPORT_KINDS; i++) {
        struct report_slot *slot = &r->slots[i];

        if (take(slot, text)) {
            atomic_store(&slot->busy, false);
            say(r, (enum report_kind)i, text, now);
        } else if (slot->complaint.open &&
                   now->mono_ns - slot->last_ns > QUIET_NS) {
            llmreg_release(r->log, &slot->complaint, "%s", kinds[i].over);
        }
    }
}
