/* SPDX-License-Identifier: MIT */
/* agentcom_store.c - backup and restore as AgentCom asks for them: whoever asks
 * gets the result as the answer.
 *
 * There is one file, and a backup is all of it: each table is said to be in it,
 * and of its size.  A table alone is restored from the newest good backup, if
 * it fits the others that are here. */
#include <string.h>

#include "plugins/llm_listen/dialects/agentcom.h"
#include "plugins/llm_listen/dialects/agentcom_errand.h"
#include "plugins/llm_listen/dialects/dialects.h"

/* ---- backup ---- */

static void write_tables(struct llmreg_json_out *w,
                         const struct llmreg_backup *b)
{
    char path[LLMREG_BACKUP_ID_SIZE + 4];
    struct llmreg_text t;

    llmreg_text_init(&t, path, sizeof path);
    llmreg_text_addf(&t, "%s.db", b->id);
    llmreg_json_integer(w, "tables_total", (int64_t)b->ntables);
    llmreg_json_integer(w, "tables_success", (int64_t)b->ntables);
    llmreg_json_open_array(w, "results");
    for (size_t i = 0; i < b->ntables; i++) {
        llmreg_json_open_object(w, NULL);
        llmreg_json_string(w, "table", b->tables[i].table);
        llmreg_json_string(w, "status", "ok");
        llmreg_json_string(w, "path", path);
        llmreg_json_integer(w, "size", b->bytes);
        llmreg_json_close_object(w);
    }
    llmreg_json_close_array(w);
}

static void write_failure(struct llmreg_json_out *w, const char *reason)
{
    llmreg_json_integer(w, "tables_total", 1);
    llmreg_json_integer(w, "tables_success", 0);
    llmreg_json_open_array(w, "results");
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "table", "registry");
    llmreg_json_string(w, "status", "error");
    llmreg_json_string(w, "reason", reason);
    llmreg_json_close_object(w);
    llmreg_json_close_array(w);
}

static int answer_backup(struct ask *a, const char *id,
                         const struct llmreg_backup_work *work)
{
    struct llmreg_backups *list = llmreg_service_backups(a->api->service);
    const struct llmreg_backup *b = llmreg_backups_find(list, id);
    const bool failed = work->last.failed && strcmp(work->last.id, id) == 0;
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", "complete");
    if (b != NULL && !failed)
        write_tables(&r.json, b);
    else
        write_failure(&r.json, failed ? work->last.reason.text
                                      : "it is not there any more");
    llmreg_json_close_object(&r.json);
    llmreg_backups_put(list);
    return reply_send(a, &r, 200);
}

/* Who asks while one is made waits for that one. */
static int want_backup(struct ask *a)
{
    struct errand *errand = errand_begin(a);
    uint64_t seq = 0;
    int rc = LLMREG_ENOMEM;

    if (errand != NULL)
        rc = llmreg_service_backup(a->api->service, errand->id);
    if (rc == LLMREG_OK)
        ask_audit(a, errand->id, "backup", 200, &seq);
    return rc == LLMREG_EBUSY ? LLMREG_OK : rc;
}

static int run_backup(struct ask *a)
{
    const uint64_t seen = llmreg_bus_last(a->api->bus);
    int rc = http_held(a->call) ? LLMREG_OK : want_backup(a);
    const struct errand *errand = a->state;
    struct llmreg_backup_work work;

    if (rc != LLMREG_OK)
        return rc;
    llmreg_service_backup_work(a->api->service, &work);
    if (work.running && strcmp(work.id, errand->id) == 0)
        return errand_wait(a, errand, seen);
    return answer_backup(a, errand->id, &work);
}

static void write_entry(struct llmreg_json_out *w,
                        const struct llmreg_backup *b)
{
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "id", b->id);
    llmreg_json_string(w, "status", b->problem[0] == '\0' ? "ok" : "error");
    if (b->problem[0] != '\0')
        llmreg_json_string(w, "reason", b->problem);
    llmreg_json_integer(w, "size", b->bytes);
    llmreg_json_integer(w, "timestamp", b->made_ms);
    llmreg_json_close_object(w);
}

static int run_backups(struct ask *a)
{
    struct llmreg_backups *list = llmreg_service_backups(a->api->service);
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_open_array(&r.json, "backups");
    for (size_t i = 0; i < llmreg_backups_count(list); i++)
        write_entry(&r.json, llmreg_backups_at(list, i));
    llmreg_json_close_array(&r.json);
    llmreg_json_close_object(&r.json);
    llmreg_backups_put(list);
    return reply_send(a, &r, 200);
}

/* ---- restore ---- */

static bool is_known(const struct llmreg_backup *b, const char *table)
{
    for (size_t i = 0; b != NULL && i < b->ntables; i++)
        if (strcmp(b->tables[i].table, table) == 0)
            return true;
    return false;
}

static bool is_restored(const char *table)
{
    for (size_t i = 0; llmreg_difference_table(i) != NULL; i++)
        if (strcmp(llmreg_difference_table(i), table) == 0)
            return true;
    return false;
}

/* The newest good one: what was before a restore is none. */
static const struct llmreg_backup *newest(const struct llmreg_backups *list)
{
    for (size_t i = 0; i < llmreg_backups_count(list); i++) {
        const struct llmreg_backup *b = llmreg_backups_at(list, i);

        if (b->problem[0] == '\0' && b->why != LLMREG_BACKUP_SAFETY)
            return b;
    }
    return NULL;
}

static int answer_unrestored(struct ask *a, unsigned status, const char *reason)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", "failed");
    llmreg_json_string(&r.json, "table", a->params[0]);
    llmreg_json_string(&r.json, "error", reason);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, status);
}

