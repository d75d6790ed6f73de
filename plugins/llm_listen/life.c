/* SPDX-License-Identifier: MIT */
/* life.c - a table of contents of the plugin. */
#include "plugins/llm_listen/life.h"

#include <stdlib.h>

#include "plugins/llm_listen/api/api.h"
#include "plugins/llm_listen/host_series.h"
#include "plugins/llm_listen/observe.h"

#define OWN_INTERVAL_NS (10 * LLMREG_NS_PER_S)

struct life {
    struct config *config;
    struct llmreg_service *service;
    struct counters counters;
    struct api *api;
    struct http_server *server;
    struct observe *observe;
    struct host_observer observer;
    struct host_series series;
    bool has_series;
    struct llmreg_complaint memory;
};

static struct bucket_rule per_second(double rate)
{
    return (struct bucket_rule){rate, rate < 1 ? 1 : 2 * rate};
}

static struct bucket_rule per_minute(double rate)
{
    return (struct bucket_rule){rate / 60, rate};
}

/* Values come by collectd, or by HTTP; nobody asks for them: there is none. */
static int start_observe(struct life *l, struct llmreg_error *err)
{
    const struct config *c = l->config;
    const struct observe_conf conf = {
        .registry = llmreg_service_registry(l->service),
        .log = llmreg_service_log(l->service),
        .counters = &l->counters,
        .sources = c->sources,
        .hosts_max = (size_t)c->options.observed,
        .self =
            c->options.observe_self || c->own_host == NULL ? "" : c->own_host,
    };
    const struct llmreg_now now = life_now(l);
    int rc;

    if (c->sources == 0)
        return LLMREG_OK;
    rc = observe_new(&l->observe, &conf, &now);
    if (rc != LLMREG_OK)
        llmreg_error_set(err, "cannot observe: %s", llmreg_status_text(rc));
    l->observer =
        (struct host_observer){observe_wants, observe_take, l->observe};
    return rc;
}

static int start_api(struct life *l, struct llmreg_error *err)
{
    const struct config *c = l->config;
    const struct config_options *o = &c->options;
    const struct api_conf conf = {
        .per_token = per_second(o->token_rate),
        .per_address = per_second(o->address_rate),
        .failures = per_minute(o->failures),
        .new_hosts = per_minute(o->new_hosts),
        .endpoints_each = (size_t)o->endpoints_each,
        .interval_ms = o->heartbeat_ns / LLMREG_NS_PER_MS,
        .probe_interval_ms = o->probe_ns / LLMREG_NS_PER_MS,
        .hosts = (const char *const *)c->hosts.items,
        .nhosts = c->hosts.count,
        .dialects = c->dialects,
        .token_file = o->token_file,
        .observer = l->observe == NULL ? NULL : &l->observer,
    };

    return api_new(&l->api, l->service, &conf, &l->counters, err);
}

static int start_server(struct life *l, struct llmreg_error *err)
{
    const struct config_options *o = &l->config->options;
    struct http_setup setup = {
        .doors = l->config->doors,
        .ndoors = l->config->ndoors,
        .limits = http_limits(),
        .handler = api_handler(l->api),
        .clock = llmreg_service_clock(l->service),
        .log = llmreg_service_log(l->service),
        .counters = &l->counters,
    };
    int rc;

    setup.limits.connections = (size_t)o->connections;
    setup.limits.per_address = (size_t)o->connections_each;
    setup.limits.streams = (size_t)o->streams;
    setup.limits.streams_per_address = (size_t)o->streams_each;
    setup.limits.threads = (unsigned)o->threads;
    rc = http_server_new(&l->server, &setup, err);
    return rc;
}

static void start_series(struct life *l)
{
    const struct host_series_conf conf = {
        .registry = llmreg_service_registry(l->service),
        .bus = llmreg_service_bus(l->service),
        .counters = &l->counters,
        .service = l->service,
        .gpus = (size_t)l->config->options.gpus,
        .interval_ns = OWN_INTERVAL_NS,
    };

    host_series_init(&l->series, &conf, life_now(l).mono_ns);
    l->has_series = true;
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
        rc = start_observe(l, err);
    if (rc == LLMREG_OK)
        rc = start_api(l, err);
    if (rc == LLMREG_OK)
        rc = start_server(l, err);
    if (rc != LLMREG_OK) {
        life_stop(l);
        return rc;
    }
    start_series(l);
    *out = l;
    return LLMREG_OK;
}

void life_stop(struct life *l)
{
    if (l == NULL)
        return;
    http_server_free(l->server);
    api_free(l->api);
    observe_free(l->observe);
    if (l->has_series)
        host_series_fini(&l->series);
    if (l->service != NULL)
        llmreg_service_detach(l->service);
    free(l);
}

struct host_observer *life_observer(struct life *l)
{
    return l->observe == NULL ? NULL : &l->observer;
}

struct llmreg_now life_now(const struct life *l)
{
    return llmreg_clock_now(llmreg_service_clock(l->service));
}

void life_series(struct life *l, const struct llmreg_now *now,
                 llmreg_emit_fn emit, void *ctx)
{
    if (l->observe != NULL)
        observe_tick(l->observe, now);
    if (host_series_emit(&l->series, now, emit, ctx) != LLMREG_OK)
        llmreg_complain(llmreg_service_log(l->service), &l->memory, now,
                        LLMREG_ERROR, "no memory: some series are missing");
}
