/* SPDX-License-Identifier: MIT */
/* learn.c - which models an endpoint has.
 *
 * The new list is copied, sorted and compared before the lock is taken; the
 * common case, that nothing changed at all, never takes it.
 */
#include "common/registry/table.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_SIZE  64
#define REASON_SIZE 256
#define FETCHED     32 /* models */

/* As "%zu", which costs more than all else in here. */
static void add_number(struct llmreg_text *text, size_t n)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    llmreg_text_add_bytes(text, digits + at, sizeof digits - at);
}

/* "10 models, 2 loaded". */
static void words(char out[static WORDS_SIZE], const struct models_part *p)
{
    struct llmreg_text text;

    llmreg_text_init(&text, out, WORDS_SIZE);
    add_number(&text, p->models.count);
    llmreg_text_add(&text, " models, ");
    add_number(&text, p->loaded);
    llmreg_text_add(&text, " loaded");
}

/* What differs, cut with "..." where it gets long. */
static void reason_text(char out[static REASON_SIZE],
                        const struct llmreg_models *before,
                        const struct llmreg_models *after)
{
    struct llmreg_text text;

    llmreg_text_init(&text, out, REASON_SIZE - 4);
    models_part_diff(before, after, &text);
    if (text.failed)
        memcpy(out + text.len, "...", 4);
}

struct learning {
    struct models_part *old, *new;
    struct link *links; /* for new; NULL: the names are the same */
    struct llmreg_event event;
    bool tell; /* somebody has to know */
};

/* Publishes new, with the index before and after it. */
static int replace_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                          struct learning *l) LLMREG_REQUIRES(r->lock)
{
    const struct index_change c = {
        .entry = e,
        .each = entry_tally(e),
        .before = models_part_keys(&l->old->models),
        .after = models_part_keys(&l->new->models),
        .old = e->links,
        .new = l->links,
    };
    const struct tally unloaded = tally_less((struct tally){0}, tally_loaded());

    if (l->links == NULL) {
        models_part_mark(l->new, e->links, tally_loaded());
        rcu_publish(&e->models, l->new);
        models_part_mark(l->old, e->links, unloaded);
        return LLMREG_OK;
    }
    int rc = index_prepare(&r->index, &c);
    if (rc != LLMREG_OK)
        return rc;
    index_join(&r->index, &c);
    models_part_mark(l->new, c.new, tally_loaded());
    rcu_publish(&e->models, l->new);
    models_part_mark(l->old, c.old, unloaded);
    index_leave(&r->index, &c);
    e->links = l->links;
    l->links = c.old; /* the caller frees them */
    return LLMREG_OK;
}

static int learn_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                        struct learning *l) LLMREG_REQUIRES(r->lock)
{
    if (!llmreg_endpoint_alive(e))
        return LLMREG_ESTALE;
    if (e->models != l->old)
        return LLMREG_EBUSY;
    int rc = replace_locked(r, e, l);
    if (rc != LLMREG_OK)
        return rc;
    table_count_models_locked(r, l->old->loaded, l->new->loaded);
    if (l->tell)
        (void)table_tell_locked(r, e, &l->event);
    return LLMREG_OK;
}

/* Replaces old by new, which differ, if e still has old. */
static int learn(struct llmreg_registry *r, struct llmreg_endpoint *e,
                 struct learning *l, const struct llmreg_now *now)
{
    const struct llmreg_models *before = &l->old->models;
    const struct llmreg_models *after = &l->new->models;
    const bool renamed = !models_part_same_names(before, after);
    char old_words[WORDS_SIZE], new_words[WORDS_SIZE], reason[REASON_SIZE];

    l->tell = renamed || !llmreg_models_alike(before, after);
    if (l->tell) {
        words(old_words, l->old);
        words(new_words, l->new);
        reason_text(reason, before, after);
        l->event = (struct llmreg_event){.time_ms = now->wall_ms,
                                         .type = LLMREG_EVENT_MODELS,
                                         .before = old_words,
                                         .after = new_words,
                                         .reason = reason};
    }
    if (renamed) {
        l->links = malloc((after->count + 1) * sizeof *l->links);
        if (l->links == NULL)
            return LLMREG_ENOMEM;
    }
    llmreg_lock(&r->lock);
    int rc = learn_locked(r, e, l);
    llmreg_unlock(&r->lock);
    free(l->links);
    l->links = NULL;
    return rc;
}

/* LLMREG_EBUSY: the list changed meanwhile, look again.  Takes new only when
 * it is published. */
static int learn_once(struct llmreg_registry *r, struct llmreg_endpoint *e,
                      struct models_part **new, const struct llmreg_now *now)
{
    const struct llmreg_models *before = llmreg_endpoint_models(e);
    struct learning l = {.old = models_part_of(before), .new = *new};
    int rc = LLMREG_OK;

    if (llmreg_models_same(before, &l.new->models)) {
        if (!llmreg_endpoint_alive(e))
            rc = LLMREG_ESTALE;
        llmreg_models_put(before);
        return rc;
    }
    rc = learn(r, e, &l, now);
    if (rc == LLMREG_OK) {
        *new = NULL;
        part_retire(&l.old->part);
        if (l.tell)
            llmreg_bus_wake(r->bus);
    }
    llmreg_models_put(before);
    return rc;
}

/* Nobody looked at e or at its list, which has about as many models as the new
 * one, since the last probe. */
static void fetch_old(const struct llmreg_endpoint *e, size_t models)
{
    size_t few = models < FETCHED ? models : FETCHED;

    fetch_ahead(e, sizeof *e);
    fetch_ahead(rcu_load(&e->models),
                sizeof(struct models_part) + few * sizeof(struct llmreg_model));
}

/* As most probes find; then nothing is checked or copied. */
static bool is_known(const struct llmreg_endpoint *e,
                     const struct llmreg_models *models)
{
    rcu_begin();
    bool known = llmreg_models_same(&rcu_load(&e->models)->models, models);
    rcu_end();
    return known;
}

int llmreg_models_set(struct llmreg_registry *r, struct llmreg_endpoint *e,
                      const struct llmreg_models *models,
                      const struct llmreg_now *now)
{
    struct models_part *new = NULL;

    fetch_old(e, models->count);
    if (is_known(e, models))
        return llmreg_endpoint_alive(e) ? LLMREG_OK : LLMREG_ESTALE;
    int rc = models_part_new(&new, models);
    if (rc != LLMREG_OK)
        return rc;
    do {
        rc = learn_once(r, e, &new, now);
    } while (rc == LLMREG_EBUSY);
    if (new != NULL)
        part_put(&new->part);
    return rc;
}
