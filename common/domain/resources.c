/* SPDX-License-Identifier: MIT */
/* resources.c - is this report of a host fit to be kept?
 *
 * Numbers come from programs that may be wrong, so each has bounds: what is
 * outside is refused with its name, not cut.  A GPU's fields are named by its
 * place, "gpu 3 temperature_celsius".
 */
#include <llmreg/resources.h>

#include "common/domain/check.h"

#include <llmreg/agent.h>
#include <llmreg/names.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LOAD_MAX        1e6
#define NAME_MAX        127
#define INTERVAL_MIN_MS 1000
#define INTERVAL_MAX_MS INT64_C(86400000)
#define FIELD_SIZE      64 /* "gpu 63 utilization_percent" */

struct llmreg_gpu llmreg_gpu_unknown(void)
{
    const struct llmreg_gpu g = {
        .name = "",
        .uuid = "",
        .utilization_percent = (double)NAN,
        .memory_used_bytes = -1,
        .memory_total_bytes = -1,
        .temperature_celsius = (double)NAN,
        .power_watts = (double)NAN,
    };

    return g;
}

struct llmreg_resources llmreg_resources_unknown(void)
{
    const struct llmreg_resources r = {
        .cpu_percent = (double)NAN,
        .load1 = (double)NAN,
        .load5 = (double)NAN,
        .load15 = (double)NAN,
        .ram_used_bytes = -1,
        .ram_total_bytes = -1,
        .vram_used_bytes = -1,
        .vram_total_bytes = -1,
    };

    return r;
}

/* -1 if one does not know, or if there is none. */
static int64_t sum(const struct llmreg_resources *r, size_t offset)
{
    int64_t all = 0;

    for (size_t i = 0; i < r->ngpus; i++) {
        int64_t one;
        memcpy(&one, (const char *)&r->gpus[i] + offset, sizeof one);
        if (one < 0)
            return -1;
        all += one;
    }
    return r->ngpus == 0 ? -1 : all;
}

struct llmreg_resources
llmreg_resources_total(const struct llmreg_resources *in)
{
    struct llmreg_resources r = *in;

    if (r.vram_used_bytes < 0)
        r.vram_used_bytes =
            sum(&r, offsetof(struct llmreg_gpu, memory_used_bytes));
    if (r.vram_total_bytes < 0)
        r.vram_total_bytes =
            sum(&r, offsetof(struct llmreg_gpu, memory_total_bytes));
    return r;
}

/* ---- samples ---- */

static int check_used(const char *name, int64_t used, int64_t total,
                      struct llmreg_error *err)
{
    if (used < 0 || total < 0 || used <= total)
        return LLMREG_OK;
    llmreg_error_set(err,
                     "%s_used_bytes %" PRId64 " is more than %s_total_bytes "
                     "%" PRId64,
                     name, used, name, total);
    return LLMREG_EINVAL;
}

/* Rows of a table of numbers: what the field is called, where, its range. */
struct row {
    const char *name;
    size_t offset;
    double min, max;
    bool bytes; /* int64_t, -1 to LLMREG_BYTES_MAX */
};

/* The name with its prefix, written only if there is one. */
static const char *full(char out[static FIELD_SIZE], const char *prefix,
                        const char *name)
{
    if (prefix[0] == '\0')
        return name;
    (void)snprintf(out, FIELD_SIZE, "%s%s", prefix, name);
    return out;
}

static int check_row(const struct row *row, const char *prefix, const void *at,
                     struct llmreg_error *err)
{
    char name[FIELD_SIZE];
    int64_t bytes;
    double n;

    if (row->bytes) {
        memcpy(&bytes, (const char *)at + row->offset, sizeof bytes);
        return check_range(full(name, prefix, row->name), bytes, -1,
                           LLMREG_BYTES_MAX, err);
    }
    memcpy(&n, (const char *)at + row->offset, sizeof n);
    return check_number(full(name, prefix, row->name), n, row->min, row->max,
                        err);
}

#define OF(type, name) #name, offsetof(struct type, name)

static int check_gpu_as(const struct llmreg_gpu *g, const char *prefix,
                        struct llmreg_error *err)
{
    static const struct row rows[] = {
        {OF(llmreg_gpu, utilization_percent), 0, 100, false},
        {OF(llmreg_gpu, memory_used_bytes), 0, 0, true},
        {OF(llmreg_gpu, memory_total_bytes), 0, 0, true},
        {OF(llmreg_gpu, temperature_celsius), -100, 1000, false},
        {OF(llmreg_gpu, power_watts), 0, 100000, false},
    };
    char name[FIELD_SIZE];
    int rc = check_text(full(name, prefix, "name"), g->name, 0, 128, err);

