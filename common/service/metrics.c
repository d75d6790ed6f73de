/* SPDX-License-Identifier: MIT */
/* metrics.c - one row a series of an endpoint: its names, what it means, and
 * a function that knows the value or says that it is not known.
 *
 * What is known when:
 *
 *   disabled                 nothing: nobody asks it, so nothing is known
 *   before the first probe since the start   age
 *   down                     up (0), total, age, failures, and of connect,
 *                            ttfb and status what the last probe saw
 *   healthy, degraded        all, as far as the server tells
 *
 * The list of models is known from the first OK on, for as long as the
 * endpoint answers; a sum over it only if every part of it is known.
 */
#include <llmreg/metrics.h>

struct facts {
    struct llmreg_health health;
    const struct llmreg_models *models;
    int64_t registered_ms;
    const struct llmreg_now *now;
};

/* ---- what is known ---- */

static bool is_probed(const struct facts *f)
{
    return f->health.checked_mono_ns != 0;
}

static bool is_listed(const struct facts *f)
{
    return f->health.ok_ms != 0 && (f->health.state == LLMREG_HEALTH_HEALTHY ||
                                    f->health.state == LLMREG_HEALTH_DEGRADED);
}

static bool seconds_of_us(const struct facts *f, uint32_t us, double *out)
{
    *out = us / 1e6;
    return is_probed(f) && us > 0;
}

/* Adds up field at offset over all models, or the loaded ones. */
static bool sum(const struct facts *f, size_t offset, bool loaded, double *out)
{
    *out = 0;
    for (size_t i = 0; i < f->models->count; i++) {
        const struct llmreg_model *m = &f->models->items[i];
        int64_t n = *(const int64_t *)(const void *)((const char *)m + offset);

        if (loaded && m->loaded == LLMREG_UNKNOWN)
            return false;
        if (loaded && m->loaded == LLMREG_NO)
            continue;
        if (n < 0)
            return false;
        *out += (double)n;
    }
    return is_listed(f);
}

/* ---- the values ---- */

static bool up(const struct facts *f, double *out)
{
    *out = llmreg_is_down(f->health.state) ? 0 : 1;
    return f->health.state != LLMREG_HEALTH_UNKNOWN;
}

static bool total(const struct facts *f, double *out)
{
    *out = f->health.total_us / 1e6;
    return is_probed(f);
}

static bool age(const struct facts *f, double *out)
{
    const int64_t then =
        f->health.ok_ms != 0 ? f->health.ok_ms : f->registered_ms;

    if (f->health.ok_mono_ns != 0)
        *out = (double)(f->now->mono_ns - f->health.ok_mono_ns) / 1e9;
    else
        *out = (double)(f->now->wall_ms - then) / 1e3;
    if (*out < 0)
        *out = 0;
    return true;
}

static bool connect(const struct facts *f, double *out)
{
    return seconds_of_us(f, f->health.connect_us, out);
}

static bool ttfb(const struct facts *f, double *out)
{
    return seconds_of_us(f, f->health.ttfb_us, out);
}

static bool status(const struct facts *f, double *out)
{
    *out = f->health.http_status;
    return is_probed(f) && f->health.http_status != 0;
}

static bool models(const struct facts *f, double *out)
{
    *out = (double)f->models->count + f->models->not_kept;
    return is_listed(f);
}

static bool models_loaded(const struct facts *f, double *out)
{
    size_t n = 0;

    for (size_t i = 0; i < f->models->count; i++) {
        if (f->models->items[i].loaded == LLMREG_UNKNOWN)
            return false;
        n += f->models->items[i].loaded == LLMREG_YES;
    }
    *out = (double)n;
    return is_listed(f);
}

static bool bytes(const struct facts *f, double *out)
{
    return sum(f, offsetof(struct llmreg_model, size_bytes), false, out);
}

static bool memory(const struct facts *f, double *out)
{
    return sum(f, offsetof(struct llmreg_model, loaded_bytes), true, out);
}

static bool vram(const struct facts *f, double *out)
{
    return sum(f, offsetof(struct llmreg_model, vram_bytes), true, out);
}

static bool failures(const struct facts *f, double *out)
{
    *out = f->health.failures;
    return is_probed(f);
}

/* ---- the table ---- */

static const struct {
    struct llmreg_metric_info info;
    bool (*get)(const struct facts *f, double *out);
} rows[] = {
    {{"bool", "up", "1 while healthy or degraded, 0 while down"}, up},
    {{"duration", "total", "seconds that the last probe took"}, total},
    {{"duration", "age", "seconds since the last probe that went well"}, age},
    {{"duration", "connect", "seconds to connect, when it had to"}, connect},
    {{"duration", "ttfb", "seconds to the first byte of the answer"}, ttfb},
    {{"response_code", "version", "HTTP status that decided"}, status},
    {{"count", "models", "models installed"}, models},
    {{"count", "models_loaded", "models in memory"}, models_loaded},
    {{"bytes", "models", "size of the models on disk"}, bytes},
    {{"memory", "models_loaded", "memory of the loaded models"}, memory},
    {{"memory", "models_vram", "part of it in GPU memory"}, vram},
    {{"count", "failures", "probes in a row that failed"}, failures},
};
#define ROWS (sizeof rows / sizeof rows[0])

_Static_assert(ROWS <= LLMREG_ENDPOINT_SERIES_MAX,
               "the disk that a series costs is promised in the manual");

void llmreg_endpoint_metrics(const struct llmreg_endpoint *e,
                             const struct llmreg_now *now, llmreg_emit_fn emit,
                             void *ctx)
{
    if (llmreg_endpoint_intent(e).admin == LLMREG_ADMIN_DISABLED)
        return;
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    struct facts f = {
        .models = llmreg_endpoint_models(e),
        .registered_ms = llmreg_endpoint_registered_ms(e),
        .now = now,
    };

    llmreg_endpoint_health(e, &f.health);
    for (size_t i = 0; i < ROWS; i++) {
        struct llmreg_metric m = {
            .host = spec->host,
            .plugin_instance = spec->series,
            .type = rows[i].info.type,
            .type_instance = rows[i].info.type_instance,
            .interval_ms = spec->interval_ms,
        };

        if (rows[i].get(&f, &m.value))
            emit(ctx, &m);
    }
    llmreg_models_put(f.models);
    llmreg_spec_put(spec);
}

const struct llmreg_metric_info *llmreg_endpoint_metric_info(size_t n)
{
    return n < ROWS ? &rows[n].info : NULL;
}
