/* SPDX-License-Identifier: MIT */
/* salvage.c - pages of which one must guess how many rows they have go first:
 * where two rows have one key, that of a sound page is the true one.
 */
#include "common/store/recovery/salvage.h"

#include <stdio.h>
#include <string.h>

#include "common/store/recovery/cells.h"
#include "common/store/recovery/record.h"
#include "common/store/recovery/statements.h"

struct target {
    struct record_shape shape;
    sqlite3_stmt *put;
};

struct work {
    struct database *db;
    struct target table[TABLES], digest;
    struct sum claimed[TABLES]; /* by the damaged file */
    bool claims[TABLES];
    int code; /* SQLite's */
};

/* ---- where rows go ---- */

/* As the columns of the new database are. */
static int learn(sqlite3 *handle, struct target *t, const char *name,
                 const char *sql)
{
    sqlite3_stmt *all = NULL;
    const int code = sqlite3_prepare_v2(handle, sql, -1, &all, NULL);

    t->shape.name = name;
    t->shape.n = code == SQLITE_OK ? (size_t)sqlite3_column_count(all) : 0;
    for (size_t i = 0; i < t->shape.n; i++) {
        const char *type = sqlite3_column_decltype(all, (int)i);

        if (strcmp(sqlite3_column_name(all, (int)i), "crc") == 0)
            t->shape.crc = i;
        if (type != NULL && strcmp(type, "REAL") == 0)
            t->shape.reals |= UINT64_C(1) << i;
    }
    sqlite3_finalize(all);
    return code;
}

static int learn_table(sqlite3 *handle, struct target *t, enum table which)
{
    const struct table_info *info = table_info(which);
    const int code = learn(handle, t, info->name, info->all);

    if (code != SQLITE_OK)
        return code;
    return sqlite3_prepare_v2(handle, recovery_sql(which)->put, -1, &t->put,
                              NULL);
}

static int learn_all(struct work *w)
{
    int code =
        learn(w->db->handle, &w->digest, "digest", "SELECT * FROM digest");

    for (int i = 0; i < TABLES && code == SQLITE_OK; i++)
        code = learn_table(w->db->handle, &w->table[i], (enum table)i);
    return code;
}

static void forget_all(struct work *w)
{
    for (int i = 0; i < TABLES; i++)
        sqlite3_finalize(w->table[i].put);
}

/* ---- rows ---- */

static int put(struct work *w, const struct target *t, const struct record *r)
{
    w->code = record_bind(r, t->put);
    if (w->code == SQLITE_OK)
        w->code = sums_done(sqlite3_step(t->put));
    sqlite3_reset(t->put);
    /* A row that the schema does not take is none of ours. */
    if (w->code != SQLITE_OK && (w->code & 0xff) != SQLITE_CONSTRAINT)
        return LLMREG_EIO;
    w->code = SQLITE_OK;
    return LLMREG_OK;
}

static void note_claim(struct work *w, const struct record *r)
{
    char name[32];
    enum table which;

    snprintf(name, sizeof name, "%.*s", (int)r->at[0].len,
             (const char *)r->at[0].bytes);
    which = table_find(name);
    if (which == TABLES)
        return;
    w->claimed[which].rows = r->at[1].number;
    w->claimed[which].sum = (uint64_t)r->at[2].number;
    w->claims[which] = true;
}

static int take(void *ctx, const unsigned char *bytes, size_t len)
{
    struct work *w = ctx;
    struct record r;

    if (!record_read(&r, bytes, len))
        return LLMREG_OK;
    for (int i = 0; i < TABLES; i++)
        if (record_fits(&r, &w->table[i].shape))
            return put(w, &w->table[i], &r);
    if (record_fits(&r, &w->digest.shape) && r.at[0].type == SQLITE_TEXT)
        note_claim(w, &r);
    return LLMREG_OK;
}

static int take_pages(struct work *w, struct cells *cells, bool sound)
{
    int rc = LLMREG_OK;

    for (uint32_t i = 3; i <= cells->pages->count && rc == LLMREG_OK; i++) {
        bool is_sound;

        if (cells_load(cells, i, &is_sound) && is_sound == sound)
            rc = cells_each(cells, take, w);
    }
    return rc;
}

static int take_all(struct work *w, const struct pages *pages)
{
    struct cells cells;
    int rc = cells_init(&cells, pages);

    if (rc != LLMREG_OK)
        return rc;
    rc = take_pages(w, &cells, false);
    if (rc == LLMREG_OK)
        rc = take_pages(w, &cells, true);
    cells_fini(&cells);
    return rc;
}

/* ---- the result ---- */

static void judge(const struct work *w, struct salvage *out)
{
    out->all = true;
    for (int i = 0; i < TABLES; i++) {
        const struct sum *found = &w->db->sums.now[i], *was = &w->claimed[i];

        out->rows += found->rows;
        out->whole[i] =
            w->claims[i] && found->rows == was->rows && found->sum == was->sum;
        out->all = out->all && out->whole[i];
        if (!w->claims[i])
            out->missing = -1;
        else if (out->missing >= 0 && was->rows > found->rows)
            out->missing += was->rows - found->rows;
    }
}

static int say(struct work *w, int rc, struct llmreg_error *err)
{
    if (w->code != SQLITE_OK)
        return database_status(w->db, w->code, "save rows into", err);
    if (rc == LLMREG_ENOMEM)
        llmreg_error_set(err, "no memory to save rows");
    return rc;
}

static int fill(struct work *w, const struct pages *pages, struct salvage *out,
                struct llmreg_error *err)
{
    int64_t hubs = 0;
    int rc;

    w->code = learn_all(w);
    if (w->code == SQLITE_OK)
        w->code =
            sqlite3_exec(w->db->handle, "DELETE FROM meta", NULL, NULL, NULL);
    rc = w->code == SQLITE_OK ? take_all(w, pages) : LLMREG_EIO;
    judge(w, out);
    forget_all(w);
    rc = say(w, rc, err);
    if (rc == LLMREG_OK)
        rc = database_ask_number(
            w->db, "SELECT count(*) FROM meta WHERE key = 'hub_id'", &hubs,
            err);
    out->meta = hubs == 1;
    return rc;
}

int salvage_run(const char *from, struct database *into, struct salvage *out,
                struct llmreg_error *err)
{
    struct work w = {.db = into};
    struct pages pages;
    int rc;

    memset(out, 0, sizeof *out);
    rc = pages_open(&pages, from, err);
    if (rc != LLMREG_OK)
        return rc;
    sqlite3_exec(into->handle, "PRAGMA foreign_keys = OFF", NULL, NULL, NULL);
    rc = database_begin(into, false, err);
    if (rc == LLMREG_OK)
        rc = fill(&w, &pages, out, err);
    if (rc == LLMREG_OK)
        rc = database_commit(into, err);
    pages_close(&pages);
    return rc;
}
