/* SPDX-License-Identifier: MIT */
/* observe_facts.c - a row says which value of which plugin goes where.
 *
 * The rows are what Linux's plugins say.  RAM in use is memory-used, which
 * leaves out what is cached; in all it is the sum of all states.  GPUs keep the
 * number that gpu_nvidia gives them, so that one that died makes no other one
 * move; where it says only names (InstanceByGPUIndex false), they are numbered
 * as they come.
 */
#include "plugins/llm_listen/observe_facts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/text.h>

/* ---- rows ---- */

enum scope { CPU, HOST, GPU };

struct observe_row {
    enum observe_source source;
    const char *type, *type_instance;
    enum scope scope;
    unsigned place;
    size_t nvalues; /* in as many places */
};

static const struct observe_row cpu_row = {OBSERVE_CPU, "", "", CPU, 0, 1};

static const struct observe_row rows[] = {
    {OBSERVE_MEMORY, "memory", "used", HOST, FACTS_USED, 1},
    {OBSERVE_MEMORY, "memory", "free", HOST, FACTS_FREE, 1},
    {OBSERVE_MEMORY, "memory", "buffered", HOST, FACTS_BUFFERED, 1},
    {OBSERVE_MEMORY, "memory", "cached", HOST, FACTS_CACHED, 1},
    {OBSERVE_MEMORY, "memory", "slab", HOST, FACTS_SLAB, 1},
    {OBSERVE_MEMORY, "memory", "slab_recl", HOST, FACTS_SLAB_RECLAIMABLE, 1},
    {OBSERVE_MEMORY, "memory", "slab_unrecl", HOST, FACTS_SLAB_UNRECLAIMABLE,
     1},
    {OBSERVE_LOAD, "load", "", HOST, FACTS_LOAD, 3},
    {OBSERVE_GPU, "memory", "used", GPU, FACTS_GPU_USED, 1},
    {OBSERVE_GPU, "memory", "free", GPU, FACTS_GPU_FREE, 1},
    {OBSERVE_GPU, "percent", "gpu_used", GPU, FACTS_GPU_BUSY, 1},
    {OBSERVE_GPU, "temperature", "core", GPU, FACTS_GPU_CORE, 1},
    {OBSERVE_GPU, "power", "", GPU, FACTS_GPU_POWER, 1},
};
#define ROWS (sizeof rows / sizeof rows[0])

static const char *const sources[] = {
    [OBSERVE_CPU] = "cpu",
    [OBSERVE_MEMORY] = "memory",
    [OBSERVE_LOAD] = "load",
    [OBSERVE_GPU] = "gpu_nvidia",
};

/* Asked of every value that passes: no two begin with the same letter. */
int observe_source_parse(const char *plugin, enum observe_source *out)
{
    for (int i = 0; i < OBSERVE_SOURCES; i++) {
        if (plugin[0] != sources[i][0])
            continue;
        if (strcmp(plugin, sources[i]) != 0)
            return LLMREG_ENOENT;
        *out = (enum observe_source)i;
        return LLMREG_OK;
    }
    return LLMREG_ENOENT;
}

const char *observe_source_text(enum observe_source source)
{
    return sources[source];
}

static bool is_known(const struct observe_row *row,
                     const struct observe_value *v)
{
    for (size_t i = 0; i < row->nvalues; i++)
        if (v->kinds[i] != OBSERVE_GAUGE)
            return false;
    return isfinite(v->values[0]);
}

const struct observe_row *observe_row(enum observe_source source,
                                      const struct observe_value *v)
{
    if (v->time_ms <= 0 || v->interval_ms <= 0)
        return NULL;
    if (source == OBSERVE_CPU)
        return observe_cpu_knows(v) ? &cpu_row : NULL;
    for (size_t i = 0; i < ROWS; i++) {
        const struct observe_row *row = &rows[i];

        if (row->source == source && row->nvalues == v->nvalues &&
            strcmp(row->type, v->type) == 0 &&
            strcmp(row->type_instance, v->type_instance) == 0)
            return is_known(row, v) ? row : NULL;
    }
    return NULL;
}

