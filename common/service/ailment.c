/* SPDX-License-Identifier: MIT */
/* ailment.c - one row a reason, with the figures that belong to it. */
#include "common/service/ailment.h"

#include <llmreg/text.h>

#include "common/store/care/verdict.h"

#define HOUR_MS INT64_C(3600000)

static void say_backup(const struct llmreg_store_health *h, int64_t now_ms,
                       struct llmreg_text *t)
{
    if (h->backup.good_ms == 0)
        llmreg_text_add(t, "there is no good backup");
    else
        llmreg_text_addf(t, "the last good backup is %lld hours old",
                         (long long)((now_ms - h->backup.good_ms) / HOUR_MS));
    if (h->backup.failed)
        llmreg_text_addf(t, " (%s)", h->backup.reason);
}

static void say_free(const struct llmreg_store_health *h, int64_t now_ms,
                     struct llmreg_text *t)
{
    (void)now_ms;
    llmreg_text_addf(t, "%.0f %% of the file are free pages",
                     100 * h->fragmentation);
}

static double percent(int64_t part, int64_t all)
{
    return all > 0 && part >= 0 ? 100 * (double)part / (double)all : 100;
}

static void say_space(const struct llmreg_store_health *h, int64_t now_ms,
                      struct llmreg_text *t)
{
    const double space = percent(h->disk.free, h->disk.bytes);
    const double inodes = percent(h->disk.ifree, h->disk.inodes);

    (void)now_ms;
    llmreg_text_addf(t, "%.1f %% of %s of its disk is free",
                     space <= inodes ? space : inodes,
                     space <= inodes ? "the space" : "the inodes");
}

static void say_damage(const struct llmreg_store_health *h, int64_t now_ms,
                       struct llmreg_text *t)
{
    (void)now_ms;
    llmreg_text_addf(t, "%s", h->check.what);
}

static void say_full(const struct llmreg_store_health *h, int64_t now_ms,
                     struct llmreg_text *t)
{
    (void)h;
    (void)now_ms;
    llmreg_text_add(t, "its disk is full");
}

static void say_recovered(const struct llmreg_store_health *h, int64_t now_ms,
                          struct llmreg_text *t)
{
    llmreg_text_addf(
        t, "it was damaged %lld hours ago and came back from %s; kept as %s",
        (long long)((now_ms - h->recovery.at_ms) / HOUR_MS), h->recovery.from,
        h->recovery.kept_as);
}

static const struct {
    enum llmreg_store_reason reason;
    void (*say)(const struct llmreg_store_health *h, int64_t now_ms,
                struct llmreg_text *t);
} rows[] = {
    {LLMREG_STORE_CORRUPT, say_damage},
    {LLMREG_STORE_DISK_FULL, say_full},
    {LLMREG_STORE_SPACE_LOW, say_space},
    {LLMREG_STORE_STALE_BACKUP, say_backup},
    {LLMREG_STORE_RECOVERED, say_recovered},
    {LLMREG_STORE_FRAGMENTED, say_free},
};

enum llmreg_severity ailment_of(const struct llmreg_store_health *h,
                                int64_t now_ms, char *why, size_t size)
{
    static const enum llmreg_severity severities[] = {
        [LLMREG_STORE_HEALTHY] = LLMREG_SEVERITY_OKAY,
        [LLMREG_STORE_WARNING] = LLMREG_SEVERITY_WARNING,
        [LLMREG_STORE_UNHEALTHY] = LLMREG_SEVERITY_FAILURE,
    };
    const unsigned reasons = h->reasons & ~(unsigned)LLMREG_STORE_FAILED;
    char whole[1024];
    struct llmreg_text t;

    llmreg_text_init(&t, whole, sizeof whole);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((reasons & rows[i].reason) == 0)
            continue;
        if (t.len > 0)
            llmreg_text_add(&t, "; ");
        rows[i].say(h, now_ms, &t);
    }
    llmreg_copy_message(why, size, whole);
    return severities[verdict_of(reasons)];
}
