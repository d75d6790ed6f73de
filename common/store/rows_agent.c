/* SPDX-License-Identifier: MIT */
/* rows_agent.c - agents and what lies below them: presence, capabilities and
 * metadata.
 *
 * What makes an agent valid is checked by the registry when it is put back.
 */
#include "common/store/rows.h"

#include <stdlib.h>

#include <llmreg/text.h>

#include "common/store/binding.h"
#include "common/store/cursor.h"

/* ---- writing ---- */

static int put_capabilities(struct database *db,
                            const struct llmreg_agent_spec *spec,
                            struct llmreg_error *err)
{
    int rc = binding_run(db, DB_CAPABILITY_DELETE, spec->id, err);

    for (size_t i = 0; i < spec->ncapabilities && rc == LLMREG_OK; i++) {
        struct binding b = binding_start(db, DB_CAPABILITY_PUT);

        binding_text(&b, spec->id);
        binding_number(&b, (int64_t)i);
        binding_text(&b, spec->capabilities[i].name);
        binding_text(&b, spec->capabilities[i].value);
        rc = binding_finish(&b, err);
    }
    return rc;
}

static int put_metadata(struct database *db,
                        const struct llmreg_agent_spec *spec,
                        struct llmreg_error *err)
{
    int rc = binding_run(db, DB_METADATA_DELETE, spec->id, err);

    for (size_t i = 0; i < spec->nmetadata && rc == LLMREG_OK; i++) {
        struct binding b = binding_start(db, DB_METADATA_PUT);

        binding_text(&b, spec->id);
        binding_number(&b, (int64_t)i);
        binding_text(&b, spec->metadata[i].name);
        binding_text(&b, spec->metadata[i].json);
        rc = binding_finish(&b, err);
    }
    return rc;
}

static int put_spec(struct database *db, const struct llmreg_agent_spec *spec,
                    int64_t registered_ms, struct llmreg_error *err)
{
    struct binding b = binding_start(db, DB_AGENT_PUT);

    binding_text(&b, spec->id);
    binding_text(&b, spec->type);
    binding_text(&b, spec->name);
    binding_text(&b, spec->role);
    binding_text(&b, spec->domain);
    binding_text(&b, spec->cluster);
    binding_text(&b, spec->host);
    binding_text(&b, spec->url);
    binding_text(&b, spec->version);
    binding_text(&b, llmreg_source_text(spec->source));
    binding_number(&b, spec->interval_ms);
    binding_number(&b, registered_ms);
    return binding_finish(&b, err);
}

int rows_put_agent(struct database *db, const struct llmreg_agent *a,
                   struct llmreg_error *err)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    struct llmreg_agent_state state;
    int rc;

    llmreg_agent_state(a, &state);
    rc = put_spec(db, spec, state.registered_ms, err);
    if (rc == LLMREG_OK)
        rc = put_capabilities(db, spec, err);
    if (rc == LLMREG_OK)
        rc = put_metadata(db, spec, err);
    llmreg_agent_spec_put(spec);
    return rc;
}

int rows_put_presence(struct database *db, const struct llmreg_agent *a,
                      struct llmreg_error *err)
{
    struct binding b = binding_start(db, DB_PRESENCE_PUT);
    struct llmreg_agent_state state;

    llmreg_agent_state(a, &state);
    binding_text(&b, llmreg_agent_id(a));
    binding_text(&b, llmreg_presence_text(state.presence));
    binding_text(&b, llmreg_health_text(state.health));
    binding_number(&b, state.since_ms);
    binding_number(&b, state.seen_ms);
    binding_known(&b, state.latency_us);
    binding_text(&b, state.activity);
    binding_text(&b, state.peer);
    binding_text(&b, state.other);
    return binding_finish(&b, err);
}

/* ---- reading ---- */

