/* SPDX-License-Identifier: MIT */
/* patch.c - the operator's word over an endpoint's specification.
 *
 * What is overridden is kept beside what was named, so that whoever names the
 * endpoint again changes only the latter, and the former can be reverted.
 */
#include "common/registry/table.h"

#define REASON_SIZE 300

struct patching {
    const struct llmreg_patch *patch;
    const struct llmreg_spec *old; /* a reference to what it had */
    struct spec_part *new;
    struct llmreg_event event;
};

static int check_fields(const char *id, const struct llmreg_patch *patch,
                        struct llmreg_error *err)
{
    const unsigned set = patch->set.fields, revert = patch->revert;

    if (((set | revert) & ~(unsigned)LLMREG_FIELDS) == 0 && (set & revert) == 0)
        return LLMREG_OK;
    llmreg_error_set(err,
                     "endpoint %s: fields 0x%x are to be set and 0x%x to be "
                     "reverted, of 0x%x and none in both",
                     id, set, revert, (unsigned)LLMREG_FIELDS);
    return LLMREG_EINVAL;
}

static struct llmreg_override merge(const struct llmreg_override *old,
                                    const struct llmreg_patch *patch)
{
    struct llmreg_override merged = *old;
    const struct llmreg_override *set = &patch->set;

    merged.fields = (old->fields & ~patch->revert) | set->fields;
    if ((set->fields & LLMREG_FIELD_NAME) != 0)
        merged.name = set->name;
    if ((set->fields & LLMREG_FIELD_PRIORITY) != 0)
        merged.priority = set->priority;
    if ((set->fields & LLMREG_FIELD_LABELS) != 0) {
        merged.labels = set->labels;
        merged.nlabels = set->nlabels;
    }
    return merged;
}

/* "priority: by ada", cut where it is long; "" if nothing differs. */
static void write_reason(char out[static REASON_SIZE],
                         const struct llmreg_override *before,
                         const struct llmreg_override *after,
                         const char *reason)
{
    struct llmreg_text text;

    llmreg_text_init(&text, out, REASON_SIZE);
    spec_part_diff_override(before, after, &text);
    if (text.len == 0 || reason == NULL || reason[0] == '\0')
        return;
    llmreg_text_add(&text, ": ");
    llmreg_copy_message(out + text.len, REASON_SIZE - text.len, reason);
}

static int publish_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                          struct patching *p) LLMREG_REQUIRES(r->lock)
{
    if (!llmreg_endpoint_alive(e) || &e->spec->spec != p->old)
        return LLMREG_EBUSY;
    int rc = table_set_spec_locked(r, e, p->new);
    if (rc == LLMREG_OK)
        p->event.seq = table_tell_locked(r, e, &p->event);
    return rc;
}

static int replace(struct llmreg_registry *r, struct llmreg_endpoint *e,
                   struct patching *p)
{
    llmreg_lock(&r->lock);
    int rc = publish_locked(r, e, p);
    llmreg_unlock(&r->lock);
    if (rc != LLMREG_OK) {
        part_put(&p->new->part);
        return rc;
    }
    part_retire(&spec_part_of(p->old)->part);
    llmreg_bus_wake(r->bus);
    return rc;
}

static int patch_from(struct llmreg_registry *r, struct llmreg_endpoint *e,
                      struct patching *p, struct llmreg_error *err)
{
    const struct llmreg_spec *named = llmreg_spec_named(p->old);
    const struct llmreg_override *before = llmreg_spec_override(p->old);
    const struct llmreg_override after = merge(before, p->patch);
    const struct llmreg_spec spec = spec_part_apply(named, &after);
    char reason[REASON_SIZE];
    int rc = llmreg_spec_check(&spec, err);

    if (rc != LLMREG_OK)
        return rc;
    write_reason(reason, before, &after, p->patch->reason);
    if (reason[0] == '\0')
        return LLMREG_OK;
    p->new = spec_part_new(named, &after);
    if (p->new == NULL)
        return LLMREG_ENOMEM;
    p->event = (struct llmreg_event){
        .time_ms = llmreg_clock_now(r->clock).wall_ms,
        .type = LLMREG_EVENT_UPDATED,
        .reason = reason,
    };
    return replace(r, e, p);
}

/* LLMREG_EBUSY: somebody else was faster, look again. */
static int patch_once(struct llmreg_registry *r, const char *id,
                      struct patching *p, struct llmreg_error *err)
{
    struct llmreg_endpoint *e = llmreg_get(r, id);
    int rc = LLMREG_ESTALE;

    if (e == NULL)
        return LLMREG_ENOENT;
    p->old = llmreg_endpoint_spec(e);
    if (p->patch->generation == 0 || p->patch->generation == e->generation)
        rc = patch_from(r, e, p, err);
    llmreg_spec_put(p->old);
    llmreg_put(e);
    return rc;
}

int llmreg_patch(struct llmreg_registry *r, const char *id,
                 const struct llmreg_patch *patch, uint64_t *seq,
                 struct llmreg_error *err)
{
    struct patching p = {.patch = patch};
    int rc = check_fields(id, patch, err);

    if (rc != LLMREG_OK)
        return rc;
    do {
        rc = patch_once(r, id, &p, err);
    } while (rc == LLMREG_EBUSY);
    if (rc == LLMREG_OK && seq != NULL)
        *seq = p.event.seq;
    return rc;
}
