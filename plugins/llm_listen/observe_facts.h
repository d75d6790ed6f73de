/* SPDX-License-Identifier: MIT */
/* observe_facts.h - what a machine's collectd said last, as one sample.
 *
 * Values come one by one, each with its time and interval; a reading keeps the
 * newest of its place.  What is asked for is put together of readings that are
 * not older than FACTS_FRESH of their intervals, by the sender's own clock.
 *
 * Threads:   one thread at a time for each struct.
 * Blocking:  never.
 * Ownership: facts own their memory; a sample owns its strings.
 */
#ifndef LLM_LISTEN_OBSERVE_FACTS_H
#define LLM_LISTEN_OBSERVE_FACTS_H

#include <llmreg/resources.h>

#include "plugins/llm_listen/observe_cpu.h"

#define FACTS_FRESH 2.5 /* intervals; one that is lost leaves no gap */

/* The plugins of collectd that are understood. */
enum observe_source {
    OBSERVE_CPU,
    OBSERVE_MEMORY,
    OBSERVE_LOAD,
    OBSERVE_GPU,
    OBSERVE_SOURCES
};
/* By the plugin's name: LLMREG_ENOENT. */
LLMREG_MUSTCHECK int observe_source_parse(const char *plugin,
                                          enum observe_source *out);
const char *observe_source_text(enum observe_source source);

/* Where a value goes; NULL: nowhere, nobody asks for it. */
struct observe_row;
const struct observe_row *observe_row(enum observe_source source,
                                      const struct observe_value *v);

struct facts_reading {
    double value;
    int64_t time_ms; /* 0: there is none */
};

enum facts_place {
    FACTS_USED,
    FACTS_FREE,
    FACTS_BUFFERED,
    FACTS_CACHED,
    FACTS_SLAB,
    FACTS_SLAB_RECLAIMABLE,
    FACTS_SLAB_UNRECLAIMABLE,
    FACTS_LOAD, /* three of them */
    FACTS_PLACES = FACTS_LOAD + 3
};

enum facts_gpu_place {
    FACTS_GPU_USED,
    FACTS_GPU_FREE,
    FACTS_GPU_BUSY,
    FACTS_GPU_CORE,
    FACTS_GPU_POWER,
    FACTS_GPU_PLACES
};

struct facts_gpu {
    struct facts_reading readings[FACTS_GPU_PLACES];
    char name[128]; /* "" is unknown */
};

struct facts {
    struct observe_cpu cpu;
    struct facts_reading readings[FACTS_PLACES];
    struct facts_gpu *gpus;
    size_t ngpus;
    int64_t interval_ms[OBSERVE_SOURCES];
    int64_t newest_ms; /* the sender's time */
};

void facts_init(struct facts *f);
void facts_fini(struct facts *f);
/* Everything is measured against this time of the sender's from now on. */
void facts_begin(struct facts *f, int64_t time_ms);
/* LLMREG_ENOENT: a GPU beyond LLMREG_GPUS_MAX.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int facts_take(struct facts *f, const struct observe_row *row,
                                const struct observe_value *v);

/* Points into itself: not to be moved. */
struct facts_sample {
    struct llmreg_resources resources;
    struct llmreg_gpu gpus[LLMREG_GPUS_MAX];
    char names[LLMREG_GPUS_MAX][128];
};
/* Fit for llmreg_host_report: what is out of its range there is unknown. */
void facts_sample(const struct facts *f, struct facts_sample *out);

#endif
