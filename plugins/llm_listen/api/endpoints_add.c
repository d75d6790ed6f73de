/* SPDX-License-Identifier: MIT */
/* endpoints_add.c - operators add endpoints, and remove them. */
#include <string.h>

#include "plugins/llm_listen/api/endpoints.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

/* ---- adding ---- */

#define OFF(field) offsetof(struct adding, field)

static const struct body_field adding_fields[] = {
    {"url", BODY_TEXT, OFF(url), 1, LLMREG_URL_SIZE - 1, false, NULL, NULL,
     "where it is reached; or host and port"},
    {"host", BODY_TEXT, OFF(host), 1, 253, false, NULL, NULL,
     "a name or an address"},
    {"port", BODY_INTEGER, OFF(port), 1, 65535, false, NULL, NULL, "11434"},
    {"name", BODY_TEXT, OFF(name), 1, 127, false, NULL, NULL, "for people"},
    {"kind", BODY_TEXT, OFF(kind), 1, 32, false, NULL, NULL,
     "ollama, vllm, ...; auto finds out"},
    {"priority", BODY_INTEGER, OFF(priority), 0, 1000, false, NULL, NULL,
     "more is preferred; 50"},
    {"labels", BODY_TREE, OFF(labels), 0, 0, false, body_labels,
     "object of strings", "all of them"},
    {"source", BODY_TEXT, OFF(source), 1, 32, false, NULL, NULL, "manual"},
    {.name = NULL},
};

static const struct body_form adding_form = {
    .name = "NewEndpoint",
    .fields = adding_fields,
    .size = sizeof(struct adding),
    .strict = true,
};

body_given endpoint_given(const char *field)
{
    body_given bit = 1;

    for (const struct body_field *f = adding_fields; f->name != NULL; f++) {
        if (strcmp(f->name, field) == 0)
            return bit;
        bit <<= 1;
    }
    return 0;
}

static int check_adding(struct ask *a, const struct adding *said)
{
    if ((said->url == NULL) == (said->host == NULL))
        return ask_fail(a, LLMREG_EINVAL, "url",
                        "either url or host is needed, and not both");
    if (said->host == NULL && said->port != 0)
        return ask_fail(a, LLMREG_EINVAL, "port",
                        "port goes with host; a url has its own");
    if (said->source != NULL && strcmp(said->source, "manual") != 0)
        return ask_fail(a, LLMREG_EINVAL, "source",
                        "source %s: allowed is manual", said->source);
    return LLMREG_OK;
}

static int name_it(struct ask *a, const struct adding *said, struct naming *n)
{
    char text[LLMREG_URL_SIZE];
    const char *url = said->url;
    const bool v6 =
        url == NULL && strchr(said->host, ':') != NULL && said->host[0] != '[';
    struct llmreg_text t;
    int rc;

    llmreg_text_init(&t, text, sizeof text);
    if (url == NULL) {
        llmreg_text_addf(&t, v6 ? "[%s]:%u" : "%s:%u", said->host,
                         said->port != 0 ? (unsigned)said->port : NAMING_PORT);
        url = text;
    }
    rc = naming_read(n, url, a->req->peer, &a->err);
    if (rc != LLMREG_OK)
        a->field = said->url != NULL ? "url" : "host";
    return rc;
}

static int say_it(struct ask *a, const struct adding *said,
                  struct llmreg_spec *spec)
{
    if (said->name != NULL)
        spec->name = said->name;
    if (body_has(&adding_form, said->given, "priority"))
        spec->priority = (int32_t)said->priority;
    if (body_has(&adding_form, said->given, "labels")) {
        spec->labels = said->labels.items;
        spec->nlabels = said->labels.count;
    }
    if (said->kind == NULL ||
        llmreg_kind_parse(said->kind, &spec->kind) == LLMREG_OK)
        return LLMREG_OK;
    return ask_fail(a, LLMREG_EINVAL, "kind", "kind %s is not known",
                    said->kind);
}

