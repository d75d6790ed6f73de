/* SPDX-License-Identifier: MIT */
/* self.c - how we are ourselves.
 *
 *   /healthz         we answer: restart us if not
 *   /readyz          we can do all that we do: send us work
 *   /api/v1/health   everything there is to know, for people and graphs
 *
 * The first two are for load balancers and supervisors, which have no token,
 * and tell nothing but that. */
#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/fault.h"
#include "plugins/llm_listen/api/feed.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"
#include "plugins/llm_listen/counters.h"

static int run_alive(struct ask *a)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", "ok");
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

static int run_ready(struct ask *a)
{
    const struct reply_error not_ready = {
        .status = 503,
        .message = "the store does not work: what changes is not acknowledged",
        .retry = 5};

    if (!llmreg_service_store_works(a->api->service))
        return reply_error(a, &not_ready);
    return run_alive(a);
}

/* ---- everything ---- */

static void write_store(struct llmreg_json_out *w, struct api *api,
                        const struct llmreg_standing *now)
{
    const uint64_t durable = llmreg_service_durable(api->service);
    const uint64_t last = llmreg_bus_last(api->bus);

    llmreg_json_open_object(w, "store");
    llmreg_json_bool(w, "works", now->works);
    llmreg_json_string(w, "state", fault_word(now->status));
    llmreg_json_string(w, "reason", now->what.text);
    llmreg_json_time(w, "since", "since_ms", now->since_ms);
    llmreg_json_integer(w, "durable_seq", (int64_t)durable);
    llmreg_json_integer(w, "behind",
                        last > durable ? (int64_t)(last - durable) : 0);
    llmreg_json_close_object(w);
}

static void write_queues(struct llmreg_json_out *w, struct api *api)
{
    struct llmreg_bus_counts bus;

    llmreg_bus_count(api->bus, &bus);
    llmreg_json_open_object(w, "events");
    llmreg_json_integer(w, "last_seq", (int64_t)llmreg_bus_last(api->bus));
    llmreg_json_integer(w, "published", (int64_t)bus.published);
    llmreg_json_integer(w, "waiting", (int64_t)bus.waiting);
    llmreg_json_integer(w, "streams_idle", (int64_t)feed_waiting(api->feed));
    llmreg_json_close_object(w);
}

/* As collectd calls them: http_requests-2xx. */
static void write_counter(void *ctx, const struct llmreg_metric *m)
{
    struct llmreg_json_out *w = ctx;
    char key[128];
    struct llmreg_text t;

    llmreg_text_init(&t, key, sizeof key);
    llmreg_text_addf(&t, "%s-%s", m->type, m->type_instance);
    llmreg_json_double(w, key, m->value);
}

static void write_counters(struct llmreg_json_out *w, struct api *api)
{
    llmreg_json_open_object(w, "http");
    counters_emit(api->counters, write_counter, w);
    llmreg_json_close_object(w);
}

static void write_limits(struct llmreg_json_out *w, const struct api_conf *conf)
{
    llmreg_json_open_object(w, "limits");
    llmreg_json_integer(w, "heartbeat_interval_ms", conf->interval_ms);
    llmreg_json_integer(w, "endpoints_per_agent",
                        (int64_t)conf->endpoints_each);
    llmreg_json_double(w, "requests_per_second_token",
                       conf->per_token.per_second);
    llmreg_json_double(w, "requests_per_second_address",
                       conf->per_address.per_second);
    llmreg_json_double(w, "wrong_tokens_per_second", conf->failures.per_second);
    llmreg_json_double(w, "new_hosts_per_second", conf->new_hosts.per_second);
    llmreg_json_integer(w, "registry_entries", LLMREG_LIMIT);
    llmreg_json_close_object(w);
}

static void write_clock(struct llmreg_json_out *w, const struct ask *a)
{
    const struct llmreg_now *now = &a->req->now;
    const int64_t up_ns = now->mono_ns - a->api->started.mono_ns;

    llmreg_json_time(w, "time", "time_ms", now->wall_ms);
    llmreg_json_time(w, "started_at", "started_at_ms", a->api->started.wall_ms);
    llmreg_json_integer(w, "uptime_seconds", up_ns / LLMREG_NS_PER_S);
}

static int run_health(struct ask *a)
{
    struct llmreg_standing now;
    struct reply r;

    llmreg_service_standing(a->api->service, &now);
    const bool works = now.works && now.status == LLMREG_OK;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", works ? "healthy" : "degraded");
    llmreg_json_string(&r.json, "version", LLMREG_VERSION);
    llmreg_json_string(&r.json, "engine_version", http_version());
    llmreg_json_string(&r.json, "hostname", a->api->conf.hostname);
    write_clock(&r.json, a);
    write_store(&r.json, a->api, &now);
    write_queues(&r.json, a->api);
    write_counters(&r.json, a->api);
    write_limits(&r.json, &a->api->conf);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

const struct route self_routes[] = {
    {HTTP_GET, "/healthz", ROUTE_OPEN, 0, NULL, NULL, run_alive, "200",
     "whether it answers", false},
    {HTTP_GET, "/readyz", ROUTE_OPEN, 0, NULL, NULL, run_ready, "200",
     "whether it can do all that it does", false},
    {HTTP_GET, "/api/v1/health", ROUTE_READER, 0, NULL, NULL, run_health, "200",
     "how the listener is, with its store, queues, counters and limits", false},
    {.path = NULL},
};
