/* SPDX-License-Identifier: MIT */
/* backups.c - backups of the store, and back to one of them.
 *
 * Nothing here waits for the disk: a backup or a restore is wanted, and what
 * became of it is asked for later, or told by an event of the store called
 * "backup" or "restore".
 */
#include <string.h>

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

/* ---- what is there ---- */

static void write_rows(struct llmreg_json_out *w, const struct llmreg_backup *b)
{
    llmreg_json_open_object(w, "rows");
    for (size_t i = 0; i < b->ntables; i++)
        llmreg_json_integer(w, b->tables[i].table, b->tables[i].rows);
    llmreg_json_close_object(w);
}

/* Of one that has no manifest nothing is known but its name. */
static void write_backup(struct llmreg_json_out *w,
                         const struct llmreg_backup *b)
{
    llmreg_json_string(w, "backup_id", b->id);
    llmreg_json_string(w, "state", b->problem[0] == '\0' ? "done" : "bad");
    if (b->problem[0] != '\0')
        llmreg_json_string(w, "problem", b->problem);
    if (b->made_ms == 0)
        return;
    llmreg_json_string(w, "why", llmreg_backup_why_text(b->why));
    llmreg_json_time(w, "made_at", "made_at_ms", b->made_ms);
    llmreg_json_integer(w, "duration_ms", b->took_ms);
    llmreg_json_integer(w, "bytes", b->bytes);
    llmreg_json_string(w, "sha256", b->sha256);
    llmreg_json_string(w, "hub_id", b->hub);
    llmreg_json_string(w, "program", b->program);
    llmreg_json_integer(w, "schema_version", b->schema);
    llmreg_json_integer(w, "synced_seq", b->synced_seq);
    write_rows(w, b);
}

/* ---- what is going on ---- */

/* wanted and running are one: from outside there is no difference. */
static void write_running(struct llmreg_json_out *w,
                          const struct llmreg_backup_work *work)
{
    llmreg_json_string(w, "backup_id", work->id);
    llmreg_json_string(w, "state", "running");
    llmreg_json_string(w, "why", llmreg_backup_why_text(work->why));
    llmreg_json_time(w, "since", "since_ms", work->since_ms);
}

static void write_last(struct llmreg_json_out *w,
                       const struct llmreg_backup_work *work)
{
    llmreg_json_string(w, "backup_id", work->last.id);
    llmreg_json_string(w, "state", work->last.failed ? "failed" : "done");
    llmreg_json_time(w, "ended_at", "ended_at_ms", work->last.ended_ms);
    if (work->last.failed)
        llmreg_json_string(w, "reason", work->last.reason.text);
}

static void write_change(struct llmreg_json_out *w,
                         const struct llmreg_difference *d, size_t table,
                         enum llmreg_change change)
{
    const char *id;

    llmreg_json_open_object(w, llmreg_change_text(change));
    llmreg_json_integer(w, "count", llmreg_difference_count(d, table, change));
    llmreg_json_open_array(w, "ids");
    for (size_t n = 0; (id = llmreg_difference_id(d, table, change, n)) != NULL;
         n++)
        llmreg_json_string(w, NULL, id);
    llmreg_json_close_array(w);
    llmreg_json_close_object(w);
}

static void write_difference(struct llmreg_json_out *w,
                             const struct llmreg_difference *d)
{
    llmreg_json_open_object(w, "difference");
    for (size_t i = 0; llmreg_difference_table(i) != NULL; i++) {
        llmreg_json_open_object(w, llmreg_difference_table(i));
        for (int change = 0; change < LLMREG_CHANGES; change++)
            write_change(w, d, i, change);
        llmreg_json_close_object(w);
    }
    llmreg_json_close_object(w);
}

/* Nothing if none was wanted, or that of another backup than id.  Without an
 * id without the difference, which names tokens. */
static void write_restore(struct llmreg_json_out *w, struct ask *a,
                          const char *id)
{
    struct llmreg_difference *difference;
    struct llmreg_restore work;

    llmreg_service_restore_look(a->api->service, &work, &difference);
    if (work.step == LLMREG_RESTORE_NONE ||
        (id != NULL && strcmp(id, work.wish.id) != 0)) {
        llmreg_difference_put(difference);
        return;
    }
    llmreg_json_open_object(w, "restore");
    llmreg_json_string(w, "backup_id", work.wish.id);
    llmreg_json_string(w, "state", llmreg_restore_step_text(work.step));
    llmreg_json_bool(w, "dry_run", work.wish.dry_run);
    llmreg_json_bool(w, "force", work.wish.force);
    llmreg_json_time(w, "since", "since_ms", work.since_ms);
    if (work.ended_ms != 0)
        llmreg_json_time(w, "ended_at", "ended_at_ms", work.ended_ms);
    if (work.step == LLMREG_RESTORE_FAILED)
        llmreg_json_string(w, "reason", work.reason.text);
    if (work.safety[0] != '\0')
        llmreg_json_string(w, "safety_backup_id", work.safety);
    llmreg_json_integer(w, "skipped", work.skipped);
    if (difference != NULL && id != NULL)
        write_difference(w, difference);
    llmreg_json_close_object(w);
    llmreg_difference_put(difference);
}

/* ---- routes ---- */

static void write_list(struct llmreg_json_out *w,
                       const struct llmreg_backups *list)
{
    llmreg_json_open_array(w, "backups");
    for (size_t i = 0; i < llmreg_backups_count(list); i++) {
        llmreg_json_open_object(w, NULL);
        write_backup(w, llmreg_backups_at(list, i));
        llmreg_json_close_object(w);
    }
    llmreg_json_close_array(w);
}

