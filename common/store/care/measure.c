/* SPDX-License-Identifier: MIT */
/* measure.c - from the file, the file system and the vault to one value. */
#include "common/store/care/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <llmreg/text.h>

#include "common/store/files.h"

#define LOOK_NS   (60 * LLMREG_NS_PER_S)
#define TABLES_NS (600 * LLMREG_NS_PER_S)
#define HOUR_NS   (3600 * LLMREG_NS_PER_S)
#define DAY_NS    (24 * HOUR_NS)

struct measure {
    struct measure_conf conf;
    char path[FILES_PATH_SIZE];
    int64_t look_ns, tables_ns; /* when each is due */
    struct measure_growth growth;
    struct llmreg_store_health seen; /* what stays is from the look before */
};

/* ---- growth ---- */

static void add_sample(struct measure_growth *g, int64_t mono_ns, int64_t bytes)
{
    if (g->count == MEASURE_SAMPLES) {
        g->count--;
        memmove(&g->sample[0], &g->sample[1], g->count * sizeof g->sample[0]);
    }
    g->sample[g->count++] = (struct measure_sample){mono_ns, bytes};
}

double measure_grow(struct measure_growth *g, int64_t mono_ns, int64_t bytes)
{
    const struct measure_sample *oldest = &g->sample[0];
    int64_t past_ns;

    if (g->count == 0 || mono_ns - g->sample[g->count - 1].mono_ns >= HOUR_NS)
        add_sample(g, mono_ns, bytes);
    past_ns = mono_ns - oldest->mono_ns;
    if (past_ns < HOUR_NS)
        return (double)NAN;
    return (double)(bytes - oldest->bytes) * (double)DAY_NS / (double)past_ns;
}

/* ---- the file ---- */

static int ask_size(struct database *db, struct llmreg_store_health *h)
{
    int64_t pages = 0, free = 0, size = 0;
    int rc = database_ask_number(db, "PRAGMA page_count", &pages, NULL);

    if (rc == LLMREG_OK)
        rc = database_ask_number(db, "PRAGMA freelist_count", &free, NULL);
    if (rc == LLMREG_OK)
        rc = database_ask_number(db, "PRAGMA page_size", &size, NULL);
    if (rc != LLMREG_OK)
        return rc;
    h->bytes = pages * size;
    h->free_bytes = free * size;
    h->fragmentation = pages > 0 ? (double)free / (double)pages : 0;
    return LLMREG_OK;
}

static void take_table(sqlite3_stmt *stmt, struct llmreg_store_table *t)
{
    const char *name = (const char *)sqlite3_column_text(stmt, 0);
    const double bytes = sqlite3_column_double(stmt, 2);

    llmreg_copy_message(t->name, sizeof t->name, name != NULL ? name : "");
    t->rows = sqlite3_column_int64(stmt, 1);
    t->bytes = sqlite3_column_int64(stmt, 2);
    t->fill = bytes > 0 ? 1 - sqlite3_column_double(stmt, 3) / bytes : 0;
}

/* What stays if it cannot be asked is what was so before. */
static void ask_tables(struct database *db, struct llmreg_store_health *h)
{
    static const char sql[] =
        "SELECT d.name, d.rows, s.bytes, s.unused FROM digest AS d JOIN"
        " (SELECT name, sum(pgsize) AS bytes, sum(unused) AS unused"
        " FROM dbstat GROUP BY name) AS s ON s.name = d.name ORDER BY d.name";
    struct llmreg_store_table tables[LLMREG_STORE_TABLES];
    sqlite3_stmt *stmt = NULL;
    size_t n = 0;
    int code = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    while (code == SQLITE_ROW && n < LLMREG_STORE_TABLES) {
        take_table(stmt, &tables[n++]);
        code = sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    if (code != SQLITE_DONE)
        return;
    memcpy(h->tables, tables, n * sizeof tables[0]);
    h->ntables = n;
}

static void look_into_file(struct measure *m, struct reader *r,
                           const struct llmreg_now *now)
{
    struct llmreg_store_health *h = &m->seen;
    struct database db;

    if (reader_open(r, m->path, &db, NULL) == LLMREG_OK) {
        if (ask_size(&db, h) == LLMREG_OK)
            h->growth = measure_grow(&m->growth, now->mono_ns,
                                     h->bytes - h->free_bytes);
        if (now->mono_ns >= m->tables_ns) {
            ask_tables(&db, h);
            m->tables_ns = now->mono_ns + TABLES_NS;
        }
    }
    reader_close(r, &db);
}

/* ---- around it ---- */

static void look_at_log(const struct measure *m, struct llmreg_store_health *h)
{
    char path[FILES_PATH_SIZE + 8];
    struct llmreg_text t;
    struct stat st;

    llmreg_text_init(&t, path, sizeof path);
    llmreg_text_addf(&t, "%s-wal", m->path);
    h->log_bytes = stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

static void look_at_disk(const struct measure *m, struct llmreg_store_health *h)
{
    struct statvfs disk;

    h->disk.bytes = h->disk.free = h->disk.inodes = h->disk.ifree = -1;
    h->disk.days_to_full = (double)NAN;
    if (statvfs(m->path, &disk) != 0)
        return;
    h->disk.bytes = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
    h->disk.free = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    if (disk.f_files > 0) { /* else the file system counts none */
        h->disk.inodes = (int64_t)disk.f_files;
        h->disk.ifree = (int64_t)disk.f_favail;
    }
    if (h->growth > 0)
        h->disk.days_to_full = (double)h->disk.free / h->growth;
}

static bool has_failed(const struct llmreg_backup_work *work)
{
    return work->last.known && work->last.failed;
}

static void ask_vault(const struct measure *m, struct llmreg_store_health *h)
{
    struct llmreg_backup_work work;

    vault_work(m->conf.vault, &work);
    h->backup.good_ms = work.good_ms;
    h->backup.failed = has_failed(&work);
    llmreg_copy_message(h->backup.reason, sizeof h->backup.reason,
                        h->backup.failed ? work.last.reason.text : "");
}

/* ---- the chore ---- */

/* Also at once when there is another backup, or none could be made. */
static int64_t due_ns(void *ctx, const struct llmreg_now *now)
{
    const struct measure *m = ctx;
    struct llmreg_backup_work work;

    vault_work(m->conf.vault, &work);
    if (work.good_ms != m->seen.backup.good_ms ||
        has_failed(&work) != m->seen.backup.failed)
        return now->mono_ns;
    return m->look_ns;
}

static void run(void *ctx, struct reader *reader, const struct llmreg_now *now)
{
    struct measure *m = ctx;

    m->look_ns = now->mono_ns + LOOK_NS;
    look_into_file(m, reader, now);
    look_at_log(m, &m->seen);
    look_at_disk(m, &m->seen);
    ask_vault(m, &m->seen);
    m->seen.measured_ms = now->wall_ms;
    care_note_measure(m->conf.care, &m->seen);
}

struct chore measure_chore(struct measure *m)
{
    return (struct chore){"measure", due_ns, run, m};
}

int measure_new(struct measure **out, const struct measure_conf *conf)
{
    struct measure *m = calloc(1, sizeof *m);

    if (m == NULL)
        return LLMREG_ENOMEM;
    m->conf = *conf;
    llmreg_copy_message(m->path, sizeof m->path, conf->path);
    m->conf.path = m->path;
    m->seen.growth = (double)NAN;
    *out = m;
    return LLMREG_OK;
}

void measure_free(struct measure *m)
{
    free(m);
}
