/* SPDX-License-Identifier: MIT */
/* metrics_store.c - how the store is, one row a number.
 *
 * The numbers are those of its last look, a minute old at most; an age is that
 * of now.  Each table has one more.
 */
#include <llmreg/metrics.h>

#include <math.h>

#include <llmreg/store_health.h>
#include <llmreg/text.h>

struct moment {
    const struct llmreg_store_health *h;
    int64_t now_ms; /* wall time */
};

static double bytes_of(const struct moment *m)
{
    return (double)m->h->bytes;
}

static double free_of(const struct moment *m)
{
    return (double)m->h->free_bytes;
}

static double log_of(const struct moment *m)
{
    return (double)m->h->log_bytes;
}

static double fragmentation(const struct moment *m)
{
    return 100 * m->h->fragmentation;
}

static double disk_free(const struct moment *m)
{
    return m->h->disk.free >= 0 ? (double)m->h->disk.free : (double)NAN;
}

static double percent(int64_t part, int64_t all)
{
    return all > 0 && part >= 0 ? 100 * (double)part / (double)all
                                : (double)NAN;
}

static double disk_percent(const struct moment *m)
{
    return percent(m->h->disk.free, m->h->disk.bytes);
}

static double inodes_percent(const struct moment *m)
{
    return percent(m->h->disk.ifree, m->h->disk.inodes);
}

static double to_full(const struct moment *m)
{
    return m->h->disk.days_to_full * 86400;
}

/* A clock that was put back makes nothing younger than now. */
static double age(const struct moment *m, int64_t since_ms)
{
    if (since_ms == 0)
        return (double)NAN;
    return since_ms < m->now_ms ? (double)(m->now_ms - since_ms) / 1000 : 0;
}

static double backup_age(const struct moment *m)
{
    return age(m, m->h->backup.good_ms);
}

static double check_age(const struct moment *m)
{
    return age(m, m->h->check.ended_ms);
}

static double reader(const struct moment *m)
{
    return (double)m->h->reader_ms / 1000;
}

static double errors(const struct moment *m)
{
    return (double)m->h->check.bad;
}

static double verdict(const struct moment *m)
{
    return (double)m->h->verdict;
}

static const struct {
    struct llmreg_metric_info info;
    double (*read)(const struct moment *m); /* NAN: not known */
} rows[] = {
    {{"bytes", "file", "size of the store"}, bytes_of},
    {{"bytes", "free_pages", "the part of it that is free"}, free_of},
    {{"bytes", "log", "size of its write-ahead log"}, log_of},
    {{"percent", "free_pages", "the free part by the size"}, fragmentation},
    {{"bytes", "disk_free", "free on its disk, for collectd"}, disk_free},
    {{"percent", "disk_free", "the same by the size of the disk"},
     disk_percent},
    {{"percent", "inodes_free", "free inodes of its disk"}, inodes_percent},
    {{"timeleft", "disk_full", "seconds until its disk is full at this pace"},
     to_full},
    {{"duration", "backup_age", "seconds since the last good backup"},
     backup_age},
    {{"duration", "check_age", "seconds since all of it was checked"},
     check_age},
    {{"duration", "reader", "for how long a reader keeps the log"}, reader},
    {{"count", "errors", "damaged places that the last check found"}, errors},
    {{"gauge", "verdict", "0 healthy, 1 warning, 2 unhealthy"}, verdict},
};
#define ROWS (sizeof rows / sizeof rows[0])

static const struct llmreg_metric_info table_info = {"count", "rows_TABLE",
                                                     "rows of a table"};

static void emit_tables(const struct llmreg_store_health *h,
                        llmreg_emit_fn emit, void *ctx)
{
    char name[sizeof h->tables[0].name + 8];
    struct llmreg_metric m = {.plugin_instance = "store",
                              .type = table_info.type,
                              .type_instance = name};

    for (size_t i = 0; i < h->ntables; i++) {
        struct llmreg_text t;

        llmreg_text_init(&t, name, sizeof name);
        llmreg_text_addf(&t, "rows_%s", h->tables[i].name);
        m.value = (double)h->tables[i].rows;
        emit(ctx, &m);
    }
}

void llmreg_store_metrics(const struct llmreg_store_health *h,
                          const struct llmreg_now *now, llmreg_emit_fn emit,
                          void *ctx)
{
    const struct moment moment = {h, now->wall_ms};
    struct llmreg_metric m = {.plugin_instance = "store"};

    if (h->measured_ms == 0)
        return;
    for (size_t i = 0; i < ROWS; i++) {
        m.type = rows[i].info.type;
        m.type_instance = rows[i].info.type_instance;
        m.value = rows[i].read(&moment);
        if (!isnan(m.value))
            emit(ctx, &m);
    }
    emit_tables(h, emit, ctx);
}

const struct llmreg_metric_info *llmreg_store_metric_info(size_t n)
{
    if (n < ROWS)
        return &rows[n].info;
    return n == ROWS ? &table_info : NULL;
}
