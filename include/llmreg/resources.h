/* SPDX-License-Identifier: MIT */
/* resources.h - how busy a host is: one sample of it, as a value.
 *
 * Threads:   values have no thread; every function may be called anywhere.
 * Blocking:  never.
 * Ownership: strings and arrays inside are lent by whoever made the value.
 */
#ifndef LLMREG_RESOURCES_H
#define LLMREG_RESOURCES_H

#include <llmreg/clock.h>
#include <llmreg/status.h>

#define LLMREG_GPUS_MAX      64
#define LLMREG_ADDRESSES_MAX 16
#define LLMREG_HOST_ID_MAX   253 /* bytes: a host name, or its own */

/* Of numbers, NAN and -1 are unknown. */
struct llmreg_gpu {
    const char *name;           /* "NVIDIA H200"; 0 to 128 bytes, clean */
    const char *uuid;           /* 0 to 64 bytes, clean; "" is unknown */
    double utilization_percent; /* 0 to 100 */
    int64_t memory_used_bytes, memory_total_bytes;
    double temperature_celsius; /* -100 to 1000 */
    double power_watts;         /* 0 to 100000 */
};

struct llmreg_resources {
    double cpu_percent; /* of all cores together, 0 to 100 */
    double load1, load5, load15;
    int64_t ram_used_bytes, ram_total_bytes;
    int64_t vram_used_bytes, vram_total_bytes; /* all GPUs; made from gpus if
                                                  unknown and they know */
    const struct llmreg_gpu *gpus;
    size_t ngpus; /* up to LLMREG_GPUS_MAX */
};

/* All unknown. */
struct llmreg_resources llmreg_resources_unknown(void);
struct llmreg_gpu llmreg_gpu_unknown(void);

struct llmreg_host_report {
    const char *id;    /* 1 to 253 bytes of [A-Za-z0-9._:-], lower-cased */
    const char *name;  /* for people; "" is the id */
    const char *agent; /* id of who reports; "" is nobody known */
    const char *const *addresses; /* IP literals and names it has, canonical
                                     (names.h); the sender's among them */
    size_t naddresses;            /* up to LLMREG_ADDRESSES_MAX */
    int64_t interval_ms;          /* of its samples, 1000 to 86400000 */
    const struct llmreg_resources *resources; /* NULL: only that it is there */
};

/* LLMREG_EINVAL with err names the field, its value and what is allowed:
 * ranges as above, and no "used" over its "total". */
LLMREG_MUSTCHECK int
llmreg_host_report_check(const struct llmreg_host_report *report,
                         struct llmreg_error *err);

#endif