int agentcom_unknown_table(struct ask *a)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "error", "unknown_table");
    llmreg_json_string(&r.json, "table", a->params[0]);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 404);
}

static int answer_restore(struct ask *a, const struct llmreg_restore *work)
{
    struct llmreg_backups *list;
    const struct llmreg_backup *b;
    struct reply r;

    if (work->step == LLMREG_RESTORE_FAILED)
        return answer_unrestored(a, work->status == LLMREG_EEXIST ? 409 : 500,
                                 work->reason.text);
    list = llmreg_service_backups(a->api->service);
    b = llmreg_backups_find(list, work->wish.id);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", "restored");
    llmreg_json_string(&r.json, "table", work->wish.table);
    llmreg_json_string(&r.json, "backup_used", work->wish.id);
    llmreg_json_integer(&r.json, "record_count", work->records);
    llmreg_json_integer(&r.json, "file_size", b != NULL ? b->bytes : 0);
    llmreg_json_close_object(&r.json);
    llmreg_backups_put(list);
    return reply_send(a, &r, 200);
}

/* The errand is begun, or it is answered and a->state stays NULL. */
static int want_from(struct ask *a, const struct llmreg_backup *b)
{
    struct llmreg_restore_wish wish = {.force = false};
    struct errand *errand;
    uint64_t seq = 0;
    int rc;

    if (!is_known(b, a->params[0]) && !is_restored(a->params[0]))
        return agentcom_unknown_table(a);
    if (!is_restored(a->params[0]))
        return answer_unrestored(a, 409, "it is not restored alone");
    if (b == NULL)
        return answer_unrestored(a, 500, "no_backup_found");
    memcpy(wish.id, b->id, sizeof wish.id);
    rc = llmreg_copy(wish.table, sizeof wish.table, a->params[0]);
    if (rc == LLMREG_OK)
        rc = llmreg_service_restore(a->api->service, &wish);
    if (rc == LLMREG_EBUSY)
        return answer_unrestored(a, 409, "a restore is running");
    errand = rc == LLMREG_OK ? errand_begin(a) : NULL;
    if (errand == NULL)
        return rc == LLMREG_OK ? LLMREG_ENOMEM : rc;
    memcpy(errand->id, b->id, sizeof errand->id);
    ask_audit(a, b->id, wish.table, 200, &seq);
    return LLMREG_OK;
}

static int want_restore(struct ask *a)
{
    struct llmreg_backups *list = llmreg_service_backups(a->api->service);
    int rc = want_from(a, newest(list));

    llmreg_backups_put(list);
    return rc;
}

static int run_restore(struct ask *a)
{
    const uint64_t seen = llmreg_bus_last(a->api->bus);
    int rc = http_held(a->call) ? LLMREG_OK : want_restore(a);
    const struct errand *errand = a->state;
    struct llmreg_restore work;

    if (rc != LLMREG_OK || errand == NULL)
        return rc;
    llmreg_service_restore_look(a->api->service, &work, NULL);
    if (work.step == LLMREG_RESTORE_WANTED ||
        work.step == LLMREG_RESTORE_RUNNING)
        return errand_wait(a, errand, seen);
    return answer_restore(a, &work);
}

/* ---- events ---- */

static void write_backed_up(struct llmreg_json_out *w, struct ask *a,
                            const char *id)
{
    struct llmreg_backups *list = llmreg_service_backups(a->api->service);
    const struct llmreg_backup *b = llmreg_backups_find(list, id);

    llmreg_json_open_array(w, "tables_backed_up");
    for (size_t i = 0; b != NULL && i < b->ntables; i++)
        llmreg_json_string(w, NULL, b->tables[i].table);
    llmreg_json_close_array(w);
    llmreg_backups_put(list);
}

static const char *table_of(const struct llmreg_restore *work)
{
    return work->wish.table[0] != '\0' ? work->wish.table : "all";
}

static void write_recovered(struct llmreg_json_out *w, struct ask *a,
                            const char *id)
{
    struct llmreg_restore work;

    llmreg_service_restore_look(a->api->service, &work, NULL);
    llmreg_json_string(w, "table", table_of(&work));
    llmreg_json_string(w, "trigger", "manual");
    llmreg_json_string(w, "backup_used", id);
    llmreg_json_integer(w, "record_count", work.records);
}

void agentcom_store_members(struct llmreg_json_out *w, struct ask *a,
                            const struct llmreg_event *e,
                            enum agentcom_change change)
{
    struct llmreg_restore work;

    llmreg_json_integer(w, "timestamp", e->time_ms);
    if (change == AGENTCOM_BACKED_UP)
        write_backed_up(w, a, e->reason);
    if (change == AGENTCOM_RECOVERED)
        write_recovered(w, a, e->reason);
    if (change == AGENTCOM_RECOVERY_FAILED) {
        llmreg_service_restore_look(a->api->service, &work, NULL);
        llmreg_json_string(w, "table", table_of(&work));
    }
    if (change == AGENTCOM_BACKUP_FAILED || change == AGENTCOM_RECOVERY_FAILED)
        llmreg_json_string(w, "reason", e->reason);
}

const struct route agentcom_store_routes[] = {
    {HTTP_GET, "/api/admin/backup", ROUTE_ADMIN, 0, NULL, NULL, run_backups,
     "200", "backups, the newest first", false},
    {HTTP_POST, "/api/admin/backup", ROUTE_ADMIN, 1024, NULL, NULL, run_backup,
     "200", "a backup is made, and this is what came of it", false},
    {HTTP_POST, "/api/admin/restore/{table}", ROUTE_ADMIN, 1024, NULL, NULL,
     run_restore, "200 404 409 500",
     "a table alone becomes what the newest backup has", false},
    {.path = NULL},
};