/* ---- readings ---- */

void facts_init(struct facts *f)
{
    *f = (struct facts){.cpu = {.percent = (double)NAN}};
}

void facts_fini(struct facts *f)
{
    free(f->gpus);
    f->gpus = NULL;
    f->ngpus = 0;
}

void facts_begin(struct facts *f, int64_t time_ms)
{
    f->newest_ms = time_ms;
}

/* What is older came late, unless the sender's clock was set back. */
static void read_value(const struct facts *f, struct facts_reading *r,
                       double value, int64_t time_ms)
{
    if (time_ms < r->time_ms && r->time_ms <= f->newest_ms)
        return;
    r->value = value;
    r->time_ms = time_ms;
}

/* ---- GPUs ---- */

/* "3-NVIDIA H200" or "3"; -1: there is no number. */
static int number_of(const char *instance, const char **name)
{
    size_t digits = strspn(instance, "0123456789");
    int64_t n = -1;

    *name = instance;
    if (digits == 0 || (instance[digits] != '-' && instance[digits] != '\0') ||
        llmreg_parse_int(instance, digits, 0, INT32_MAX, &n) != LLMREG_OK)
        return -1;
    *name = instance + digits + (instance[digits] == '-');
    return (int)n;
}

/* The one with that name, or the next one. */
static size_t named(const struct facts *f, const char *name)
{
    size_t i = 0;

    while (i < f->ngpus && strcmp(f->gpus[i].name, name) != 0)
        i++;
    return i;
}

static int grow(struct facts *f, size_t n)
{
    if (n <= f->ngpus)
        return LLMREG_OK;
    if (n > LLMREG_GPUS_MAX)
        return LLMREG_ENOENT;
    struct facts_gpu *gpus = realloc(f->gpus, n * sizeof *gpus);
    if (gpus == NULL)
        return LLMREG_ENOMEM;
    memset(gpus + f->ngpus, 0, (n - f->ngpus) * sizeof *gpus);
    f->gpus = gpus;
    f->ngpus = n;
    return LLMREG_OK;
}

static int find_gpu(struct facts *f, const char *instance,
                    struct facts_gpu **out)
{
    const char *name = NULL;
    int number = number_of(instance, &name);
    size_t place = number >= 0 ? (size_t)number : named(f, name);
    int rc = grow(f, place + 1);

    if (rc != LLMREG_OK)
        return rc;
    *out = &f->gpus[place];
    return llmreg_copy((*out)->name, sizeof(*out)->name, name);
}

/* ---- taking ---- */

int facts_take(struct facts *f, const struct observe_row *row,
               const struct observe_value *v)
{
    struct facts_reading *readings = f->readings;
    struct facts_gpu *gpu = NULL;

    if (row->scope == GPU) {
        int rc = find_gpu(f, v->plugin_instance, &gpu);
        if (rc != LLMREG_OK)
            return rc;
        readings = gpu->readings;
    }
    f->interval_ms[row->source] = v->interval_ms;
    if (v->time_ms > f->newest_ms)
        f->newest_ms = v->time_ms;
    if (row->scope == CPU)
        observe_cpu_take(&f->cpu, v);
    else
        for (size_t i = 0; i < row->nvalues; i++)
            read_value(f, &readings[row->place + i], v->values[i], v->time_ms);
    return LLMREG_OK;
}

/* ---- giving ---- */

static bool is_fresh(const struct facts *f, enum observe_source source,
                     int64_t time_ms)
{
    const double age = fabs((double)(f->newest_ms - time_ms));

    return time_ms > 0 && age <= FACTS_FRESH * (double)f->interval_ms[source];
}

/* NAN: not known, or not fresh, or not from min to max. */
static double known(const struct facts *f, enum observe_source source,
                    const struct facts_reading *r, double max)
{
    return is_fresh(f, source, r->time_ms) && r->value >= 0 && r->value <= max
               ? r->value
               : (double)NAN;
}

