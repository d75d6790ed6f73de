/* SPDX-License-Identifier: MIT */
/* metrics_host.c - one row a series of a host, and one a series of each of
 * its GPUs.
 *
 * What is known when:
 *
 *   a fresh sample          all that the reporter knows
 *   stale, or none so far   age
 *
 * so that a host that fell silent leaves a gap in its graphs, while its age
 * goes on until it is removed.
 *
 * A host has the plugin instance "host" and its GPUs "gpu0", "gpu1", ... as
 * they stand in the sample.  None would be shorter, but write_prometheus puts
 * the plugin instance into one label and the type instance into another, and
 * with none the type instance into the first: so every series of a host can be
 * asked for by the same two labels.  The names of a GPU's series are those of
 * collectd's own gpu_nvidia, so that graphs made for it fit.
 *
 * The directory is named after the host's id and not after its name, which may
 * change and would leave files behind.
 */
#include <llmreg/metrics.h>

#include <math.h>
#include <stdio.h>

#include <llmreg/names.h>

#define INSTANCE      "host"
#define INSTANCE_SIZE 32

/* ---- what is known of a host ---- */

struct facts {
    struct llmreg_resources resources; /* all unknown without a sample */
    struct llmreg_host_state state;
    const struct llmreg_now *now;
};

/* False: it is not known.  Of several values the others may be NAN. */
typedef bool (*get_host_fn)(const struct facts *f, struct llmreg_metric *m);

static bool number(double n, struct llmreg_metric *m)
{
    m->value = n;
    return !isnan(n);
}

static bool bytes(int64_t n, struct llmreg_metric *m)
{
    m->value = (double)n;
    return n >= 0;
}

static bool rest(int64_t used, int64_t total, struct llmreg_metric *m)
{
    return used >= 0 && bytes(total - used, m);
}

static bool cpu(const struct facts *f, struct llmreg_metric *m)
{
    return number(f->resources.cpu_percent, m);
}

/* The mean over those that say it. */
static bool gpu(const struct facts *f, struct llmreg_metric *m)
{
    double all = 0;
    size_t n = 0;

    for (size_t i = 0; i < f->resources.ngpus; i++) {
        double one = f->resources.gpus[i].utilization_percent;
        if (isnan(one))
            continue;
        all += one;
        n++;
    }
    return number(n == 0 ? (double)NAN : all / (double)n, m);
}

static bool load(const struct facts *f, struct llmreg_metric *m)
{
    m->more[0] = f->resources.load5;
    m->more[1] = f->resources.load15;
    m->nmore = 2;
    return number(f->resources.load1, m);
}

static bool ram_used(const struct facts *f, struct llmreg_metric *m)
{
    return bytes(f->resources.ram_used_bytes, m);
}

static bool ram_free(const struct facts *f, struct llmreg_metric *m)
{
    return rest(f->resources.ram_used_bytes, f->resources.ram_total_bytes, m);
}

static bool vram_used(const struct facts *f, struct llmreg_metric *m)
{
    return bytes(f->resources.vram_used_bytes, m);
}

static bool vram_free(const struct facts *f, struct llmreg_metric *m)
{
    return rest(f->resources.vram_used_bytes, f->resources.vram_total_bytes, m);
}

static bool age(const struct facts *f, struct llmreg_metric *m)
{
    double seconds =
        f->state.reported_mono_ns != 0
            ? (double)(f->now->mono_ns - f->state.reported_mono_ns) / 1e9
            : (double)(f->now->wall_ms - f->state.reported_ms) / 1e3;

    return number(seconds < 0 ? 0 : seconds, m);
}

static const struct {
    struct llmreg_metric_info info;
    get_host_fn get;
} rows[] = {
    {{"percent", "cpu", "how busy the CPU is, all cores together"}, cpu},
    {{"percent", "gpu", "how busy the GPUs are, on average"}, gpu},
    {{"load", "", "load average of 1, 5 and 15 minutes"}, load},
    {{"memory", "used", "RAM in use"}, ram_used},
    {{"memory", "free", "RAM that is not in use"}, ram_free},
    {{"memory", "vram_used", "memory in use of all GPUs together"}, vram_used},
    {{"memory", "vram_free", "memory of them not in use"}, vram_free},
    {{"duration", "age", "seconds since the host was last heard of"}, age},
};
#define ROWS (sizeof rows / sizeof rows[0])

