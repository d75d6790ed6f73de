/* SPDX-License-Identifier: MIT */
/* rewind.c - an endpoint is again what it was: its specification and what
 * people wanted of it.
 *
 * What is observed (health, models, requests) is of now and stays.  So does
 * the name that the configuration gives: it says so at every start.
 */
#include <llmreg/rewind.h>

#include <string.h>

#include "common/registry/table.h"
#include "common/registry/vouch.h"

struct rewinding {
    const struct llmreg_memory *memory;
    const struct llmreg_spec *old; /* a reference to what it had */
    struct spec_part *new;
    struct llmreg_event event;
};

static bool same_scheme(const char *a, const char *b)
{
    const size_t len = strcspn(a, ":");

    return len == strcspn(b, ":") && strncmp(a, b, len) == 0;
}

static struct llmreg_spec choose(const struct llmreg_spec *now,
                                 const struct llmreg_spec *then)
{
    struct llmreg_spec spec = *then;

    if (now->source == LLMREG_SOURCE_STATIC ||
        then->source == LLMREG_SOURCE_STATIC)
        return *now;
    spec.series = now->series; /* a graph goes on */
    return spec;
}

static int publish_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                          struct rewinding *w) LLMREG_REQUIRES(r->lock)
{
    if (!llmreg_endpoint_alive(e) || &e->spec->spec != w->old)
        return LLMREG_EBUSY;
    int rc = table_set_spec_locked(r, e, w->new);
    if (rc != LLMREG_OK)
        return rc;
    (void)table_tell_locked(r, e, &w->event);
    vouch_again_locked(r, e, w->event.time_ms);
    return rc;
}

static int replace(struct llmreg_registry *r, struct llmreg_endpoint *e,
                   struct rewinding *w)
{
    llmreg_lock(&r->lock);
    int rc = publish_locked(r, e, w);
    llmreg_unlock(&r->lock);
    if (rc != LLMREG_OK) {
        part_put(&w->new->part);
        return rc;
    }
    part_retire(&spec_part_of(w->old)->part);
    llmreg_bus_wake(r->bus);
    return rc;
}

static int rewind_from(struct llmreg_registry *r, struct llmreg_endpoint *e,
                       struct rewinding *w, struct llmreg_error *err)
{
    const struct llmreg_spec *named = llmreg_spec_named(w->old);
    const struct llmreg_spec spec = choose(named, &w->memory->spec);
    const struct llmreg_spec whole =
        spec_part_apply(&spec, &w->memory->override);
    char fields[160];
    struct llmreg_text text;
    int rc = llmreg_spec_check(&spec, err);

    if (rc == LLMREG_OK)
        rc = llmreg_spec_check(&whole, err);
    if (rc != LLMREG_OK)
        return rc;
    llmreg_text_init(&text, fields, sizeof fields);
    spec_part_diff(named, &spec, &text);
    spec_part_diff_override(llmreg_spec_override(w->old), &w->memory->override,
                            &text);
    if (text.len == 0)
        return LLMREG_OK;
    w->new = spec_part_new(&spec, &w->memory->override);
    if (w->new == NULL)
        return LLMREG_ENOMEM;
    w->event = (struct llmreg_event){
        .time_ms = llmreg_clock_now(r->clock).wall_ms,
        .type = LLMREG_EVENT_UPDATED,
        .reason = fields,
    };
    return replace(r, e, w);
}

/* A maintenance that is over by now is none. */
static int want_again(struct llmreg_registry *r,
                      const struct llmreg_endpoint *e,
                      const struct llmreg_memory *memory, const char *reason)
{
    const struct llmreg_intent had = llmreg_endpoint_intent(e);
    const struct llmreg_now now = llmreg_clock_now(r->clock);
    struct llmreg_intent intent = memory->intent;

    if (intent.until_ms != 0 && intent.until_ms <= now.wall_ms)
        intent = (struct llmreg_intent){.admin = LLMREG_ADMIN_ACTIVE};
    if (had.admin == intent.admin && had.until_ms == intent.until_ms)
        return LLMREG_OK;
    return llmreg_admin_set(r, memory->spec.id, &intent, reason, &now);
}

static int rewind_once(struct llmreg_registry *r,
                       const struct llmreg_memory *memory, const char *reason,
                       struct llmreg_error *err)
{
    struct rewinding w = {.memory = memory};
    struct llmreg_endpoint *e = llmreg_get(r, memory->spec.id);
    int rc = LLMREG_ESTALE;

    if (e == NULL)
        return LLMREG_ENOENT;
    w.old = llmreg_endpoint_spec(e);
    if (same_scheme(w.old->url, memory->spec.url))
        rc = rewind_from(r, e, &w, err);
    else
        llmreg_error_set(err, "endpoint %s: is %s by now", memory->spec.id,
                         w.old->url);
    if (rc == LLMREG_OK)
        rc = want_again(r, e, memory, reason);
    llmreg_spec_put(w.old);
    llmreg_put(e);
    return rc;
}

int llmreg_rewind(struct llmreg_registry *r, const struct llmreg_memory *memory,
                  const char *reason, struct llmreg_error *err)
{
    int rc;

    do {
        rc = rewind_once(r, memory, reason, err);
    } while (rc == LLMREG_EBUSY);
    return rc;
}
