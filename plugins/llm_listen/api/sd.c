/* SPDX-License-Identifier: MIT */
/* sd.c - endpoints as Prometheus discovers targets over HTTP.
 *
 * What is known of an endpoint becomes a label __meta_llmreg_..., so that
 * relabelling decides what is scraped and what it is called.  A label of the
 * endpoint may be called what none of Prometheus's may: other characters
 * become '_', and of two that are the same then the first stays. */
#include <ctype.h>
#include <string.h>

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/endpoints.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

#define PREFIX   "__meta_llmreg_"
#define KEY_SIZE 128

enum { ROW_KIND };

static const struct query_row query[] = {
    {"kind", QUERY_WORD, 0, 0, endpoint_kinds, "only those of the kind"},
    {.name = NULL},
};

static void write_key(char out[static KEY_SIZE], const char *name)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, KEY_SIZE);
    llmreg_text_add(&t, PREFIX "label_");
    for (; *name != '\0'; name++)
        llmreg_text_add_bytes(&t, isalnum((unsigned char)*name) ? name : "_",
                              1);
}

static bool is_first(const struct llmreg_spec *spec, size_t n,
                     const char key[static KEY_SIZE])
{
    char other[KEY_SIZE];

    for (size_t i = 0; i < n; i++) {
        write_key(other, spec->labels[i].name);
        if (strcmp(other, key) == 0)
            return false;
    }
    return true;
}

static void write_labels(struct llmreg_json_out *w,
                         const struct llmreg_spec *spec)
{
    char key[KEY_SIZE];

    for (size_t i = 0; i < spec->nlabels; i++) {
        write_key(key, spec->labels[i].name);
        if (is_first(spec, i, key))
            llmreg_json_string(w, key, spec->labels[i].value);
    }
}

/* host:port of the id, which may have a path behind it. */
static void write_target(struct llmreg_json_out *w, const char *id)
{
    char target[LLMREG_ID_SIZE];
    struct llmreg_text t;

    llmreg_text_init(&t, target, sizeof target);
    llmreg_text_add_bytes(&t, id, strcspn(id, "/"));
    llmreg_json_open_array(w, "targets");
    llmreg_json_string(w, NULL, target);
    llmreg_json_close_array(w);
}

static void write_endpoint(struct llmreg_json_out *w,
                           const struct llmreg_endpoint *e,
                           const struct llmreg_spec *spec)
{
    const bool tls = strncmp(spec->url, "https:", 6) == 0;
    const enum llmreg_admin admin = llmreg_endpoint_intent(e).admin;

    llmreg_json_open_object(w, NULL);
    write_target(w, spec->id);
    llmreg_json_open_object(w, "labels");
    llmreg_json_string(w, "__scheme__", tls ? "https" : "http");
    llmreg_json_string(w, PREFIX "id", spec->id);
    llmreg_json_string(w, PREFIX "name", spec->name);
    llmreg_json_string(w, PREFIX "kind", llmreg_kind_text(spec->kind));
    llmreg_json_string(w, PREFIX "source", llmreg_source_text(spec->source));
    llmreg_json_string(w, PREFIX "admin", llmreg_admin_text(admin));
    llmreg_json_string(w, PREFIX "health",
                       llmreg_health_text(llmreg_endpoint_state(e)));
    write_labels(w, spec);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}

struct writing {
    struct ask *ask;
    struct reply reply;
};

/* Writes into memory only: nothing here blocks the section. */
static bool see(void *ctx, struct llmreg_endpoint *e)
{
    struct writing *w = ctx;
    const struct query_value *kind = &w->ask->query[ROW_KIND];
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);

    if (kind->text == NULL || kind->number == (int64_t)spec->kind)
        write_endpoint(&w->reply.json, e, spec);
    llmreg_spec_put(spec);
    return true;
}

static int run(struct ask *a)
{
    struct writing w = {.ask = a};

    reply_begin(&w.reply);
    llmreg_json_open_array(&w.reply.json, NULL);
    llmreg_each(a->api->registry, see, &w);
    llmreg_json_close_array(&w.reply.json);
    return reply_send_tagged(a, &w.reply);
}

const struct route sd_routes[] = {
    {HTTP_GET, "/api/v1/sd/prometheus", ROUTE_READER, 0, query, NULL, run,
     "200 304", "endpoints as targets of Prometheus (http_sd_configs)", false},
    {.path = NULL},
};