/* ---- what is known of a GPU ---- */

typedef bool (*get_gpu_fn)(const struct llmreg_gpu *g, struct llmreg_metric *m);

static bool gpu_used(const struct llmreg_gpu *g, struct llmreg_metric *m)
{
    return number(g->utilization_percent, m);
}

static bool gpu_memory_used(const struct llmreg_gpu *g, struct llmreg_metric *m)
{
    return bytes(g->memory_used_bytes, m);
}

static bool gpu_memory_free(const struct llmreg_gpu *g, struct llmreg_metric *m)
{
    return rest(g->memory_used_bytes, g->memory_total_bytes, m);
}

static bool gpu_temperature(const struct llmreg_gpu *g, struct llmreg_metric *m)
{
    return number(g->temperature_celsius, m);
}

static bool gpu_power(const struct llmreg_gpu *g, struct llmreg_metric *m)
{
    return number(g->power_watts, m);
}

static const struct {
    struct llmreg_metric_info info;
    get_gpu_fn get;
} gpu_rows[] = {
    {{"percent", "gpu_used", "how busy the GPU is"}, gpu_used},
    {{"memory", "used", "memory of the GPU in use"}, gpu_memory_used},
    {{"memory", "free", "memory of it not in use"}, gpu_memory_free},
    {{"temperature", "core", "degrees Celsius"}, gpu_temperature},
    {{"power", "", "watts"}, gpu_power},
};
#define GPU_ROWS (sizeof gpu_rows / sizeof gpu_rows[0])

_Static_assert(ROWS <= LLMREG_HOST_SERIES_MAX &&
                   GPU_ROWS <= LLMREG_GPU_SERIES_MAX,
               "the disk that a series costs is promised in the manual");

/* ---- handing over ---- */

static void emit_host(const struct facts *f, struct llmreg_metric m,
                      llmreg_emit_fn emit, void *ctx)
{
    for (size_t i = 0; i < ROWS; i++) {
        m.type = rows[i].info.type;
        m.type_instance = rows[i].info.type_instance;
        m.nmore = 0;
        if (rows[i].get(f, &m))
            emit(ctx, &m);
    }
}

static void emit_gpu(const struct llmreg_gpu *g, struct llmreg_metric m,
                     llmreg_emit_fn emit, void *ctx)
{
    for (size_t i = 0; i < GPU_ROWS; i++) {
        m.type = gpu_rows[i].info.type;
        m.type_instance = gpu_rows[i].info.type_instance;
        if (gpu_rows[i].get(g, &m))
            emit(ctx, &m);
    }
}

static void emit_all(const struct facts *f, struct llmreg_metric m, size_t gpus,
                     llmreg_emit_fn emit, void *ctx)
{
    char instance[INSTANCE_SIZE];

    emit_host(f, m, emit, ctx);
    m.plugin_instance = instance;
    for (size_t i = 0; i < f->resources.ngpus && i < gpus; i++) {
        (void)snprintf(instance, sizeof instance, "gpu%zu", i);
        emit_gpu(&f->resources.gpus[i], m, emit, ctx);
    }
}

void llmreg_host_metrics(const struct llmreg_host *h,
                         const struct llmreg_now *now, size_t gpus,
                         llmreg_emit_fn emit, void *ctx)
{
    const struct llmreg_sample *sample = llmreg_host_sample(h, now);
    char name[LLMREG_SERIES_SIZE];
    struct facts f = {.resources = llmreg_resources_unknown(), .now = now};

    if (sample != NULL)
        f.resources = llmreg_resources_total(&sample->resources);
    llmreg_host_state(h, now, &f.state);
    llmreg_series_name(llmreg_host_id(h), name);
    const struct llmreg_metric m = {
        .host = name,
        .plugin_instance = INSTANCE,
        .interval_ms = f.state.interval_ms,
    };
    emit_all(&f, m, gpus, emit, ctx);
    llmreg_sample_put(sample);
}

const struct llmreg_metric_info *llmreg_host_metric_info(size_t n)
{
    return n < ROWS ? &rows[n].info : NULL;
}

const struct llmreg_metric_info *llmreg_gpu_metric_info(size_t n)
{
    return n < GPU_ROWS ? &gpu_rows[n].info : NULL;
}
