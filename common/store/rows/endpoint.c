/* SPDX-License-Identifier: MIT */
/* endpoint.c - endpoints and what lies below them: labels, health and
 * models.
 *
 * Columns are bound and read in the order that statements.c lists them.  What
 * makes an endpoint valid is checked by the registry when it is put back.
 */
#include "common/store/rows/rows.h"

#include <stdlib.h>

#include <llmreg/text.h>

#include "common/store/rows/binding.h"
#include "common/store/rows/cursor.h"

/* ---- writing: endpoint and labels ---- */

/* A list of labels and where it goes. */
struct labelling {
    enum db_statement remove, put;
    enum table table;
    const struct llmreg_label *labels;
    size_t count;
};

static int put_labels(struct database *db, const char *id,
                      const struct labelling *l, struct llmreg_error *err)
{
    int rc = binding_run(db, l->remove, id, err);

    for (size_t i = 0; i < l->count && rc == LLMREG_OK; i++) {
        struct binding b = binding_row(db, l->put, l->table);

        binding_text(&b, id);
        binding_number(&b, (int64_t)i);
        binding_text(&b, l->labels[i].name);
        binding_text(&b, l->labels[i].value);
        rc = binding_finish(&b, err);
    }
    return rc;
}

static int put_all_labels(struct database *db, const struct llmreg_spec *named,
                          const struct llmreg_override *override,
                          struct llmreg_error *err)
{
    const struct labelling as_named = {DB_LABEL_DELETE, DB_LABEL_PUT,
                                       TABLE_LABEL, named->labels,
                                       named->nlabels};
    const struct labelling operators = {
        DB_OPERATOR_LABEL_DELETE, DB_OPERATOR_LABEL_PUT, TABLE_OPERATOR_LABEL,
        override->labels, override->nlabels};
    int rc = put_labels(db, named->id, &as_named, err);

    return rc == LLMREG_OK ? put_labels(db, named->id, &operators, err) : rc;
}

static void bind_override(struct binding *b, const struct llmreg_override *o)
{
    if ((o->fields & LLMREG_FIELD_NAME) != 0)
        binding_text(b, o->name);
    else
        binding_null(b);
    binding_known(b,
                  (o->fields & LLMREG_FIELD_PRIORITY) != 0 ? o->priority : -1);
    binding_known(b, (o->fields & LLMREG_FIELD_LABELS) != 0 ? 1 : -1);
}

static void bind_counts(struct binding *b, const struct llmreg_endpoint *e)
{
    const struct llmreg_models *models = llmreg_endpoint_models(e);

    binding_number(b, models->not_kept);
    binding_number(b, models->rejected);
    llmreg_models_put(models);
}

static int put_endpoint(struct database *db, const struct llmreg_endpoint *e,
                        const struct llmreg_spec *spec,
                        const struct llmreg_override *override,
                        struct llmreg_error *err)
{
    struct llmreg_intent intent = llmreg_endpoint_intent(e);
    struct binding b = binding_row(db, DB_ENDPOINT_PUT, TABLE_ENDPOINT);

    binding_text(&b, spec->id);
    binding_text(&b, spec->url);
    binding_text(&b, spec->name);
    binding_text(&b, spec->host);
    binding_text(&b, spec->series);
    binding_text(&b, spec->origin);
    binding_text(&b, llmreg_kind_text(spec->kind));
    binding_text(&b, llmreg_source_text(spec->source));
    binding_number(&b, spec->priority);
    binding_number(&b, spec->interval_ms);
    binding_text(&b, llmreg_admin_text(intent.admin));
    binding_known(&b, intent.until_ms > 0 ? intent.until_ms : -1);
    binding_number(&b, llmreg_endpoint_registered_ms(e));
    bind_counts(&b, e);
    binding_text(&b, spec->owner);
    bind_override(&b, override);
    return binding_finish(&b, err);
}

int rows_put_counts(struct database *db, struct llmreg_endpoint *e,
                    struct llmreg_error *err)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const int rc = put_endpoint(db, e, llmreg_spec_named(spec),
                                llmreg_spec_override(spec), err);

    llmreg_spec_put(spec);
    return rc;
}

int rows_put_endpoint(struct database *db, struct llmreg_endpoint *e,
                      struct llmreg_error *err)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const struct llmreg_spec *named = llmreg_spec_named(spec);
    const struct llmreg_override *override = llmreg_spec_override(spec);
    int rc = put_endpoint(db, e, named, override, err);

    if (rc == LLMREG_OK)
        rc = put_all_labels(db, named, override, err);
    llmreg_spec_put(spec);
    return rc;
}

/* ---- writing: health ---- */

