/* SPDX-License-Identifier: MIT */
/* api.c - makes what all calls share. */
#include "plugins/llm_listen/api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "plugins/llm_listen/api/feed.h"
#include "plugins/llm_listen/api/resources.h"
#include "plugins/llm_listen/api/token_file.h"
#include "plugins/llm_listen/dialects/dialects.h"

#define BUCKETS 65536 /* who is limited at once: 1.5 MB */

/* What has the same paths as ours goes before it. */
static const struct route_table tables[] = {
    {"optiinfra", optiinfra_agents_routes, DIALECT_BIT(OPTIINFRA), NULL},
    {"", agents_report_routes, 0, NULL},
    {"", agents_routes, 0, NULL},
    {"", hosts_routes, 0, NULL},
    {"", ingest_routes, 0, NULL},
    {"", endpoints_routes, 0, NULL},
    {"", endpoints_add_routes, 0, NULL},
    {"", endpoints_change_routes, 0, NULL},
    {"", requests_routes, 0, NULL},
    {"", models_routes, 0, NULL},
    {"", alerts_routes, 0, NULL},
    {"", graph_routes, 0, NULL},
    {"", snapshot_routes, 0, NULL},
    {"", sessions_routes, 0, NULL},
    {"", tokens_routes, 0, NULL},
    {"", audit_routes, 0, NULL},
    {"", events_routes, 0, NULL},
    {"", sd_routes, 0, NULL},
    {"", self_routes, 0, NULL},
    {"", backups_routes, 0, NULL},
    {"", export_routes, 0, NULL},
    {"", import_routes, 0, NULL},
    {"", store_routes, 0, NULL},
    {"", openapi_routes, 0, NULL},
    {"optiinfra", optiinfra_routes, DIALECT_BIT(OPTIINFRA), &optiinfra_errors},
    {"nexus", nexus_routes, DIALECT_BIT(NEXUS), &nexus_errors},
    {"thunderline", thunderline_routes, DIALECT_BIT(THUNDERLINE),
     &thunderline_errors},
    {"thunderline", thunderline_nodes_routes, DIALECT_BIT(THUNDERLINE),
     &thunderline_errors},
    {"thunderline", thunderline_graph_routes, DIALECT_BIT(THUNDERLINE),
     &thunderline_errors},
    {"agentcom", agentcom_routes, DIALECT_BIT(AGENTCOM), &agentcom_errors},
    {"agentcom", agentcom_endpoints_routes, DIALECT_BIT(AGENTCOM),
     &agentcom_endpoints_errors},
    {"agentcom", agentcom_tokens_routes, DIALECT_BIT(AGENTCOM),
     &agentcom_errors},
    {"agentcom", agentcom_alerts_routes, DIALECT_BIT(AGENTCOM),
     &agentcom_errors},
    {"agentcom", agentcom_care_routes, DIALECT_BIT(AGENTCOM), &agentcom_errors},
    {"agentcom", agentcom_store_routes, DIALECT_BIT(AGENTCOM),
     &agentcom_errors},
    {"agentcom", agentcom_dashboard_routes, DIALECT_BIT(AGENTCOM),
     &agentcom_errors},
    {"agentcom", agentcom_page_routes, DIALECT_BIT(AGENTCOM), &agentcom_errors},
    {"agentcom", agentcom_socket_routes, DIALECT_BIT(AGENTCOM),
     &agentcom_errors},
    {"nexus", nexus_socket_routes, DIALECT_BIT(NEXUS), &nexus_errors},
    {"health", health_routes, DIALECTS_HEALTH, NULL},
};
#define TABLES (sizeof tables / sizeof tables[0])

const struct route_table *api_tables(size_t *n)
{
    *n = TABLES;
    return tables;
}

/* What WebSockets of dialects hear. */
static const struct {
    const struct cast_kind *kind;
    unsigned dialects;
} casts[CASTS] = {
    [CAST_DASHBOARD] = {&agentcom_dashboard_cast, DIALECT_BIT(AGENTCOM)},
    [CAST_PRESENCE] = {&agentcom_presence_cast, DIALECT_BIT(AGENTCOM)},
    [CAST_BACKENDS] = {&nexus_cast, DIALECT_BIT(NEXUS)},
};

static int make_casts(struct api *api)
{
    int rc = LLMREG_OK;

    for (size_t i = 0; i < CASTS && rc == LLMREG_OK; i++)
        if ((casts[i].dialects & api->conf.dialects) != 0)
            rc = cast_new(&api->casts[i], casts[i].kind);
    return rc;
}

/* What nearly every heartbeat is answered. */
static int make_beaten(struct api *api)
{
    char body[80];

    snprintf(body, sizeof body,
             "{\"received\":true,\"next_interval_seconds\":%g}",
             (double)api->conf.interval_ms / 1000);
    return http_fixed_new(&api->beaten, 200, NULL, body);
}

static int make_parts(struct api *api, struct llmreg_error *err)
{
    int rc = router_new(&api->router, tables, TABLES, api->conf.dialects, err);

    if (rc == LLMREG_OK)
        rc = buckets_new(&api->buckets, BUCKETS);
    if (rc == LLMREG_OK)
        rc = make_beaten(api);
    if (rc == LLMREG_OK)
        rc = make_casts(api);
    if (rc == LLMREG_OK)
        rc = acks_new(&api->acks, api->service);
    if (rc == LLMREG_OK)
        rc = feed_new(&api->feed, api->bus);
    if (rc == LLMREG_OK && api->conf.token_file[0] != '\0')
        rc = token_file_read(api->conf.token_file, api->registry, api->log,
                             &api->started, err);
    return rc;
}

int api_new(struct api **out, struct llmreg_service *service,
            const struct api_conf *conf, struct counters *counters,
            struct llmreg_error *err)
{
    struct api *api = calloc(1, sizeof *api);
    int rc = LLMREG_ENOMEM;

    if (api != NULL) {
        api->conf = *conf;
        api->service = service;
        api->registry = llmreg_service_registry(service);
        api->bus = llmreg_service_bus(service);
        api->log = llmreg_service_log(service);
        api->counters = counters;
        api->started = llmreg_clock_now(llmreg_service_clock(service));
        if (gethostname(api->conf.hostname, sizeof api->conf.hostname - 1) != 0)
            snprintf(api->conf.hostname, sizeof api->conf.hostname,
                     "localhost");
        rc = make_parts(api, err);
    }
    if (rc == LLMREG_OK) {
        *out = api;
        return rc;
    }
    if (err->text[0] == '\0')
        llmreg_error_set(err, "cannot start: %s", llmreg_status_text(rc));
    api_free(api);
    return rc;
}

void api_free(struct api *api)
{
    if (api == NULL)
        return;
    for (size_t i = 0; i < CASTS; i++)
        cast_free(api->casts[i]);
    feed_free(api->feed);
    acks_free(api->acks);
    http_fixed_free(api->beaten);
    buckets_free(api->buckets);
    router_free(api->router);
    free(api);
}

static void on_ready(void *ctx, struct http_server *server)
{
    struct api *api = ctx;

    api->server = server;
    acks_server(api->acks, server);
    feed_server(api->feed, server);
}

static void on_gone(void *ctx)
{
    struct api *api = ctx;

    feed_stop(api->feed);
    acks_stop(api->acks);
    api->server = NULL;
}

struct http_handler api_handler(struct api *api)
{
    return (struct http_handler){
        .ready = on_ready,
        .head = ask_head,
        .run = ask_run,
        .end = ask_end,
        .refuse = ask_refuse,
        .gone = on_gone,
        .ctx = api,
        .user_size = sizeof(struct ask),
    };
}
