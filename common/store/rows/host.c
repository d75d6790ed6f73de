/* SPDX-License-Identifier: MIT */
/* host.c - hosts and what lies below them: addresses, and when they were
 * heard of.
 *
 * What makes a host valid is checked by the registry when it is put back.
 */
#include "common/store/rows/rows.h"

#include <string.h>

#include "common/store/rows/binding.h"
#include "common/store/rows/cursor.h"

/* ---- writing ---- */

static int put_addresses(struct database *db,
                         const struct llmreg_host_report *spec,
                         struct llmreg_error *err)
{
    int rc = binding_run(db, DB_ADDRESS_DELETE, spec->id, err);

    for (size_t i = 0; i < spec->naddresses && rc == LLMREG_OK; i++) {
        struct binding b = binding_row(db, DB_ADDRESS_PUT, TABLE_ADDRESS);

        binding_text(&b, spec->id);
        binding_number(&b, (int64_t)i);
        binding_text(&b, spec->addresses[i]);
        rc = binding_finish(&b, err);
    }
    return rc;
}

static int put_spec(struct database *db, const struct llmreg_host_report *spec,
                    int64_t registered_ms, struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_HOST_PUT, TABLE_HOST);

    binding_text(&b, spec->id);
    binding_text(&b, spec->name);
    binding_text(&b, spec->agent);
    binding_number(&b, spec->interval_ms);
    binding_number(&b, registered_ms);
    return binding_finish(&b, err);
}

int rows_put_host(struct database *db, const struct llmreg_host *h,
                  const struct llmreg_now *now, struct llmreg_error *err)
{
    const struct llmreg_host_report *spec = llmreg_host_spec(h);
    struct llmreg_host_state state;
    int rc;

    llmreg_host_state(h, now, &state);
    rc = put_spec(db, spec, state.registered_ms, err);
    if (rc == LLMREG_OK)
        rc = put_addresses(db, spec, err);
    llmreg_host_spec_put(spec);
    return rc;
}

static const char *sample_text(const struct llmreg_host_state *state)
{
    if (!state->sampled)
        return "none";
    return state->stale ? "stale" : "fresh";
}

int rows_put_report(struct database *db, const struct llmreg_host *h,
                    const struct llmreg_now *now, struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_REPORT_PUT, TABLE_REPORT);
    struct llmreg_host_state state;

    llmreg_host_state(h, now, &state);
    binding_text(&b, llmreg_host_id(h));
    binding_text(&b, sample_text(&state));
    binding_number(&b, state.since_ms);
    binding_number(&b, state.reported_ms);
    return binding_finish(&b, err);
}

/* ---- reading ---- */

struct list {
    struct textpool strings;
    const char *addresses[LLMREG_ADDRESSES_MAX];
};

static void read_address(void *into, struct cursor *c, size_t n)
{
    struct list *list = into;

    list->addresses[n] = cursor_copy(c, &list->strings);
}

static const struct cursor_list address_list = {
    DB_ADDRESS_LIST, LLMREG_ADDRESSES_MAX, read_address};

static void read_spec(struct cursor *c, struct llmreg_host_report *spec,
                      struct llmreg_host_state *state)
{
    spec->id = cursor_text(c);
    spec->name = cursor_text(c);
    spec->agent = cursor_text(c);
    spec->interval_ms = cursor_any(c);
    state->registered_ms = cursor_any(c);
}

static void read_state(struct cursor *c, struct llmreg_host_state *state)
{
    if (cursor_is_null(c))
        return; /* it was never heard of */
    const char *sample = cursor_text(c);
    state->stale = strcmp(sample, "stale") == 0;
    state->sampled = state->stale || strcmp(sample, "fresh") == 0;
    if (!state->sampled && strcmp(sample, "none") != 0)
        cursor_doubt(c, CURSOR_WORD);
    state->since_ms = cursor_any(c);
    state->reported_ms = cursor_any(c);
}

struct reading {
    struct list list;
    rows_host_fn fn;
    void *ctx;
    struct llmreg_error *err;
};

static int hand_over(void *ctx, struct cursor *c)
{
    struct reading *r = ctx;
    struct llmreg_host_report spec = {.addresses = r->list.addresses};
    struct llmreg_host_state state = {.stale = false};
    const struct rows_host host = {&spec, &state};
    int rc;

    textpool_clear(&r->list.strings);
    read_spec(c, &spec, &state);
    read_state(c, &state);
    rc = cursor_list(c, &address_list, &r->list, &spec.naddresses, r->err);
    if (rc == LLMREG_OK && c->nomem)
        rc = LLMREG_ENOMEM;
    if (rc != LLMREG_OK)
        return rc;
    return r->fn(r->ctx, spec.id, c->problem[0] == '\0' ? &host : NULL,
                 c->problem);
}

int rows_each_host(struct database *db, rows_host_fn fn, void *ctx,
                   struct llmreg_error *err)
{
    const struct query all = {db, DB_HOST_LIST, NULL};
    struct reading r = {.fn = fn, .ctx = ctx, .err = err};
    int rc = cursor_each(&all, hand_over, &r, err);

    textpool_free(&r.list.strings);
    return rc;
}
