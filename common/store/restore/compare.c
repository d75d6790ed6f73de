/* SPDX-License-Identifier: MIT */
/* compare.c - one question a table and kind of change; main is the live file.
 *
 * The questions follow what a restore does (apply.h): of an endpoint that the
 * configuration names, only what people said of it can change, and it neither
 * comes nor goes.
 */
#include "common/store/restore/compare.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/names.h>
#include <llmreg/text.h>

#define APPEAR(t)                                                              \
    "SELECT id FROM part." t " WHERE id NOT IN (SELECT id FROM main." t ")"
#define VANISH(t)                                                              \
    "SELECT id FROM main." t " WHERE id NOT IN (SELECT id FROM part." t ")"
#define NOT_NAMED " AND source <> 'static'"
#define ORDER     " ORDER BY id"

static const char endpoint_changes[] =
    "SELECT m.id FROM main.endpoint AS m JOIN part.endpoint AS p"
    " ON p.id = m.id WHERE"
    " (m.operator_name, m.operator_priority, m.operator_labels, m.admin,"
    " m.admin_until_ms) IS NOT (p.operator_name, p.operator_priority,"
    " p.operator_labels, p.admin, p.admin_until_ms)"
    " OR (SELECT group_concat(name || char(9) || value, char(10)) FROM"
    " (SELECT name, value FROM main.operator_label WHERE endpoint = m.id"
    " ORDER BY place)) IS NOT"
    " (SELECT group_concat(name || char(9) || value, char(10)) FROM"
    " (SELECT name, value FROM part.operator_label WHERE endpoint = m.id"
    " ORDER BY place))"
    " OR (m.source <> 'static' AND p.source <> 'static' AND"
    " ((m.url, m.name, m.host, m.origin, m.kind, m.source, m.priority,"
    " m.interval_ms, m.owner) IS NOT (p.url, p.name, p.host, p.origin, p.kind,"
    " p.source, p.priority, p.interval_ms, p.owner)"
    " OR (SELECT group_concat(name || char(9) || value, char(10)) FROM"
    " (SELECT name, value FROM main.label WHERE endpoint = m.id"
    " ORDER BY place)) IS NOT"
    " (SELECT group_concat(name || char(9) || value, char(10)) FROM"
    " (SELECT name, value FROM part.label WHERE endpoint = m.id"
    " ORDER BY place)))) ORDER BY m.id";

static const char agent_changes[] =
    "SELECT m.id FROM main.agent AS m JOIN part.agent AS p ON p.id = m.id"
    " WHERE (m.type, m.name, m.role, m.domain, m.cluster, m.host, m.url,"
    " m.version, m.source, m.interval_ms, m.capabilities, m.metadata) IS NOT"
    " (p.type, p.name, p.role, p.domain, p.cluster, p.host, p.url, p.version,"
    " p.source, p.interval_ms, p.capabilities, p.metadata) ORDER BY m.id";

static const struct {
    const char *name;
    const char *sql[LLMREG_CHANGES]; /* NULL: never */
} tables[] = {
    {"endpoint",
     {APPEAR("endpoint") NOT_NAMED ORDER, endpoint_changes,
      VANISH("endpoint") NOT_NAMED ORDER}},
    {"agent", {APPEAR("agent") ORDER, agent_changes, VANISH("agent") ORDER}},
    {"host", {APPEAR("host") ORDER, NULL, VANISH("host") ORDER}},
    {"session", {APPEAR("session") ORDER, NULL, NULL}},
    {"token", {APPEAR("token") ORDER, NULL, NULL}},
};
#define COUNT (sizeof tables / sizeof tables[0])

struct llmreg_difference {
    _Atomic unsigned refs;
    struct {
        int64_t count;
        size_t nids;
        char ids[LLMREG_DIFFERENCE_IDS][LLMREG_ID_SIZE];
    } of[COUNT][LLMREG_CHANGES];
};

/* ---- making ---- */

static void note(struct llmreg_difference *d, size_t i, size_t change,
                 const unsigned char *id)
{
    const size_t n = d->of[i][change].nids;

    d->of[i][change].count++;
    if (n == LLMREG_DIFFERENCE_IDS || id == NULL)
        return;
    llmreg_copy_message(d->of[i][change].ids[n], LLMREG_ID_SIZE,
                        (const char *)id);
    d->of[i][change].nids++;
}

