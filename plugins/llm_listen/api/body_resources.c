/* SPDX-License-Identifier: MIT */
/* body_resources.c - a sample of a host, as a table of its numbers.
 *
 * What is not said, or null, is unknown; it is never 0. */
#include <string.h>

#include "plugins/llm_listen/api/body_trees.h"

enum number {
    NUMBER_DOUBLE,
    NUMBER_BYTES /* int64_t; a sender's fraction of a byte is dropped */
};

struct row {
    const char *path;
    enum number type;
    size_t offset;
    double min, max;
};

#define R(field) offsetof(struct llmreg_resources, field)
#define G(field) offsetof(struct llmreg_gpu, field)

static const struct row rows[] = {
    {".cpu_percent", NUMBER_DOUBLE, R(cpu_percent), 0, 100},
    {".load1", NUMBER_DOUBLE, R(load1), 0, 1e6},
    {".load5", NUMBER_DOUBLE, R(load5), 0, 1e6},
    {".load15", NUMBER_DOUBLE, R(load15), 0, 1e6},
    {".ram_used_bytes", NUMBER_BYTES, R(ram_used_bytes), 0, LLMREG_BYTES_MAX},
    {".ram_total_bytes", NUMBER_BYTES, R(ram_total_bytes), 0, LLMREG_BYTES_MAX},
    {".vram_used_bytes", NUMBER_BYTES, R(vram_used_bytes), 0, LLMREG_BYTES_MAX},
    {".vram_total_bytes", NUMBER_BYTES, R(vram_total_bytes), 0,
     LLMREG_BYTES_MAX},
    {.path = NULL},
};

static const struct row gpu_rows[] = {
    {".gpus[].utilization_percent", NUMBER_DOUBLE, G(utilization_percent), 0,
     100},
    {".gpus[].memory_used_bytes", NUMBER_BYTES, G(memory_used_bytes), 0,
     LLMREG_BYTES_MAX},
    {".gpus[].memory_total_bytes", NUMBER_BYTES, G(memory_total_bytes), 0,
     LLMREG_BYTES_MAX},
    {".gpus[].temperature_celsius", NUMBER_DOUBLE, G(temperature_celsius), -100,
     1000},
    {".gpus[].power_watts", NUMBER_DOUBLE, G(power_watts), 0, 100000},
    {.path = NULL},
};

static int take_number(struct body_reader *b, const struct row *table,
                       void *base, const char *path,
                       const struct llmreg_json_event *e)
{
    double value = 0;
    int rc;

    while (table->path != NULL && strcmp(table->path, path) != 0)
        table++;
    if (table->path == NULL)
        return LLMREG_OK;
    rc = body_number(b, e, table->min, table->max, &value);
    if (rc != LLMREG_OK)
        return rc;
    if (table->type == NUMBER_BYTES)
        *(int64_t *)((char *)base + table->offset) = (int64_t)value;
    else
        *(double *)((char *)base + table->offset) = value;
    return LLMREG_OK;
}

static int begin_gpu(struct body_reader *b, struct body_resources *out,
                     const struct llmreg_json_event *e)
{
    if (e->type == LLMREG_JSON_OBJECT_END)
        return LLMREG_OK;
    if (e->type != LLMREG_JSON_OBJECT)
        return body_refuse(b, "an object is needed");
    if (out->r.ngpus == LLMREG_GPUS_MAX)
        return body_refuse(b, "up to %d are allowed", LLMREG_GPUS_MAX);
    if (out->gpus == NULL)
        out->gpus = llmreg_arena_alloc(body_arena(b),
                                       LLMREG_GPUS_MAX * sizeof *out->gpus);
    if (out->gpus == NULL)
        return LLMREG_ENOMEM;
    out->gpus[out->r.ngpus++] = llmreg_gpu_unknown();
    out->r.gpus = out->gpus;
    return LLMREG_OK;
}

static int take_gpu(struct body_reader *b, struct body_resources *out,
                    const char *path, const struct llmreg_json_event *e)
{
    struct llmreg_gpu *gpu;

    if (strcmp(path, ".gpus[]") == 0)
        return begin_gpu(b, out, e);
    gpu = &out->gpus[out->r.ngpus - 1];
    if (e->type == LLMREG_JSON_NULL)
        return LLMREG_OK;
    if (strcmp(path, ".gpus[].name") == 0)
        return body_text(b, e, 0, 128, &gpu->name);
    if (strcmp(path, ".gpus[].uuid") == 0)
        return body_text(b, e, 0, 64, &gpu->uuid);
    return take_number(b, gpu_rows, gpu, path, e);
}

static int begin(struct body_reader *b, struct body_resources *out,
                 const struct llmreg_json_event *e)
{
    if (e->type == LLMREG_JSON_OBJECT_END)
        return LLMREG_OK;
    if (e->type != LLMREG_JSON_OBJECT)
        return body_refuse(b, "an object is needed");
    out->r = llmreg_resources_unknown();
    return LLMREG_OK;
}

int body_resources(struct body_reader *b, void *member, const char *path,
                   const struct llmreg_json_event *e)
{
    struct body_resources *out = member;

    if (path[0] == '\0')
        return begin(b, out, e);
    if (strncmp(path, ".gpus[]", 7) == 0)
        return take_gpu(b, out, path, e);
    if (strcmp(path, ".gpus") == 0 && e->type != LLMREG_JSON_ARRAY &&
        e->type != LLMREG_JSON_ARRAY_END && e->type != LLMREG_JSON_NULL)
        return body_refuse(b, "an array is needed");
    if (e->type == LLMREG_JSON_NULL)
        return LLMREG_OK;
    return take_number(b, rows, &out->r, path, e);
}
