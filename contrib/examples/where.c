/* SPDX-License-Identifier: MIT */
/* where.c - a registry in a program of one's own: three endpoints, what was
 * seen of them, and the question where a model can be run best.
 *
 *     cc -o where where.c $(pkg-config --cflags --libs libllmreg) && ./where
 *
 * It uses nothing but the installed headers; llmreg(3) explains them.
 */
#include <llmreg/fleet.h>
#include <llmreg/json.h>
#include <llmreg/registry.h>

#include <stdio.h>
#include <stdlib.h>

static const char *const hosts[] = {"gpu1:11434", "gpu2:11434", "gpu3:11434"};

#define HOSTS (sizeof hosts / sizeof hosts[0])

/* Every call that can fail says so; here that ends the program. */
static void must(int status, const char *what)
{
    if (status == LLMREG_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, llmreg_status_text(status));
    exit(EXIT_FAILURE);
}

/* Registers the endpoint at host:port, and gives a reference to it. */
static struct llmreg_endpoint *add(struct llmreg_registry *r, const char *text)
{
    struct llmreg_error err;
    struct llmreg_url url;

    if (llmreg_url_parse(text, 11434, &url, &err) != LLMREG_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(EXIT_FAILURE);
    }
    const struct llmreg_spec spec = {
        .id = url.id,
        .url = url.base,
        .name = url.host,
        .host = url.host,
        .series = "11434",
        .kind = LLMREG_KIND_OLLAMA,
        .source = LLMREG_SOURCE_MANUAL,
        .priority = LLMREG_PRIORITY_DEFAULT,
        .interval_ms = 30000,
    };
    must(llmreg_set(r, &spec, NULL, &err), err.text);
    return llmreg_get(r, url.id);
}

/* What a probe would report: an answer or none, and a model. */
static void report(struct llmreg_registry *r, struct llmreg_endpoint *e,
                   enum llmreg_reason reason, enum llmreg_tristate loaded)
{
    static const struct llmreg_health_rule rule = {1, 1};
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    const struct llmreg_observation seen = {
        .reason = reason,
        .total_us = 1500,
        .version = "0.12.3",
    };
    struct llmreg_model model = llmreg_model_unknown("llama3.2:3b");

    model.loaded = loaded;
    const struct llmreg_models models = {.items = &model, .count = 1};
    must(llmreg_models_set(r, e, &models, &now), "models");
    must(llmreg_observe(r, e, &seen, &rule, &now), "observe");
}

/* What happened so far, one line of JSON an event. */
static int to_stdout(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    return fwrite(bytes, 1, len, stdout) == len ? LLMREG_OK : LLMREG_EIO;
}

static void print_events(struct llmreg_subscription *s)
{
    const struct llmreg_event *event;
    struct llmreg_json_out w;

    while (llmreg_subscription_next(s, &event) == LLMREG_OK) {
        llmreg_json_out_init(&w, to_stdout, NULL);
        llmreg_event_json(&w, NULL, event);
        must(llmreg_json_out_end(&w), "standard output");
        putchar('\n');
        llmreg_event_put(event);
    }
}

static void print_where(struct llmreg_registry *r, const char *model)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    const struct llmreg_rank_query query = {.model = model};
    struct llmreg_candidates *c = NULL;

    must(llmreg_rank(r, &query, &now, &c), "rank");
    printf("%s can be run on %zu endpoints, best first:\n", model, c->count);
    for (size_t i = 0; i < c->count; i++)
        printf("  %s %.2f\n", llmreg_endpoint_id(c->items[i].endpoint),
               c->items[i].score.total);
    llmreg_candidates_free(c);
}

int main(void)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    struct llmreg_endpoint *endpoints[HOSTS];
    struct llmreg_subscription *events = NULL;
    struct llmreg_registry *r = NULL;
    struct llmreg_bus *bus = NULL;

    conf.endpoints = 100;
    must(llmreg_bus_new(&bus, 256, 1), "bus");
    must(llmreg_registry_new(&r, &conf, bus, &llmreg_clock_system), "registry");
    must(llmreg_subscribe(bus, UINT64_MAX, &events), "subscription");
    for (size_t i = 0; i < HOSTS; i++)
        endpoints[i] = add(r, hosts[i]);
    report(r, endpoints[0], LLMREG_REASON_OK, LLMREG_NO);
    report(r, endpoints[1], LLMREG_REASON_OK, LLMREG_YES);
    report(r, endpoints[2], LLMREG_REASON_REFUSED, LLMREG_YES);
    print_events(events);
    print_where(r, "llama3.2:3b");
    for (size_t i = 0; i < HOSTS; i++)
        llmreg_put(endpoints[i]);
    llmreg_unsubscribe(events);
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
    return EXIT_SUCCESS;
}