    if (rc == LLMREG_OK)
        rc = check_text(full(name, prefix, "uuid"), g->uuid, 0, 64, err);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && rc == LLMREG_OK; i++)
        rc = check_row(&rows[i], prefix, g, err);
    if (rc == LLMREG_OK)
        rc = check_used(full(name, prefix, "memory"), g->memory_used_bytes,
                        g->memory_total_bytes, err);
    return rc;
}

/* Its name is only made for one that is refused. */
static int check_gpu(const struct llmreg_gpu *g, size_t place,
                     struct llmreg_error *err)
{
    char prefix[FIELD_SIZE / 2];

    if (check_gpu_as(g, "", NULL) == LLMREG_OK)
        return LLMREG_OK;
    (void)snprintf(prefix, sizeof prefix, "gpu %zu ", place);
    return check_gpu_as(g, prefix, err);
}

static int check_gpus(const struct llmreg_resources *r,
                      struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (r->ngpus > LLMREG_GPUS_MAX) {
        llmreg_error_set(err, "%zu gpus, allowed are %d", r->ngpus,
                         LLMREG_GPUS_MAX);
        return LLMREG_EINVAL;
    }
    for (size_t i = 0; i < r->ngpus && rc == LLMREG_OK; i++)
        rc = check_gpu(&r->gpus[i], i, err);
    return rc;
}

static int check_resources(const struct llmreg_resources *in,
                           struct llmreg_error *err)
{
    static const struct row rows[] = {
        {OF(llmreg_resources, cpu_percent), 0, 100, false},
        {OF(llmreg_resources, load1), 0, LOAD_MAX, false},
        {OF(llmreg_resources, load5), 0, LOAD_MAX, false},
        {OF(llmreg_resources, load15), 0, LOAD_MAX, false},
        {OF(llmreg_resources, ram_used_bytes), 0, 0, true},
        {OF(llmreg_resources, ram_total_bytes), 0, 0, true},
        {OF(llmreg_resources, vram_used_bytes), 0, 0, true},
        {OF(llmreg_resources, vram_total_bytes), 0, 0, true},
    };
    int rc = check_gpus(in, err);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && rc == LLMREG_OK; i++)
        rc = check_row(&rows[i], "", in, err);
    if (rc != LLMREG_OK)
        return rc;
    const struct llmreg_resources r = llmreg_resources_total(in);
    rc = check_used("ram", r.ram_used_bytes, r.ram_total_bytes, err);
    if (rc == LLMREG_OK)
        rc = check_used("vram", r.vram_used_bytes, r.vram_total_bytes, err);
    return rc;
}

/* ---- reports ---- */

/* True if the address at that place has the key of one before it. */
static bool is_given_before(const struct llmreg_host_report *report, size_t at)
{
    char key[LLMREG_HOST_SIZE], other[LLMREG_HOST_SIZE];

    (void)!llmreg_host_key(report->addresses[at], key);
    for (size_t i = 0; i < at; i++) {
        (void)!llmreg_host_key(report->addresses[i], other);
        if (strcmp(key, other) == 0)
            return true;
    }
    return false;
}

static int check_addresses(const struct llmreg_host_report *report,
                           struct llmreg_error *err)
{
    if (report->naddresses > LLMREG_ADDRESSES_MAX) {
        llmreg_error_set(err, "%zu addresses, allowed are %d",
                         report->naddresses, LLMREG_ADDRESSES_MAX);
        return LLMREG_EINVAL;
    }
    if (report->addresses == NULL && report->naddresses > 0) {
        llmreg_error_set(err, "%zu addresses are missing", report->naddresses);
        return LLMREG_EINVAL;
    }
    for (size_t i = 0; i < report->naddresses; i++) {
        int rc = check_host_key("address", report->addresses[i], err);
        if (rc != LLMREG_OK)
            return rc;
        if (is_given_before(report, i)) {
            llmreg_error_set(err, "address \"%s\" is given twice",
                             report->addresses[i]);
            return LLMREG_EINVAL;
        }
    }
    return LLMREG_OK;
}

int llmreg_host_report_check(const struct llmreg_host_report *report,
                             struct llmreg_error *err)
{
    int rc = check_host_key("id", report->id, err);

    if (rc == LLMREG_OK && report->name != NULL)
        rc = check_text("name", report->name, 0, NAME_MAX, err);
    if (rc == LLMREG_OK && report->agent != NULL)
        rc = check_text("agent", report->agent, 0, LLMREG_AGENT_ID_SIZE - 1,
                        err);
    if (rc == LLMREG_OK)
        rc = check_addresses(report, err);
    if (rc == LLMREG_OK)
        rc = check_range("interval_ms", report->interval_ms, INTERVAL_MIN_MS,
                         INTERVAL_MAX_MS, err);
    if (rc == LLMREG_OK && report->resources != NULL)
        rc = check_resources(report->resources, err);
    return rc;
}
