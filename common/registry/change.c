/* SPDX-License-Identifier: MIT */
/* change.c - endpoints come, change and go.
 *
 * Registering again is an update: it keeps everything that was observed or
 * wanted, the series, and what a person said before what was announced.  Who
 * set first, wins the race to add; who comes second, updates.
 */
#include "common/registry/table.h"

#include <string.h>

#include "common/registry/vouch.h"

/* ---- set ---- */

static bool same_scheme(const char *a, const char *b)
{
    size_t len = strcspn(a, ":");

    return len == strcspn(b, ":") && strncmp(a, b, len) == 0;
}

static bool is_found(const struct llmreg_spec *spec)
{
    return spec->source == LLMREG_SOURCE_AUTO ||
           spec->source == LLMREG_SOURCE_MDNS;
}

/* What a person named stays as it was named: what is announced by the way adds
 * only where it is and, if nobody said, what it is. */
static struct llmreg_spec complete(const struct llmreg_spec *old,
                                   const struct llmreg_spec *spec)
{
    struct llmreg_spec merged = *old;

    if (spec->owner != NULL && spec->owner[0] != '\0')
        merged.owner = spec->owner;
    if (old->kind == LLMREG_KIND_AUTO)
        merged.kind = spec->kind;
    return merged;
}

/* What spec says, but for what an update never changes, and for what it leaves
 * open and somebody else has said since. */
static struct llmreg_spec merge(const struct llmreg_spec *old,
                                const struct llmreg_spec *spec)
{
    if (is_found(spec) && !is_found(old))
        return complete(old, spec);
    struct llmreg_spec merged = *spec;
    merged.series = old->series;
    if (spec->owner == NULL)
        merged.owner = old->owner;
    if (spec->kind == LLMREG_KIND_AUTO)
        merged.kind = old->kind;
    return merged;
}

static int add_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                      uint64_t *seq) LLMREG_REQUIRES(r->lock)
{
    struct llmreg_event event = {
        .time_ms = e->registered_ms,
        .type = LLMREG_EVENT_REGISTERED,
        .after = e->spec->spec.url,
        .reason = llmreg_source_text(e->spec->spec.source),
    };

    int rc = table_add_locked(r, e);
    if (rc == LLMREG_OK)
        *seq = table_tell_locked(r, e, &event);
    return rc;
}

static int add(struct llmreg_registry *r, const struct llmreg_spec *spec,
               struct llmreg_set_result *result, struct llmreg_error *err)
{
    static const struct llmreg_override no_override;
    static const struct llmreg_models no_models;
    static const struct llmreg_health no_health;
    struct llmreg_endpoint *e = NULL;

    int rc = entry_new(&e, spec, &no_override, &no_health, &no_models);
    if (rc != LLMREG_OK)
        return rc;
    e->registered_ms = llmreg_clock_now(r->clock).wall_ms;
    llmreg_lock(&r->lock);
    rc = add_locked(r, e, &result->seq);
    uint64_t generation = e->generation;
    llmreg_unlock(&r->lock);
    if (rc == LLMREG_OK) {
        result->created = true;
        result->generation = generation;
        llmreg_bus_wake(r->bus);
        return LLMREG_OK;
    }
    llmreg_put(e); /* nobody saw it */
    if (rc == LLMREG_EFULL)
        llmreg_error_set(err, "endpoint %s: there are %zu already, the limit",
                         spec->id, r->conf.endpoints);
    return rc;
}

static int update_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                         const struct llmreg_spec *old, struct spec_part *new,
                         struct llmreg_event *event) LLMREG_REQUIRES(r->lock)
{
    if (!llmreg_endpoint_alive(e) || &e->spec->spec != old)
        return LLMREG_EBUSY;
    int rc = table_set_spec_locked(r, e, new);
    if (rc != LLMREG_OK)
        return rc;
    event->seq = table_tell_locked(r, e, event);
    vouch_again_locked(r, e, event->time_ms);
    return LLMREG_OK;
}

