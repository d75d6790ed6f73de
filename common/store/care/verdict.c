/* SPDX-License-Identifier: MIT */
/* verdict.c - one row a reason: its name, its weight, and what it looks at. */
#include "common/store/care/verdict.h"

#define BACKUP_MAX_MS     (48 * INT64_C(3600000))
#define FRAGMENTATION_MAX 0.5
#define FREE_MIN          0.1
#define RECOVERED_MS      (24 * INT64_C(3600000))

typedef bool (*look_fn)(const struct llmreg_store_health *h,
                        const struct verdict_facts *facts);

static bool is_stale(const struct llmreg_store_health *h,
                     const struct verdict_facts *facts)
{
    return h->measured_ms != 0 &&
           facts->now_ms - h->backup.good_ms > BACKUP_MAX_MS;
}

static bool is_fragmented(const struct llmreg_store_health *h,
                          const struct verdict_facts *facts)
{
    (void)facts;
    return h->fragmentation > FRAGMENTATION_MAX;
}

static bool is_short(int64_t free, int64_t all)
{
    return all > 0 && free >= 0 && (double)free < FREE_MIN * (double)all;
}

static bool is_low(const struct llmreg_store_health *h,
                   const struct verdict_facts *facts)
{
    (void)facts;
    return h->measured_ms != 0 && (is_short(h->disk.free, h->disk.bytes) ||
                                   is_short(h->disk.ifree, h->disk.inodes));
}

static bool is_corrupt(const struct llmreg_store_health *h,
                       const struct verdict_facts *facts)
{
    (void)facts;
    return h->check.bad > 0;
}

static bool is_full(const struct llmreg_store_health *h,
                    const struct verdict_facts *facts)
{
    return facts->full || (h->measured_ms != 0 && h->disk.free == 0);
}

static bool has_failed(const struct llmreg_store_health *h,
                       const struct verdict_facts *facts)
{
    (void)h;
    return facts->failed;
}

static bool is_recovered(const struct llmreg_store_health *h,
                         const struct verdict_facts *facts)
{
    return h->recovery.at_ms != 0 &&
           facts->now_ms - h->recovery.at_ms < RECOVERED_MS;
}

/* In the order of the bits. */
static const struct {
    const char *name;
    unsigned weight; /* 1: a warning; 2: enough by itself */
    look_fn look;
} rules[] = {
    {"stale_backup", 1, is_stale},  {"high_fragmentation", 1, is_fragmented},
    {"space_low", 1, is_low},       {"corrupt", 2, is_corrupt},
    {"disk_full", 2, is_full},      {"failed", 2, has_failed},
    {"recovered", 1, is_recovered},
};
#define RULES (sizeof rules / sizeof rules[0])

unsigned verdict_reasons(const struct llmreg_store_health *h,
                         const struct verdict_facts *facts)
{
    unsigned reasons = 0;

    for (size_t i = 0; i < RULES; i++)
        if (rules[i].look(h, facts))
            reasons |= 1U << i;
    return reasons;
}

enum llmreg_store_verdict verdict_of(unsigned reasons)
{
    unsigned weight = 0;

    for (size_t i = 0; i < RULES; i++)
        if ((reasons & 1U << i) != 0)
            weight += rules[i].weight;
    if (weight == 0)
        return LLMREG_STORE_HEALTHY;
    return weight == 1 ? LLMREG_STORE_WARNING : LLMREG_STORE_UNHEALTHY;
}

const char *llmreg_store_reason_text(size_t i)
{
    return i < RULES ? rules[i].name : NULL;
}

const char *llmreg_store_verdict_text(enum llmreg_store_verdict verdict)
{
    static const char *const words[] = {
        [LLMREG_STORE_HEALTHY] = "healthy",
        [LLMREG_STORE_WARNING] = "warning",
        [LLMREG_STORE_UNHEALTHY] = "unhealthy",
    };

    return words[verdict];
}
