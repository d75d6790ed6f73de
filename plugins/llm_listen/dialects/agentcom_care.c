/* SPDX-License-Identifier: MIT */
/* agentcom_care.c - health and compaction of the store as AgentCom asks for
 * them.
 *
 * There is one file: its free pages belong to no table, so each has the file's
 * ratio, and a compaction, of whichever table it is asked, is one of all.
 */
#include <string.h>

#include <llmreg/store_health.h>

#include "plugins/llm_listen/dialects/agentcom.h"
#include "plugins/llm_listen/dialects/agentcom_errand.h"
#include "plugins/llm_listen/dialects/dialects.h"

/* ---- health ---- */

static void write_table(struct llmreg_json_out *w,
                        const struct llmreg_store_health *h,
                        const struct llmreg_store_table *t)
{
    const bool failed = (h->reasons & LLMREG_STORE_FAILED) != 0;

    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "table", t->name);
    llmreg_json_integer(w, "record_count", t->rows);
    llmreg_json_integer(w, "file_size_bytes", t->bytes);
    llmreg_json_double(w, "fragmentation_ratio", h->fragmentation);
    llmreg_json_string(w, "status", failed ? "unavailable" : "ok");
    llmreg_json_close_object(w);
}

static int run_health(struct ask *a)
{
    struct llmreg_store_health h;
    struct reply r;

    llmreg_service_store_health(a->api->service, &h);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "health_status",
                       llmreg_store_verdict_text(h.verdict));
    llmreg_json_bool(&r.json, "stale_backup",
                     (h.reasons & LLMREG_STORE_STALE_BACKUP) != 0);
    llmreg_json_bool(&r.json, "high_fragmentation",
                     (h.reasons & LLMREG_STORE_FRAGMENTED) != 0);
    if (h.backup.good_ms != 0)
        llmreg_json_integer(&r.json, "last_backup_at", h.backup.good_ms);
    else
        llmreg_json_null(&r.json, "last_backup_at");
    llmreg_json_open_array(&r.json, "tables");
    for (size_t i = 0; i < h.ntables; i++)
        write_table(&r.json, &h, &h.tables[i]);
    llmreg_json_close_array(&r.json);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

/* ---- compaction ---- */

static bool is(const struct llmreg_compaction *run, const char *status)
{
    return strcmp(run->status, status) == 0;
}

/* Members of an object that is open. */
static void write_run(struct llmreg_json_out *w, const char *table,
                      const struct llmreg_compaction *run)
{
    llmreg_json_string(w, "table", table);
    llmreg_json_string(w, "status", run->status);
    llmreg_json_integer(w, "duration_ms", run->ended_ms - run->started_ms);
    if (run->reason[0] != '\0')
        llmreg_json_string(w, "reason", run->reason);
}

static void write_runs(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_store_health *h)
{
    llmreg_json_open_array(w, key);
    for (size_t i = 0; i < h->ntables; i++) {
        llmreg_json_open_object(w, NULL);
        write_run(w, h->tables[i].name, &h->compactions[0]);
        llmreg_json_close_object(w);
    }
    llmreg_json_close_array(w);
}

static int answer_all(struct ask *a, const struct llmreg_store_health *h)
{
    const struct llmreg_compaction *run = &h->compactions[0];
    const int64_t all = (int64_t)h->ntables;
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", "complete");
    llmreg_json_integer(&r.json, "tables_total", all);
    llmreg_json_integer(&r.json, "tables_compacted",
                        is(run, "compacted") ? all : 0);
    llmreg_json_integer(&r.json, "tables_skipped",
                        is(run, "skipped") ? all : 0);
    write_runs(&r.json, "results", h);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

static int answer_one(struct ask *a, const struct llmreg_store_health *h)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    write_run(&r.json, a->params[0], &h->compactions[0]);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

static int64_t newest(const struct llmreg_store_health *h)
{
    return h->ncompactions > 0 ? h->compactions[0].started_ms : 0;
}

/* Who asks while one is wanted or runs waits for that one. */
static int want(struct ask *a, const struct llmreg_store_health *before)
{
    struct errand *errand = errand_begin(a);
    uint64_t seq = 0;
    int rc;

    if (errand == NULL)
        return LLMREG_ENOMEM;
    errand->last_ms = newest(before);
    rc = llmreg_service_compact(a->api->service);
    if (rc == LLMREG_OK)
        ask_audit(a, "store", "compaction", 200, &seq);
    return rc == LLMREG_EBUSY ? LLMREG_OK : rc;
}

static int compact(struct ask *a,
                   int (*answer)(struct ask *a,
                                 const struct llmreg_store_health *h))
{
    const uint64_t seen = llmreg_bus_last(a->api->bus);
    struct llmreg_store_health h;
    int rc = LLMREG_OK;

    llmreg_service_store_health(a->api->service, &h);
    if (!http_held(a->call))
        rc = want(a, &h);
    if (rc != LLMREG_OK)
        return rc;
    const struct errand *errand = a->state;
    if (newest(&h) == errand->last_ms)
        return errand_wait(a, errand, seen);
    return answer(a, &h);
}

static int run_all(struct ask *a)
{
    return compact(a, answer_all);
}

static int run_one(struct ask *a)
{
    struct llmreg_store_health h;

    llmreg_service_store_health(a->api->service, &h);
    for (size_t i = 0; i < h.ntables; i++)
        if (strcmp(h.tables[i].name, a->params[0]) == 0)
            return compact(a, answer_one);
    return agentcom_unknown_table(a);
}

/* ---- events ---- */

void agentcom_compaction_members(struct llmreg_json_out *w, struct ask *a,
                                 const struct llmreg_event *e,
                                 enum agentcom_change change)
{
    struct llmreg_store_health h;

    llmreg_service_store_health(a->api->service, &h);
    llmreg_json_integer(w, "timestamp", e->time_ms);
    if (change == AGENTCOM_COMPACTED) {
        write_runs(w, "results", &h);
        return;
    }
    llmreg_json_open_array(w, "failures");
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "table", "all");
    llmreg_json_string(w, "reason", e->reason);
    llmreg_json_close_object(w);
    llmreg_json_close_array(w);
}

const struct route agentcom_care_routes[] = {
    {HTTP_GET, "/api/admin/dets-health", ROUTE_READER, 0, NULL, NULL,
     run_health, "200", "how the store is", false},
    {HTTP_POST, "/api/admin/compact", ROUTE_ADMIN, 1024, NULL, NULL, run_all,
     "200", "free pages go back to the disk, and this is what came of it",
     false},
    {HTTP_POST, "/api/admin/compact/{table}", ROUTE_ADMIN, 1024, NULL, NULL,
     run_one, "200 404", "the same, of all, said of one table", false},
    {.path = NULL},
};
