/* SPDX-License-Identifier: MIT */
/* life.c - a table of contents of the plugin. */
#include "plugins/llm_probe/life.h"

#include <stdlib.h>

#include "plugins/llm_probe/files.h"
#include "plugins/llm_probe/probe.h"
#include "plugins/llm_probe/series.h"

#define LOOK_NS LLMREG_NS_PER_S

struct life {
    struct config *config;
    struct llmreg_service *service;
    struct catalog catalog;
    struct probe *probe;
    struct files *files;
    struct series series;
    struct llmreg_complaint memory;
};

/* The files' targets become the catalog's. */
static void fill_catalog(struct life *l)
{
    struct config *c = l->config;

    l->catalog = (struct catalog){
        .registry = llmreg_service_registry(l->service),
        .log = llmreg_service_log(l->service),
        .interval_ms = c->options.interval_ns / LLMREG_NS_PER_MS,
        .config = &c->targets,
        .files = c->files,
        .nfiles = c->nfiles,
    };
}

static int start_probe(struct life *l)
{
    const struct config_options *o = &l->config->options;
    const struct probe_setup setup = {
        .registry = llmreg_service_registry(l->service),
        .bus = llmreg_service_bus(l->service),
        .clock = llmreg_service_clock(l->service),
        .log = llmreg_service_log(l->service),
        .access = &l->config->access,
        .secrets = l->config->secrets,
        .rule = {.unhealthy_after = (uint32_t)o->unhealthy_after,
                 .healthy_after = (uint32_t)o->healthy_after},
        .timeout_ns = o->timeout_ns,
        .connect_ns = o->connect_ns,
        .ps_ns = o->ps_ns,
        .max_concurrent = (size_t)o->max_concurrent,
    };

    probe_raise_limits();
    return probe_start(&setup, &l->probe);
}

static int start_files(struct life *l)
{
    const struct files_setup setup = {
        .catalog = &l->catalog,
        .secrets = l->config->secrets,
        .clock = llmreg_service_clock(l->service),
        .log = llmreg_service_log(l->service),
        .pause_ns = LOOK_NS,
    };

    return files_start(&setup, &l->files);
}

static int start_parts(struct life *l, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    fill_catalog(l);
    if (catalog_apply(&l->catalog) != LLMREG_OK)
        llmreg_log(l->catalog.log, LLMREG_ERROR,
                   "not all configured endpoints are probed");
    rc = start_probe(l);
    if (rc == LLMREG_OK)
        rc = start_files(l);
    if (rc != LLMREG_OK)
        llmreg_error_set(err, "cannot start: %s", llmreg_status_text(rc));
    return rc;
}

int life_start(struct config *config, const struct llmreg_program *program,
               struct life **out, struct llmreg_error *err)
{
    struct life *l = calloc(1, sizeof *l);
    int rc = LLMREG_ENOMEM;

    if (l == NULL) {
        llmreg_error_set(err, "cannot start: %s", llmreg_status_text(rc));
        return rc;
    }
    l->config = config;
    rc = llmreg_service_attach(program, &l->service, err);
    if (rc == LLMREG_OK)
        rc = start_parts(l, err);
    if (rc != LLMREG_OK) {
        life_stop(l);
        return rc;
    }
    series_init(&l->series, l->catalog.registry, config->options.interval_ns,
                llmreg_clock_now(llmreg_service_clock(l->service)).mono_ns);
    *out = l;
    return LLMREG_OK;
}

void life_stop(struct life *l)
{
    if (l == NULL)
        return;
    files_stop(l->files);
    probe_stop(l->probe);
    if (l->service != NULL)
        llmreg_service_detach(l->service);
    free(l);
}

struct llmreg_now life_now(const struct life *l, int64_t *interval_ms)
{
    *interval_ms = l->catalog.interval_ms;
    return llmreg_clock_now(llmreg_service_clock(l->service));
}

void life_series(struct life *l, const struct llmreg_now *now,
                 llmreg_emit_fn emit, void *ctx)
{
    if (series_emit(&l->series, now, emit, ctx) != LLMREG_OK)
        llmreg_complain(l->catalog.log, &l->memory, now, LLMREG_ERROR,
                        "no memory: some series are missing");
}