static void read_spec(struct cursor *c, struct llmreg_agent_spec *spec,
                      struct llmreg_agent_state *state)
{
    spec->id = cursor_text(c);
    spec->type = cursor_text(c);
    spec->name = cursor_text(c);
    spec->role = cursor_text(c);
    spec->domain = cursor_text(c);
    spec->cluster = cursor_text(c);
    spec->host = cursor_text(c);
    spec->url = cursor_text(c);
    spec->version = cursor_text(c);
    cursor_expect(c, llmreg_source_parse(cursor_text(c), &spec->source),
                  CURSOR_WORD);
    spec->interval_ms = cursor_any(c);
    state->registered_ms = cursor_any(c);
}

static void read_copy(struct cursor *c, char *out, size_t size)
{
    cursor_expect(c, llmreg_copy(out, size, cursor_text(c)), "is too long");
}

static void read_state(struct cursor *c, struct llmreg_agent_state *state)
{
    state->latency_us = -1;
    state->presence = LLMREG_PRESENCE_CONNECTING;
    if (cursor_is_null(c))
        return; /* it was never seen */
    cursor_expect(c, llmreg_presence_parse(cursor_text(c), &state->presence),
                  CURSOR_WORD);
    cursor_expect(c, llmreg_health_parse(cursor_text(c), &state->health),
                  CURSOR_WORD);
    state->since_ms = cursor_any(c);
    state->seen_ms = cursor_any(c);
    state->latency_us = cursor_known(c);
    read_copy(c, state->activity, sizeof state->activity);
    read_copy(c, state->peer, sizeof state->peer);
    read_copy(c, state->other, sizeof state->other);
}

struct lists {
    struct textpool strings;
    struct llmreg_capability capabilities[LLMREG_CAPABILITIES_MAX];
    struct llmreg_member metadata[LLMREG_METADATA_MAX];
};

static void read_capability(void *into, struct cursor *c, size_t n)
{
    struct lists *lists = into;

    lists->capabilities[n].name = cursor_copy(c, &lists->strings);
    lists->capabilities[n].value = cursor_copy(c, &lists->strings);
}

static void read_member(void *into, struct cursor *c, size_t n)
{
    struct lists *lists = into;

    lists->metadata[n].name = cursor_copy(c, &lists->strings);
    lists->metadata[n].json = cursor_copy(c, &lists->strings);
}

static const struct cursor_list capability_list = {
    DB_CAPABILITY_LIST, LLMREG_CAPABILITIES_MAX, read_capability};
static const struct cursor_list metadata_list = {
    DB_METADATA_LIST, LLMREG_METADATA_MAX, read_member};

struct reading {
    struct lists *lists;
    rows_agent_fn fn;
    void *ctx;
    struct llmreg_error *err;
};

static int hand_over(void *ctx, struct cursor *c)
{
    const struct reading *r = ctx;
    struct llmreg_agent_spec spec = {.capabilities = r->lists->capabilities,
                                     .metadata = r->lists->metadata};
    struct llmreg_agent_state state = {0};
    const struct rows_agent agent = {&spec, &state};
    int rc;

    textpool_clear(&r->lists->strings);
    read_spec(c, &spec, &state);
    read_state(c, &state);
    rc =
        cursor_list(c, &capability_list, r->lists, &spec.ncapabilities, r->err);
    if (rc == LLMREG_OK)
        rc = cursor_list(c, &metadata_list, r->lists, &spec.nmetadata, r->err);
    if (rc == LLMREG_OK && c->nomem)
        rc = LLMREG_ENOMEM;
    if (rc != LLMREG_OK)
        return rc;
    return r->fn(r->ctx, spec.id, c->problem[0] == '\0' ? &agent : NULL,
                 c->problem);
}

int rows_each_agent(struct database *db, rows_agent_fn fn, void *ctx,
                    struct llmreg_error *err)
{
    const struct query all = {db, DB_AGENT_LIST, NULL};
    struct reading r = {calloc(1, sizeof *r.lists), fn, ctx, err};
    int rc = LLMREG_ENOMEM;

    if (r.lists == NULL)
        return rc;
    rc = cursor_each(&all, hand_over, &r, err);
    textpool_free(&r.lists->strings);
    free(r.lists);
    return rc;
}