int rows_put_health(struct database *db, struct llmreg_endpoint *e,
                    struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_HEALTH_PUT, TABLE_HEALTH);
    struct llmreg_health h;

    llmreg_endpoint_health(e, &h);
    binding_text(&b, llmreg_endpoint_id(e));
    binding_text(&b, llmreg_health_text(h.state));
    binding_text(&b, llmreg_reason_text(h.reason));
    binding_text(&b, "none"); /* of version 1: alerts say it now */
    binding_number(&b, h.http_status);
    binding_number(&b, h.failures);
    binding_number(&b, h.successes);
    binding_number(&b, h.since_ms);
    binding_number(&b, h.failing_ms);
    binding_number(&b, h.checked_ms);
    binding_number(&b, h.ok_ms);
    binding_number(&b, h.total_us);
    binding_number(&b, h.connect_us);
    binding_number(&b, h.ttfb_us);
    binding_text(&b, llmreg_health_text(h.prior));
    binding_number(&b, h.prior_since_ms);
    binding_text(&b, h.version);
    binding_text(&b, h.detail);
    return binding_finish(&b, err);
}

/* ---- writing: models ---- */

static int put_model(struct database *db, const char *id,
                     const struct llmreg_model *m, struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_MODEL_PUT, TABLE_MODEL);

    binding_text(&b, id);
    binding_text(&b, m->name);
    binding_text(&b, m->digest);
    binding_text(&b, m->family);
    binding_text(&b, m->parameter_size);
    binding_text(&b, m->quantization);
    binding_known(&b, m->size_bytes);
    binding_known(&b, m->context_max);
    binding_known(&b, m->context_effective);
    binding_known(&b, m->max_output_tokens);
    binding_known(&b, m->loaded_bytes);
    binding_known(&b, m->vram_bytes);
    binding_known(&b, m->expires_ms);
    binding_tristate(&b, m->loaded);
    binding_tristate(&b, m->vision);
    binding_tristate(&b, m->tools);
    binding_tristate(&b, m->json_mode);
    binding_number(&b, m->remote);
    return binding_finish(&b, err);
}

int rows_put_models(struct database *db, struct llmreg_endpoint *e,
                    struct llmreg_error *err)
{
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    const char *id = llmreg_endpoint_id(e);
    int rc = binding_run(db, DB_MODEL_DELETE, id, err);

    for (size_t i = 0; i < models->count && rc == LLMREG_OK; i++)
        rc = put_model(db, id, &models->items[i], err);
    llmreg_models_put(models);
    return rc;
}

/* ---- reading: the columns of DB_ENDPOINT_LIST ---- */

static void read_override(struct cursor *c, struct llmreg_override *o)
{
    if (!cursor_is_null(c))
        o->fields |= LLMREG_FIELD_NAME;
    o->name = cursor_text(c);
    if (!cursor_is_null(c))
        o->fields |= LLMREG_FIELD_PRIORITY;
    o->priority = (int32_t)cursor_number(c, 0, INT32_MAX);
    if (!cursor_is_null(c))
        o->fields |= LLMREG_FIELD_LABELS;
    (void)cursor_any(c);
}

static void read_spec(struct cursor *c, struct llmreg_memory *m)
{
    struct llmreg_spec *spec = &m->spec;

    spec->id = cursor_text(c);
    spec->url = cursor_text(c);
    spec->name = cursor_text(c);
    spec->host = cursor_text(c);
    spec->series = cursor_text(c);
    spec->origin = cursor_text(c);
    spec->owner = cursor_text(c);
    cursor_expect(c, llmreg_kind_parse(cursor_text(c), &spec->kind),
                  CURSOR_WORD);
    cursor_expect(c, llmreg_source_parse(cursor_text(c), &spec->source),
                  CURSOR_WORD);
    spec->priority = (int32_t)cursor_number(c, 0, INT32_MAX);
    spec->interval_ms = cursor_number(c, 1, INT64_MAX);
    cursor_expect(c, llmreg_admin_parse(cursor_text(c), &m->intent.admin),
                  CURSOR_WORD);
    m->intent.until_ms = cursor_known(c);
    if (m->intent.until_ms < 0)
        m->intent.until_ms = 0;
    m->registered_ms = cursor_any(c);
    read_override(c, &m->override);
    m->models.not_kept = (uint32_t)cursor_number(c, 0, UINT32_MAX);
    m->models.rejected = (uint32_t)cursor_number(c, 0, UINT32_MAX);
}

