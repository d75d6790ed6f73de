/* SPDX-License-Identifier: MIT */
/* agent.c - agents in one row each, and their presence in another.
 *
 * What makes an agent valid is checked by the registry when it is put back.
 */
#include "common/store/rows/rows.h"

#include <stdlib.h>
#include <string.h>

#include "common/store/rows/binding.h"
#include "common/store/rows/cursor.h"
#include "common/store/rows/pairs.h"

#define TOO_MANY "has too many lines"

/* Each list in lines; what is longer is not valid. */
#define CAPABILITIES_SIZE (LLMREG_CAPABILITIES_MAX * (64 + 1 + 256 + 1) + 1)
#define METADATA_SIZE     (LLMREG_METADATA_BYTES + LLMREG_METADATA_MAX * 2 + 1)

/* ---- writing ---- */

static const char *capabilities_of(const struct llmreg_agent_spec *spec,
                                   char out[static CAPABILITIES_SIZE])
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, CAPABILITIES_SIZE);
    for (size_t i = 0; i < spec->ncapabilities; i++) {
        const struct pair p = {spec->capabilities[i].name,
                               spec->capabilities[i].value};
        pairs_add(&t, PAIRS_EQUALS, &p);
    }
    return out;
}

static const char *metadata_of(const struct llmreg_agent_spec *spec,
                               char out[static METADATA_SIZE])
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, METADATA_SIZE);
    for (size_t i = 0; i < spec->nmetadata; i++) {
        const struct pair p = {spec->metadata[i].name, spec->metadata[i].json};
        pairs_add(&t, PAIRS_TAB, &p);
    }
    return out;
}

static int put_spec(struct database *db, const struct llmreg_agent_spec *spec,
                    int64_t registered_ms, struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_AGENT_PUT, TABLE_AGENT);
    char capabilities[CAPABILITIES_SIZE], metadata[METADATA_SIZE];

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
    binding_text(&b, capabilities_of(spec, capabilities));
    binding_text(&b, metadata_of(spec, metadata));
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
    llmreg_agent_spec_put(spec);
    return rc;
}

int rows_put_presence(struct database *db, const struct llmreg_agent *a,
                      struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_PRESENCE_PUT, TABLE_PRESENCE);
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

struct lists {
    struct textpool strings;
    struct llmreg_capability capabilities[LLMREG_CAPABILITIES_MAX];
    struct llmreg_member metadata[LLMREG_METADATA_MAX];
};

/* A copy of the column that may be taken apart; NULL: no memory. */
static char *read_lines(struct cursor *c, struct textpool *pool)
{
    const char *s = cursor_text(c);
    char *lines = textpool_copy(pool, s, strlen(s));

    c->nomem = c->nomem || lines == NULL;
    return lines;
}

static size_t read_capabilities(struct cursor *c, struct lists *lists)
{
    char *at = read_lines(c, &lists->strings);
    struct pair p;
    size_t n = 0;

    while (at != NULL && pairs_next(&at, PAIRS_EQUALS, &p)) {
        if (n < LLMREG_CAPABILITIES_MAX)
            lists->capabilities[n++] =
                (struct llmreg_capability){p.name, p.value};
        else
            cursor_doubt(c, TOO_MANY);
    }
    return n;
}

static size_t read_metadata(struct cursor *c, struct lists *lists)
{
    char *at = read_lines(c, &lists->strings);
    struct pair p;
    size_t n = 0;

    while (at != NULL && pairs_next(&at, PAIRS_TAB, &p)) {
        if (n < LLMREG_METADATA_MAX)
            lists->metadata[n++] = (struct llmreg_member){p.name, p.value};
        else
            cursor_doubt(c, TOO_MANY);
    }
    return n;
}

static void read_spec(struct cursor *c, struct lists *lists,
                      struct llmreg_agent_spec *spec,
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
    spec->ncapabilities = read_capabilities(c, lists);
    spec->nmetadata = read_metadata(c, lists);
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

struct reading {
    struct lists *lists;
    rows_agent_fn fn;
    void *ctx;
};

static int hand_over(void *ctx, struct cursor *c)
{
    const struct reading *r = ctx;
    struct llmreg_agent_spec spec = {.capabilities = r->lists->capabilities,
                                     .metadata = r->lists->metadata};
    struct llmreg_agent_state state = {0};
    const struct rows_agent agent = {&spec, &state};

    textpool_clear(&r->lists->strings);
    read_spec(c, r->lists, &spec, &state);
    read_state(c, &state);
    if (c->nomem)
        return LLMREG_ENOMEM;
    return r->fn(r->ctx, spec.id, c->problem[0] == '\0' ? &agent : NULL,
                 c->problem);
}

int rows_each_agent(struct database *db, rows_agent_fn fn, void *ctx,
                    struct llmreg_error *err)
{
    const struct query all = {db, DB_AGENT_LIST, NULL};
    struct reading r = {calloc(1, sizeof *r.lists), fn, ctx};
    int rc = LLMREG_ENOMEM;

    if (r.lists == NULL)
        return rc;
    rc = cursor_each(&all, hand_over, &r, err);
    textpool_free(&r.lists->strings);
    free(r.lists);
    return rc;
}
