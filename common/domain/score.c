/* SPDX-License-Identifier: MIT */
/* score.c - how much speaks for sending a request to an endpoint.
 *
 *     part      weight   times, from 0 to 1
 *     health       100   1 if healthy, 0 if degraded
 *     loaded        24   1 if loaded, 0 if not
 *     pending       30   4 / (4 + pending)
 *     latency       12   1 s / (1 s + latency)
 *     vram          16   1 if loaded, else free / needed, at most 1
 *     priority      16   priority / (priority + 50), 50 being the default
 *
 * What is not known counts a half, and so does the default priority.  Health
 * weighs more than all else together, so that no degraded endpoint comes
 * before a healthy one.  A loaded model is worth a queue: all else alike, it
 * is preferred to an idle endpoint that would have to load it, until 16 wait.
 * Each part only ever grows with what speaks for the endpoint, and no number
 * of requests or seconds makes one of them negative.
 */
#include <llmreg/score.h>

#include <math.h>

#define UNKNOWN    0.5
#define QUEUE_HALF 4.0 /* so many pending halve the part */
#define SLOW_US    1e6

static const struct {
    const char *name;
    double weight;
} table[LLMREG_SCORE_PARTS] = {
    [LLMREG_SCORE_HEALTH] = {"health", 100},
    [LLMREG_SCORE_LOADED] = {"loaded", 24},
    [LLMREG_SCORE_PENDING] = {"pending", 30},
    [LLMREG_SCORE_LATENCY] = {"latency", 12},
    [LLMREG_SCORE_VRAM] = {"vram", 16},
    [LLMREG_SCORE_PRIORITY] = {"priority", 16},
};

static double of_loaded(enum llmreg_tristate loaded)
{
    if (loaded == LLMREG_UNKNOWN)
        return UNKNOWN;
    return loaded == LLMREG_YES ? 1 : 0;
}

static double of_latency(double us)
{
    if (isnan(us) || us < 0)
        return UNKNOWN;
    return SLOW_US / (SLOW_US + us);
}

static double of_vram(const struct llmreg_score_facts *f)
{
    if (f->loaded == LLMREG_YES || f->model_bytes == 0)
        return 1;
    if (f->model_bytes < 0 || f->vram_free_bytes < 0)
        return UNKNOWN;
    if (f->vram_free_bytes >= f->model_bytes)
        return 1;
    return (double)f->vram_free_bytes / (double)f->model_bytes;
}

static double of_priority(int32_t priority)
{
    if (priority <= 0)
        return 0;
    return priority / ((double)priority + LLMREG_PRIORITY_DEFAULT);
}

void llmreg_score(const struct llmreg_score_facts *facts,
                  struct llmreg_score *out)
{
    const double values[LLMREG_SCORE_PARTS] = {
        [LLMREG_SCORE_HEALTH] = facts->degraded ? 0 : 1,
        [LLMREG_SCORE_LOADED] = of_loaded(facts->loaded),
        [LLMREG_SCORE_PENDING] = QUEUE_HALF / (QUEUE_HALF + facts->pending),
        [LLMREG_SCORE_LATENCY] = of_latency(facts->latency_us),
        [LLMREG_SCORE_VRAM] = of_vram(facts),
        [LLMREG_SCORE_PRIORITY] = of_priority(facts->priority),
    };

    out->total = 0;
    for (int i = 0; i < LLMREG_SCORE_PARTS; i++) {
        out->parts[i] = table[i].weight * values[i];
        out->total += out->parts[i];
    }
}

double llmreg_score_weight(enum llmreg_score_part part)
{
    return (unsigned)part < LLMREG_SCORE_PARTS ? table[part].weight : 0;
}

const char *llmreg_score_part_text(enum llmreg_score_part part)
{
    return (unsigned)part < LLMREG_SCORE_PARTS ? table[part].name : "invalid";
}