/* old is a reference to what e had when we looked. */
static int update_from(struct llmreg_registry *r, struct llmreg_endpoint *e,
                       const struct llmreg_spec *old,
                       const struct llmreg_spec *spec, uint64_t *seq)
{
    const struct llmreg_spec *named = llmreg_spec_named(old);
    struct llmreg_spec merged = merge(named, spec);
    char fields[128];
    struct llmreg_text text;

    llmreg_text_init(&text, fields, sizeof fields);
    spec_part_diff(named, &merged, &text);
    if (text.len == 0)
        return LLMREG_OK;
    struct spec_part *new = spec_part_new(&merged, llmreg_spec_override(old));
    if (new == NULL)
        return LLMREG_ENOMEM;
    struct llmreg_event event = {
        .time_ms = llmreg_clock_now(r->clock).wall_ms,
        .type = LLMREG_EVENT_UPDATED,
        .reason = fields,
    };
    llmreg_lock(&r->lock);
    int rc = update_locked(r, e, old, new, &event);
    llmreg_unlock(&r->lock);
    if (rc != LLMREG_OK) {
        part_put(&new->part);
        return rc;
    }
    *seq = event.seq;
    part_retire(&spec_part_of(old)->part);
    llmreg_bus_wake(r->bus);
    return LLMREG_OK;
}

static int update(struct llmreg_registry *r, struct llmreg_endpoint *e,
                  const struct llmreg_spec *spec,
                  struct llmreg_set_result *result, struct llmreg_error *err)
{
    const struct llmreg_spec *old = llmreg_endpoint_spec(e);
    int rc = LLMREG_EINVAL;

    result->generation = e->generation;
    if (same_scheme(old->url, spec->url))
        rc = update_from(r, e, old, spec, &result->seq);
    else
        llmreg_error_set(err,
                         "endpoint %s: is registered as %s, so %s cannot be "
                         "the same one; remove it first",
                         spec->id, old->url, spec->url);
    llmreg_spec_put(old);
    return rc;
}

/* LLMREG_EBUSY: somebody else was faster, look again. */
static int set_once(struct llmreg_registry *r, const struct llmreg_spec *spec,
                    struct llmreg_set_result *result, struct llmreg_error *err)
{
    struct llmreg_endpoint *e = llmreg_get(r, spec->id);

    *result = (struct llmreg_set_result){0};
    int rc =
        e == NULL ? add(r, spec, result, err) : update(r, e, spec, result, err);
    llmreg_put(e);
    return rc == LLMREG_EEXIST ? LLMREG_EBUSY : rc;
}

int llmreg_set(struct llmreg_registry *r, const struct llmreg_spec *spec,
               struct llmreg_set_result *result, struct llmreg_error *err)
{
    struct llmreg_set_result done;
    int rc = llmreg_spec_check(spec, err);

    if (rc != LLMREG_OK)
        return rc;
    do {
        rc = set_once(r, spec, &done, err);
    } while (rc == LLMREG_EBUSY);
    if (rc == LLMREG_OK && result != NULL)
        *result = done;
    return rc;
}

int llmreg_add(struct llmreg_registry *r, const struct llmreg_spec *spec,
               struct llmreg_set_result *result, struct llmreg_error *err)
{
    struct llmreg_set_result done = {0};
    int rc = llmreg_spec_check(spec, err);

    if (rc != LLMREG_OK)
        return rc;
    rc = add(r, spec, &done, err);
    if (rc == LLMREG_EEXIST)
        llmreg_error_set(err, "endpoint %s: there is one already", spec->id);
    if (rc == LLMREG_OK && result != NULL)
        *result = done;
    return rc;
}

/* ---- remove ---- */