static int64_t bytes(double n)
{
    return isnan(n) || n > (double)LLMREG_BYTES_MAX ? -1 : (int64_t)n;
}

static double ram(const struct facts *f, enum facts_place place)
{
    return known(f, OBSERVE_MEMORY, &f->readings[place],
                 (double)LLMREG_BYTES_MAX);
}

static double total(const struct facts *f)
{
    double all = ram(f, FACTS_USED) + ram(f, FACTS_FREE);

    for (int i = FACTS_BUFFERED; i <= FACTS_SLAB_UNRECLAIMABLE; i++) {
        double n = ram(f, (enum facts_place)i);
        all += isnan(n) ? 0 : n;
    }
    return all;
}

static double load(const struct facts *f, unsigned n)
{
    return known(f, OBSERVE_LOAD, &f->readings[FACTS_LOAD + n], 1e6);
}

static double gpu_reading(const struct facts *f, const struct facts_gpu *g,
                          enum facts_gpu_place place, double max)
{
    return known(f, OBSERVE_GPU, &g->readings[place], max);
}

/* Up to the last one that said something. */
static size_t count_gpus(const struct facts *f)
{
    for (size_t n = f->ngpus; n > 0; n--)
        for (int i = 0; i < FACTS_GPU_PLACES; i++)
            if (is_fresh(f, OBSERVE_GPU, f->gpus[n - 1].readings[i].time_ms))
                return n;
    return 0;
}

static void put_gpu(const struct facts *f, size_t i, struct facts_sample *out)
{
    const struct facts_gpu *g = &f->gpus[i];
    const double max = (double)LLMREG_BYTES_MAX;
    const double used = gpu_reading(f, g, FACTS_GPU_USED, max);

    memcpy(out->names[i], g->name, sizeof out->names[i]);
    if (!llmreg_is_clean(g->name, strlen(g->name)))
        out->names[i][0] = '\0'; /* people could not read it */
    out->gpus[i] = (struct llmreg_gpu){
        .name = out->names[i],
        .uuid = "",
        .utilization_percent = gpu_reading(f, g, FACTS_GPU_BUSY, 100),
        .memory_used_bytes = bytes(used),
        .memory_total_bytes =
            bytes(used + gpu_reading(f, g, FACTS_GPU_FREE, max)),
        .temperature_celsius = gpu_reading(f, g, FACTS_GPU_CORE, 1000),
        .power_watts = gpu_reading(f, g, FACTS_GPU_POWER, 100000),
    };
}

/* Of those that know: one of them may have died. */
static void sum_vram(struct facts_sample *s)
{
    int64_t used = 0, all = 0;

    for (size_t i = 0; i < s->resources.ngpus; i++)
        if (s->gpus[i].memory_total_bytes >= 0) {
            used += s->gpus[i].memory_used_bytes;
            all += s->gpus[i].memory_total_bytes;
        }
    if (all == 0 || all > LLMREG_BYTES_MAX)
        return;
    s->resources.vram_used_bytes = used;
    s->resources.vram_total_bytes = all;
}

void facts_sample(const struct facts *f, struct facts_sample *out)
{
    struct llmreg_resources *r = &out->resources;
    const bool busy = is_fresh(f, OBSERVE_CPU, f->cpu.time_ms);

    *r = llmreg_resources_unknown();
    r->cpu_percent = busy ? f->cpu.percent : (double)NAN;
    r->load1 = load(f, 0);
    r->load5 = load(f, 1);
    r->load15 = load(f, 2);
    r->ram_used_bytes = bytes(ram(f, FACTS_USED));
    r->ram_total_bytes = bytes(total(f));
    r->gpus = out->gpus;
    r->ngpus = count_gpus(f);
    for (size_t i = 0; i < r->ngpus; i++)
        put_gpu(f, i, out);
    sum_vram(out);
}