/* One that an agent has found becomes a person's. */
int endpoint_set(struct ask *a, const struct adding *said,
                 const struct naming *n, struct llmreg_set_result *result)
{
    struct llmreg_endpoint *old = llmreg_get(a->api->registry, n->url.id);
    const struct llmreg_spec *was =
        old == NULL ? NULL : llmreg_endpoint_spec(old);
    struct llmreg_spec spec = {
        .interval_ms = a->api->conf.probe_interval_ms,
        .origin = "api",
        .source = LLMREG_SOURCE_MANUAL,
    };
    int rc;

    naming_fill(n, &spec);
    if (was != NULL) {
        spec = *llmreg_spec_named(was);
        spec.url = n->url.base;
        if (spec.source != LLMREG_SOURCE_STATIC) {
            spec.source = LLMREG_SOURCE_MANUAL;
            spec.origin = "api";
        }
    }
    rc = say_it(a, said, &spec);
    if (rc == LLMREG_OK)
        rc = llmreg_set(a->api->registry, &spec, result, &a->err);
    if (was != NULL)
        llmreg_spec_put(was);
    llmreg_put(old);
    return rc;
}

int endpoint_add(struct ask *a, const struct adding *said, struct added *done,
                 struct llmreg_endpoint **out)
{
    struct llmreg_set_result result = {.created = false};
    struct naming n;
    int rc = check_adding(a, said);

    if (rc == LLMREG_OK)
        rc = name_it(a, said, &n);
    if (rc == LLMREG_OK)
        rc = endpoint_set(a, said, &n, &result);
    if (rc != LLMREG_OK)
        return rc;
    if (result.seq != 0)
        ask_audit(a, n.url.id, result.created ? "added" : "updated",
                  result.created ? 201 : 200, &result.seq);
    *done = (struct added){result.created, result.seq};
    *out = llmreg_get(a->api->registry, n.url.id);
    return *out != NULL
               ? LLMREG_OK
               : ask_fail(a, LLMREG_ESTALE, NULL, "it was removed meanwhile");
}

static int run_add(struct ask *a)
{
    struct llmreg_endpoint *e = NULL;
    struct added done;
    int rc = endpoint_add(a, a->body, &done, &e);

    if (rc == LLMREG_OK)
        rc = endpoint_answer(a, e, done.created ? 201 : 200, done.seq);
    llmreg_put(e);
    return rc;
}

/* ---- removing ---- */

enum { REMOVE_FORCE };

static const struct query_row remove_query[] = {
    {"force", QUERY_BOOL, 0, 0, NULL, "also while requests are pending"},
    {.name = NULL},
};

int endpoint_remove(struct ask *a, const struct llmreg_endpoint *e, bool force,
                    uint64_t *seq)
{
    const struct llmreg_removal how = {
        .generation = llmreg_endpoint_generation(e),
        .reason = "removed by an operator",
        .force = force,
    };
    int rc = llmreg_remove(a->api->registry, a->params[0], &how, NULL);

    if (rc == LLMREG_EBUSY)
        return ask_fail(a, rc, NULL,
                        "requests are pending at endpoint %s: wait, or say "
                        "?force=true",
                        a->params[0]);
    if (rc == LLMREG_ENOENT || rc == LLMREG_ESTALE)
        return ask_fail(a, LLMREG_ENOENT, "endpoint_id",
                        "endpoint %s was removed", a->params[0]);
    if (rc != LLMREG_OK)
        return rc;
    *seq = 0;
    ask_audit(a, a->params[0], force ? "removed by force" : "removed", 200,
              seq);
    if (*seq == 0)
        *seq = llmreg_bus_last(a->api->bus);
    return LLMREG_OK;
}

static int remove_it(struct ask *a, const struct llmreg_endpoint *e)
{
    struct reply r;
    uint64_t seq;
    int rc = endpoint_remove(a, e, a->query[REMOVE_FORCE].number != 0, &seq);

    if (rc != LLMREG_OK)
        return rc;
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "endpoint_id", a->params[0]);
    llmreg_json_bool(&r.json, "removed", true);
    llmreg_json_close_object(&r.json);
    return reply_send_durable(a, &r, 200, seq);
}

static int run_remove(struct ask *a)
{
    struct llmreg_endpoint *e = NULL;
    int rc = endpoint_find_unchanged(a, &e);

    if (rc == LLMREG_OK && e != NULL)
        rc = remove_it(a, e);
    llmreg_put(e);
    return rc;
}

const struct route endpoints_add_routes[] = {
    {HTTP_POST, "/api/v1/endpoints", ROUTE_OPERATOR, ROUTE_AGENT_BODY, NULL,
     &adding_form, run_add, "200 201", "add an endpoint, or say more of one",
     false},
    {HTTP_DELETE, "/api/v1/endpoints/{id}", ROUTE_OPERATOR, 0, remove_query,
     NULL, run_remove, "200 404 409 412", "remove an endpoint", false},
    {.path = NULL},
};