static int remove_locked(struct llmreg_registry *r, const char *id,
                         const struct llmreg_removal *how,
                         struct llmreg_event *event,
                         struct llmreg_endpoint **out) LLMREG_REQUIRES(r->lock)
{
    struct llmreg_endpoint *e = table_find_locked(r, id);
    struct llmreg_health health;

    if (e == NULL)
        return LLMREG_ENOENT;
    if (how->generation != 0 && how->generation != e->generation)
        return LLMREG_ESTALE;
    if (!requests_close(&e->requests, how->force))
        return LLMREG_EBUSY;
    llmreg_endpoint_health(e, &health);
    event->before = llmreg_health_text(health.state);
    table_remove_locked(r, e);
    (void)table_tell_locked(r, e, event);
    *out = e;
    return LLMREG_OK;
}

int llmreg_remove(struct llmreg_registry *r, const char *id,
                  const struct llmreg_removal *how,
                  struct llmreg_endpoint **removed)
{
    static const struct llmreg_removal whichever;
    struct llmreg_endpoint *e = NULL;

    if (how == NULL)
        how = &whichever;
    struct llmreg_event event = {
        .time_ms = llmreg_clock_now(r->clock).wall_ms,
        .type = LLMREG_EVENT_REMOVED,
        .reason = how->reason,
    };

    llmreg_lock(&r->lock);
    int rc = remove_locked(r, id, how, &event, &e);
    llmreg_unlock(&r->lock);
    if (rc != LLMREG_OK)
        return rc;
    if (removed != NULL)
        *removed = llmreg_hold(e);
    llmreg_bus_wake(r->bus);
    entry_retire(e);
    return LLMREG_OK;
}

/* ---- restore ---- */

/* What the specification's own check does not know. */
static int check_memory(const struct llmreg_memory *memory,
                        struct llmreg_error *err)
{
    const struct llmreg_spec spec =
        spec_part_apply(&memory->spec, &memory->override);
    int rc = llmreg_spec_check(&memory->spec, err);

    if (rc == LLMREG_OK)
        rc = llmreg_spec_check(&spec, err);
    if (rc != LLMREG_OK)
        return rc;
    if ((unsigned)memory->intent.admin < LLMREG_ADMINS &&
        memory->intent.until_ms >= 0 &&
        memory->intent.until_ms <= ENTRY_UNTIL_MAX)
        return LLMREG_OK;
    llmreg_error_set(err, "endpoint %s: its intent makes no sense",
                     memory->spec.id);
    return LLMREG_EINVAL;
}

/* Why there is no entry of it: what is checked last, or no memory. */
static void say_unmade(const struct llmreg_memory *memory, int rc,
                       struct llmreg_error *err)
{
    struct llmreg_error why = {""};

    if (llmreg_models_check(&memory->models, &why) == LLMREG_OK)
        llmreg_error_set(&why, "%s", llmreg_status_text(rc));
    llmreg_error_set(err, "endpoint %s: %s", memory->spec.id, why.text);
}

int llmreg_restore(struct llmreg_registry *r,
                   const struct llmreg_memory *memory, struct llmreg_error *err)
{
    struct llmreg_endpoint *e = NULL;
    struct llmreg_health health;
    int rc = check_memory(memory, err);

    if (rc != LLMREG_OK)
        return rc;
    llmreg_health_restart(&memory->health, &health);
    rc = entry_new(&e, &memory->spec, &memory->override, &health,
                   &memory->models);
    if (rc != LLMREG_OK) {
        say_unmade(memory, rc, err);
        return rc;
    }
    entry_set_intent(e, &memory->intent);
    e->registered_ms = memory->registered_ms;
    llmreg_lock(&r->lock);
    rc = table_add_locked(r, e);
    llmreg_unlock(&r->lock);
    if (rc == LLMREG_OK)
        return rc;
    llmreg_error_set(err, "endpoint %s: %s (limit %zu)", memory->spec.id,
                     llmreg_status_text(rc), r->conf.endpoints);
    llmreg_put(e);
    return rc;
}