static void read_health(struct cursor *c, struct llmreg_health *h)
{
    if (cursor_is_null(c))
        return; /* it has none yet: all zero is unknown */
    cursor_expect(c, llmreg_health_parse(cursor_text(c), &h->state),
                  CURSOR_WORD);
    cursor_expect(c, llmreg_reason_parse(cursor_text(c), &h->reason),
                  CURSOR_WORD);
    (void)cursor_text(c); /* the alarm of version 1 */
    h->http_status = (uint16_t)cursor_number(c, 0, UINT16_MAX);
    h->failures = (uint32_t)cursor_number(c, 0, UINT32_MAX);
    h->successes = (uint32_t)cursor_number(c, 0, UINT32_MAX);
    h->since_ms = cursor_any(c);
    h->failing_ms = cursor_any(c);
    h->checked_ms = cursor_any(c);
    h->ok_ms = cursor_any(c);
    h->total_us = (uint32_t)cursor_number(c, 0, UINT32_MAX);
    h->connect_us = (uint32_t)cursor_number(c, 0, UINT32_MAX);
    h->ttfb_us = (uint32_t)cursor_number(c, 0, UINT32_MAX);
    cursor_expect(c, llmreg_health_parse(cursor_text(c), &h->prior),
                  CURSOR_WORD);
    h->prior_since_ms = cursor_any(c);
    cursor_expect(c, llmreg_copy(h->version, sizeof h->version, cursor_text(c)),
                  "is too long");
    cursor_expect(c, llmreg_copy(h->detail, sizeof h->detail, cursor_text(c)),
                  "is too long");
}

/* ---- reading: the lists below an endpoint ---- */

struct lists {
    struct textpool strings;
    struct llmreg_label labels[LLMREG_LABELS_MAX];
    struct llmreg_label operators[LLMREG_LABELS_MAX];
    struct llmreg_model models[LLMREG_MODELS_MAX];
};

static void read_label(void *into, struct cursor *c, size_t n)
{
    struct lists *lists = into;

    lists->labels[n].name = cursor_copy(c, &lists->strings);
    lists->labels[n].value = cursor_copy(c, &lists->strings);
}

static void read_operator_label(void *into, struct cursor *c, size_t n)
{
    struct lists *lists = into;

    lists->operators[n].name = cursor_copy(c, &lists->strings);
    lists->operators[n].value = cursor_copy(c, &lists->strings);
}

static void read_model(void *into, struct cursor *c, size_t n)
{
    struct lists *lists = into;
    struct llmreg_model *m = &lists->models[n];

    m->name = cursor_copy(c, &lists->strings);
    m->digest = cursor_copy(c, &lists->strings);
    m->family = cursor_copy(c, &lists->strings);
    m->parameter_size = cursor_copy(c, &lists->strings);
    m->quantization = cursor_copy(c, &lists->strings);
    m->size_bytes = cursor_known(c);
    m->context_max = cursor_known(c);
    m->context_effective = cursor_known(c);
    m->max_output_tokens = cursor_known(c);
    m->loaded_bytes = cursor_known(c);
    m->vram_bytes = cursor_known(c);
    m->expires_ms = cursor_known(c);
    m->loaded = cursor_tristate(c);
    m->vision = cursor_tristate(c);
    m->tools = cursor_tristate(c);
    m->json_mode = cursor_tristate(c);
    m->remote = cursor_number(c, 0, 1) != 0;
}

static const struct cursor_list label_list = {DB_LABEL_LIST, LLMREG_LABELS_MAX,
                                              read_label};
static const struct cursor_list operator_list = {
    DB_OPERATOR_LABEL_LIST, LLMREG_LABELS_MAX, read_operator_label};
static const struct cursor_list model_list = {DB_MODEL_LIST, LLMREG_MODELS_MAX,
                                              read_model};

struct reading {
    struct lists *lists;
    rows_memory_fn fn;
    void *ctx;
    struct llmreg_error *err;
};

/* One row of DB_ENDPOINT_LIST with its lists, handed to fn. */
static int hand_over(void *ctx, struct cursor *c)
{
    const struct reading *r = ctx;
    struct llmreg_memory m = {.spec.labels = r->lists->labels,
                              .override.labels = r->lists->operators,
                              .models.items = r->lists->models};
    int rc;

    textpool_clear(&r->lists->strings);
    read_spec(c, &m);
    read_health(c, &m.health);
    rc = cursor_list(c, &label_list, r->lists, &m.spec.nlabels, r->err);
    if (rc == LLMREG_OK)
        rc = cursor_list(c, &operator_list, r->lists, &m.override.nlabels,
                         r->err);
    if (rc == LLMREG_OK)
        rc = cursor_list(c, &model_list, r->lists, &m.models.count, r->err);
    if (rc == LLMREG_OK && c->nomem)
        rc = LLMREG_ENOMEM;
    if (rc != LLMREG_OK)
        return rc;
    return r->fn(r->ctx, m.spec.id, c->problem[0] == '\0' ? &m : NULL,
                 c->problem);
}

int rows_each_memory(struct database *db, rows_memory_fn fn, void *ctx,
                     struct llmreg_error *err)
{
    const struct query all = {db, DB_ENDPOINT_LIST, NULL};
    struct reading r = {calloc(1, sizeof *r.lists), fn, ctx, err};
    int rc = LLMREG_ENOMEM;

    if (r.lists == NULL)
        return rc;
    rc = cursor_each(&all, hand_over, &r, err);
    textpool_free(&r.lists->strings);
    free(r.lists);
    return rc;
}