static int ask(struct database *db, struct llmreg_difference *d, size_t i,
               size_t change, struct llmreg_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int code =
        sqlite3_prepare_v2(db->handle, tables[i].sql[change], -1, &stmt, NULL);
    int rc = LLMREG_OK;

    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    for (; code == SQLITE_ROW; code = sqlite3_step(stmt))
        note(d, i, change, sqlite3_column_text(stmt, 0));
    if (code != SQLITE_DONE)
        rc = database_status(db, code, "compare", err);
    sqlite3_finalize(stmt);
    return rc;
}

static int attach(struct database *db, const char *part,
                  struct llmreg_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int code =
        sqlite3_prepare_v2(db->handle, "ATTACH ?1 AS part", -1, &stmt, NULL);
    int rc = LLMREG_OK;

    if (code == SQLITE_OK)
        code = sqlite3_bind_text(stmt, 1, part, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code != SQLITE_DONE)
        rc = database_status(db, code, "compare", err);
    sqlite3_finalize(stmt);
    return rc;
}

static int ask_all(struct database *db, struct llmreg_difference *d,
                   struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    for (size_t i = 0; i < COUNT; i++)
        for (size_t change = 0; change < LLMREG_CHANGES; change++)
            if (rc == LLMREG_OK && tables[i].sql[change] != NULL)
                rc = ask(db, d, i, change, err);
    return rc;
}

int compare_files(const char *live, const char *part, struct reader *r,
                  struct llmreg_difference **out, struct llmreg_error *err)
{
    struct llmreg_difference *d = calloc(1, sizeof *d);
    struct database db;
    int rc;

    if (d == NULL) {
        llmreg_error_set(err, "no memory to compare");
        return LLMREG_ENOMEM;
    }
    d->refs = 1;
    rc = reader_open(r, live, &db, err);
    if (rc == LLMREG_OK)
        rc = attach(&db, part, err);
    if (rc == LLMREG_OK)
        rc = ask_all(&db, d, err);
    reader_close(r, &db);
    if (rc == LLMREG_OK)
        *out = d;
    else
        free(d);
    return rc;
}

/* ---- one table among the others ---- */

#define ANNOUNCED "source = 'auto' AND substr(origin, 1, 6) = 'agent '"

/* How many rows would be left without theirs. */
static const struct {
    const char *table, *sql, *what;
} fits[] = {
    {"endpoint",
     "SELECT count(*) FROM part.endpoint WHERE " ANNOUNCED
     " AND id NOT IN (SELECT id FROM main.endpoint)"
     " AND substr(origin, 7) NOT IN (SELECT id FROM main.agent)",
     "endpoints of the backup were announced by agents that are not here"},
    {"agent",
     "SELECT count(*) FROM main.endpoint WHERE " ANNOUNCED
     " AND substr(origin, 7) IN (SELECT id FROM main.agent)"
     " AND substr(origin, 7) NOT IN (SELECT id FROM part.agent)",
     "endpoints here were announced by agents that the backup lacks"},
};

static int ask_fit(struct database *db, size_t i, struct llmreg_error *err)
{
    int64_t count = 0;
    int rc = database_ask_number(db, fits[i].sql, &count, err);

    if (rc != LLMREG_OK || count == 0)
        return rc;
    llmreg_error_set(err, "%lld %s; restore all tables together",
                     (long long)count, fits[i].what);
    return LLMREG_EEXIST;
}

int compare_fit(const char *live, const char *part, const char *table,
                struct reader *r, struct llmreg_error *err)
{
    struct database db;
    int rc = reader_open(r, live, &db, err);

    if (rc == LLMREG_OK)
        rc = attach(&db, part, err);
    for (size_t i = 0; i < sizeof fits / sizeof fits[0]; i++)
        if (rc == LLMREG_OK && strcmp(fits[i].table, table) == 0)
            rc = ask_fit(&db, i, err);
    reader_close(r, &db);
    return rc;
}

/* ---- reading ---- */

struct llmreg_difference *compare_hold(struct llmreg_difference *d)
{
    if (d != NULL)
        atomic_fetch_add(&d->refs, 1);
    return d;
}

void llmreg_difference_put(struct llmreg_difference *d)
{
    if (d != NULL && atomic_fetch_sub(&d->refs, 1) == 1)
        free(d);
}

const char *llmreg_difference_table(size_t i)
{
    return i < COUNT ? tables[i].name : NULL;
}

int64_t llmreg_difference_count(const struct llmreg_difference *d, size_t i,
                                enum llmreg_change change)
{
    return d->of[i][change].count;
}

const char *llmreg_difference_id(const struct llmreg_difference *d, size_t i,
                                 enum llmreg_change change, size_t n)
{
    return n < d->of[i][change].nids ? d->of[i][change].ids[n] : NULL;
}
