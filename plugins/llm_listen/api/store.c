/* SPDX-License-Identifier: MIT */
/* store.c - how the store is, and its compaction.
 *
 * What is told was measured before; nothing here waits for the disk.  A
 * compaction is only wanted here: what became of it is in the health, and an
 * event.
 */
#include <llmreg/store_health.h>

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

/* ---- health ---- */

static void write_reasons(struct llmreg_json_out *w, unsigned reasons)
{
    llmreg_json_open_array(w, "reasons");
    for (size_t i = 0; llmreg_store_reason_text(i) != NULL; i++)
        if ((reasons & 1U << i) != 0)
            llmreg_json_string(w, NULL, llmreg_store_reason_text(i));
    llmreg_json_close_array(w);
}

static void write_known(struct llmreg_json_out *w, const char *key, int64_t n)
{
    if (n >= 0)
        llmreg_json_integer(w, key, n);
    else
        llmreg_json_null(w, key);
}

static void write_file(struct llmreg_json_out *w,
                       const struct llmreg_store_health *h)
{
    llmreg_json_time(w, "measured_at", "measured_at_ms", h->measured_ms);
    llmreg_json_integer(w, "bytes", h->bytes);
    llmreg_json_integer(w, "free_bytes", h->free_bytes);
    llmreg_json_double(w, "fragmentation", h->fragmentation);
    llmreg_json_double(w, "growth_bytes_per_day", h->growth);
    llmreg_json_integer(w, "log_bytes", h->log_bytes);
    llmreg_json_double(w, "oldest_reader_seconds",
                       (double)h->reader_ms / 1000.0);
    llmreg_json_open_object(w, "disk");
    write_known(w, "bytes", h->disk.bytes);
    write_known(w, "free_bytes", h->disk.free);
    write_known(w, "inodes", h->disk.inodes);
    write_known(w, "free_inodes", h->disk.ifree);
    llmreg_json_double(w, "days_to_full", h->disk.days_to_full);
    llmreg_json_close_object(w);
}

static void write_work(struct llmreg_json_out *w,
                       const struct llmreg_store_health *h)
{
    llmreg_json_open_object(w, "backup");
    llmreg_json_time(w, "good_at", "good_at_ms", h->backup.good_ms);
    llmreg_json_bool(w, "failed", h->backup.failed);
    llmreg_json_string(w, "reason", h->backup.failed ? h->backup.reason : NULL);
    llmreg_json_close_object(w);
    llmreg_json_open_object(w, "check");
    llmreg_json_time(w, "ended_at", "ended_at_ms", h->check.ended_ms);
    llmreg_json_integer(w, "errors", h->check.bad);
    llmreg_json_string(w, "reason", h->check.bad > 0 ? h->check.what : NULL);
    llmreg_json_close_object(w);
}

static void write_recovery(struct llmreg_json_out *w,
                           const struct llmreg_store_recovery *r)
{
    if (r->at_ms == 0) {
        llmreg_json_null(w, "recovery");
        return;
    }
    llmreg_json_open_object(w, "recovery");
    llmreg_json_time(w, "at", "at_ms", r->at_ms);
    llmreg_json_string(w, "from", r->from);
    llmreg_json_string(w, "reason", r->reason);
    llmreg_json_string(w, "kept_as", r->kept_as[0] != '\0' ? r->kept_as : NULL);
    llmreg_json_string(w, "backup_id", r->backup[0] != '\0' ? r->backup : NULL);
    llmreg_json_integer(w, "rows_restored", r->restored);
    llmreg_json_integer(w, "rows_saved", r->saved);
    write_known(w, "rows_missing", r->missing);
    llmreg_json_integer(w, "tokens_to_approve", r->to_approve);
    llmreg_json_close_object(w);
}

static void write_tables(struct llmreg_json_out *w,
                         const struct llmreg_store_health *h)
{
    llmreg_json_open_array(w, "tables");
    for (size_t i = 0; i < h->ntables; i++) {
        const struct llmreg_store_table *t = &h->tables[i];

        llmreg_json_open_object(w, NULL);
        llmreg_json_string(w, "name", t->name);
        llmreg_json_integer(w, "rows", t->rows);
        llmreg_json_integer(w, "bytes", t->bytes);
        llmreg_json_double(w, "fill", t->fill);
        llmreg_json_close_object(w);
    }
    llmreg_json_close_array(w);
}

static void write_compactions(struct llmreg_json_out *w,
                              const struct llmreg_store_health *h)
{
    llmreg_json_bool(w, "compacting", h->compacting);
    llmreg_json_open_array(w, "compactions");
    for (size_t i = 0; i < h->ncompactions; i++) {
        const struct llmreg_compaction *c = &h->compactions[i];

        llmreg_json_open_object(w, NULL);
        llmreg_json_time(w, "started_at", "started_at_ms", c->started_ms);
        llmreg_json_time(w, "ended_at", "ended_at_ms", c->ended_ms);
        llmreg_json_string(w, "trigger", c->manual ? "manual" : "auto");
        llmreg_json_string(w, "status", c->status);
        llmreg_json_string(w, "reason",
                           c->reason[0] != '\0' ? c->reason : NULL);
        llmreg_json_integer(w, "bytes_before", c->bytes_before);
        llmreg_json_integer(w, "bytes_after", c->bytes_after);
        llmreg_json_double(w, "longest_step_ms",
                           (double)c->longest_us / 1000.0);
        llmreg_json_close_object(w);
    }
    llmreg_json_close_array(w);
}

static int run_health(struct ask *a)
{
    struct llmreg_store_health h;
    struct reply r;

    llmreg_service_store_health(a->api->service, &h);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", llmreg_store_verdict_text(h.verdict));
    write_reasons(&r.json, h.reasons);
    write_file(&r.json, &h);
    write_work(&r.json, &h);
    write_recovery(&r.json, &h.recovery);
    write_tables(&r.json, &h);
    write_compactions(&r.json, &h);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

/* ---- compaction ---- */

static int run_compact(struct ask *a)
{
    const struct reply_error busy = {
        .status = 409, .message = "a compaction runs already", .retry = 5};
    uint64_t seq = 0;
    struct reply r;

    if (llmreg_service_compact(a->api->service) != LLMREG_OK)
        return reply_error(a, &busy);
    ask_audit(a, "store", "compaction", 202, &seq);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", "wanted");
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 202);
}

const struct route store_routes[] = {
    {HTTP_GET, "/api/v1/store/health", ROUTE_READER, 0, NULL, NULL, run_health,
     "200", "how the store is: size, disk, backups, checks, compactions",
     false},
    {HTTP_POST, "/api/v1/store/compact", ROUTE_ADMIN, 0, NULL, NULL,
     run_compact, "202 409", "gives free pages of the store back to the disk",
     false},
    {.path = NULL},
};
