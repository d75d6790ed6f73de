/* SPDX-License-Identifier: MIT */
/* scrub.c - when, and what of it is told. */
#include "common/store/care/scrub.h"

#include <stdlib.h>

#include <llmreg/text.h>

#include "common/store/care/check.h"
#include "common/store/files.h"

/* Not while everything starts, and when it could not be read; after damage,
 * when the writer has had time for another file. */
#define FIRST_NS  (60 * LLMREG_NS_PER_S)
#define AGAIN_NS  (600 * LLMREG_NS_PER_S)
#define BEHIND_NS (60 * LLMREG_NS_PER_S)

struct scrub {
    struct scrub_conf conf;
    char path[FILES_PATH_SIZE];
    int64_t not_before_ns;
};

/* By the wall clock, because it must hold over restarts: a time in the future
 * counts as now. */
static int64_t due_ns(void *ctx, const struct llmreg_now *now)
{
    const struct scrub *s = ctx;
    struct llmreg_store_health health;
    int64_t since_ns, due;

    if (s->conf.interval_ns == 0)
        return INT64_MAX;
    care_get(s->conf.care, now->wall_ms, &health);
    if (health.check.ended_ms == 0)
        return s->not_before_ns;
    since_ns = health.check.ended_ms < now->wall_ms
                   ? (now->wall_ms - health.check.ended_ms) * LLMREG_NS_PER_MS
                   : 0;
    due = now->mono_ns + s->conf.interval_ns - since_ns;
    /* After damage, whether the file that stands there now is sound. */
    if (health.check.bad > 0)
        due = now->mono_ns;
    return due > s->not_before_ns ? due : s->not_before_ns;
}

static void note(struct scrub *s, int64_t bad, const struct llmreg_error *why)
{
    const struct llmreg_now now = llmreg_clock_now(s->conf.world->clock);

    if (bad > 0)
        s->not_before_ns = now.mono_ns + BEHIND_NS;
    else
        llmreg_log(s->conf.world->log, LLMREG_INFO,
                   "store: all of it was read and is sound");
    care_note_check(s->conf.care, now.wall_ms, bad, bad > 0 ? why->text : "");
}

/* A file that cannot even be opened because of damage is one place. */
static int64_t count_bad(const struct check_report *report)
{
    const int64_t bad = report->bad + (int64_t)report->damaged + report->pages;

    return bad > 0 ? bad : 1;
}

static void run(void *ctx, struct reader *reader, const struct llmreg_now *now)
{
    struct scrub *s = ctx;
    struct check_report report = {.bad = 0};
    struct llmreg_error err = {{0}};
    struct database db;
    int rc = reader_open(reader, s->path, &db, &err);

    s->not_before_ns = now->mono_ns + AGAIN_NS;
    if (rc == LLMREG_OK)
        rc = check_run(db.handle, CHECK_FULL, &report, &err);
    reader_close(reader, &db);
    if (rc == LLMREG_OK)
        note(s, 0, NULL);
    else if (rc == LLMREG_ECORRUPT)
        note(s, count_bad(&report), &err);
    else if (!reader_is_halted(reader))
        llmreg_log(s->conf.world->log, LLMREG_WARNING,
                   "store: %s cannot be checked: %s", s->path, err.text);
}

struct chore scrub_chore(struct scrub *s)
{
    return (struct chore){"scrub", due_ns, run, s};
}

int scrub_new(struct scrub **out, const struct scrub_conf *conf)
{
    struct scrub *s = calloc(1, sizeof *s);

    if (s == NULL)
        return LLMREG_ENOMEM;
    s->conf = *conf;
    llmreg_copy_message(s->path, sizeof s->path, conf->path);
    s->conf.path = s->path;
    s->not_before_ns = llmreg_clock_now(conf->world->clock).mono_ns + FIRST_NS;
    *out = s;
    return LLMREG_OK;
}

void scrub_free(struct scrub *s)
{
    free(s);
}
