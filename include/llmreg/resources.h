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

/* Any sum of so many bytes on LLMREG_GPUS_MAX GPUs is still a number. */
#define LLMREG_BYTES_MAX (INT64_C(1) << 56)

/* Unknown is NAN of a double, and -1 of bytes, which are 0 to LLMREG_BYTES_MAX
 * otherwise. */
struct llmreg_gpu {
    const char *name;           /* "NVIDIA H200"; 0 to 128 bytes, clean */
    const char *uuid;           /* 0 to 64 bytes, clean; "" is unknown */
    double utilization_percent; /* 0 to 100 */
    int64_t memory_used_bytes, memory_total_bytes;
    double temperature_celsius; /* -100 to 1000 */
    double power_watts;         /* 0 to 100000 */
};

struct llmreg_resources {
    double cpu_percent;          /* of all cores together, 0 to 100 */
    double load1, load5, load15; /* 0 to 1e6 */
    int64_t ram_used_bytes, ram_total_bytes;
    int64_t vram_used_bytes, vram_total_bytes; /* of all GPUs together */
    const struct llmreg_gpu *gpus;
    size_t ngpus; /* up to LLMREG_GPUS_MAX */
};

/* All unknown. */
struct llmreg_resources llmreg_resources_unknown(void);
struct llmreg_gpu llmreg_gpu_unknown(void);

/* The same, with what is unknown of the VRAM in all made from its GPUs, where
 * each of them knows.  Lends what *in lends. */
struct llmreg_resources
llmreg_resources_total(const struct llmreg_resources *in);

/* NULL for name, agent or addresses says nothing about them: they stay as they
 * are, and are empty for a host that is new. */
struct llmreg_host_report {
    const char *id;    /* any spelling (llmreg_host_key); kept as its key */
    const char *name;  /* for people, 0 to 127 bytes, clean; "" is the id */
    const char *agent; /* id of who reports, 0 to 128 bytes; "" is unknown */
    const char *const *addresses; /* by which others reach it, IP addresses and
                                     names, kept as keys; none twice.  Not one
                                     that many hosts have: it would be a claim
                                     on theirs */
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