static int run_list(struct ask *a)
{
    struct llmreg_backups *list = llmreg_service_backups(a->api->service);
    struct llmreg_backup_work work;
    struct reply r;

    llmreg_service_backup_work(a->api->service, &work);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    write_list(&r.json, list);
    llmreg_backups_put(list);
    if (work.running) {
        llmreg_json_open_object(&r.json, "running");
        write_running(&r.json, &work);
        llmreg_json_close_object(&r.json);
    }
    if (work.last.known) {
        llmreg_json_open_object(&r.json, "last");
        write_last(&r.json, &work);
        llmreg_json_close_object(&r.json);
    }
    llmreg_json_time(&r.json, "good_at", "good_at_ms", work.good_ms);
    llmreg_json_time(&r.json, "next_at", "next_at_ms", work.next_ms);
    write_restore(&r.json, a, NULL);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

static int unknown(struct ask *a)
{
    return ask_fail(a, LLMREG_ENOENT, "backup_id", "there is no backup %s",
                    a->params[0]);
}

/* True: something is known of it. */
static bool write_one(struct llmreg_json_out *w, const char *id,
                      const struct llmreg_backups *list,
                      const struct llmreg_backup_work *work)
{
    const struct llmreg_backup *b = llmreg_backups_find(list, id);

    if (work->running && strcmp(work->id, id) == 0)
        write_running(w, work);
    else if (b != NULL)
        write_backup(w, b);
    else if (work->last.known && strcmp(work->last.id, id) == 0)
        write_last(w, work);
    else
        return false;
    return true;
}

/* The work is looked at first: what is made meanwhile is in the list then. */
static int run_get(struct ask *a)
{
    struct llmreg_backup_work work;
    struct llmreg_backups *list;
    struct reply r;
    bool known;

    llmreg_service_backup_work(a->api->service, &work);
    list = llmreg_service_backups(a->api->service);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    known = write_one(&r.json, a->params[0], list, &work);
    llmreg_backups_put(list);
    if (!known) {
        reply_drop(&r);
        return unknown(a);
    }
    write_restore(&r.json, a, a->params[0]);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

static int answer_wanted(struct ask *a, const char *id)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "backup_id", id);
    llmreg_json_string(&r.json, "state", "wanted");
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 202);
}

static int run_backup(struct ask *a)
{
    char id[LLMREG_BACKUP_ID_SIZE];
    int rc = llmreg_service_backup(a->api->service, id);
    uint64_t seq = 0;

    if (rc == LLMREG_EBUSY)
        return ask_fail(a, rc, NULL, "the backup %s is being made", id);
    if (rc != LLMREG_OK)
        return rc;
    ask_audit(a, id, "backup", 202, &seq);
    return answer_wanted(a, id);
}

enum { ROW_DRY_RUN, ROW_FORCE };

static const struct query_row restore_query[] = {
    {"dry_run", QUERY_BOOL, 0, 0, NULL, "only say what it would change"},
    {"force", QUERY_BOOL, 0, 0, NULL, "also that of another hub"},
    {.name = NULL},
};

/* What can be said without looking at the file. */
static int check_backup(struct ask *a)
{
    struct llmreg_backups *list = llmreg_service_backups(a->api->service);
    const struct llmreg_backup *b = llmreg_backups_find(list, a->params[0]);
    int rc = LLMREG_OK;

    if (b == NULL)
        rc = unknown(a);
    else if (b->problem[0] != '\0')
        rc = ask_fail(a, LLMREG_EEXIST, "backup_id",
                      "the backup %s is not good: %s", b->id, b->problem);
    llmreg_backups_put(list);
    return rc;
}

static int run_restore(struct ask *a)
{
    struct llmreg_restore_wish wish = {
        .dry_run = a->query[ROW_DRY_RUN].number != 0,
        .force = a->query[ROW_FORCE].number != 0,
    };
    uint64_t seq = 0;
    int rc = check_backup(a);

    if (rc == LLMREG_OK)
        rc = llmreg_copy(wish.id, sizeof wish.id, a->params[0]);
    if (rc == LLMREG_OK)
        rc = llmreg_service_restore(a->api->service, &wish);
    if (rc == LLMREG_EBUSY)
        return ask_fail(a, rc, NULL, "a restore is wanted or running");
    if (rc != LLMREG_OK)
        return rc;
    ask_audit(a, wish.id, wish.dry_run ? "restore, dry run" : "restore", 202,
              &seq);
    return answer_wanted(a, wish.id);
}

const struct route backups_routes[] = {
    {HTTP_GET, "/api/v1/store/backups", ROUTE_READER, 0, NULL, NULL, run_list,
     "200", "backups, the newest first, and what is going on", false},
    {HTTP_POST, "/api/v1/store/backups", ROUTE_ADMIN, 0, NULL, NULL, run_backup,
     "202 409", "a backup is made now", false},
    {HTTP_GET, "/api/v1/store/backups/{id}", ROUTE_ADMIN, 0, NULL, NULL,
     run_get, "200 404", "one backup, or how far it is", false},
    {HTTP_POST, "/api/v1/store/backups/{id}/restore", ROUTE_ADMIN, 0,
     restore_query, NULL, run_restore, "202 404 409",
     "the registry becomes what the backup has", false},
    {.path = NULL},
};
