/* SPDX-License-Identifier: MIT */
/* requests.c - routers say when they begin and end to use an endpoint: what is
 * pending there, and how long it takes, decides who gets the next one. */
#include <math.h>
#include <string.h>

#include "plugins/llm_listen/api/endpoints.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

struct telling {
    body_given given;
    const char *event;
    double latency_ms;
    bool ok;
};

#define OFF(field) offsetof(struct telling, field)

static const struct body_field telling_fields[] = {
    {"event", BODY_TEXT, OFF(event), 1, 16, true, NULL, NULL,
     "start or finish"},
    {"latency_ms", BODY_NUMBER, OFF(latency_ms), 0, 86400000, false, NULL, NULL,
     "how long it took; of finish"},
    {"ok", BODY_BOOL, OFF(ok), 0, 0, false, NULL, NULL,
     "false: its latency says nothing; true"},
    {.name = NULL},
};

static const struct body_form telling_form = {
    .name = "RequestEvent",
    .fields = telling_fields,
    .size = sizeof(struct telling),
};

static int tell(struct ask *a, const struct telling *said,
                struct llmreg_endpoint *e)
{
    int64_t latency_us = -1;

    if (strcmp(said->event, "start") == 0) {
        (void)llmreg_request_begin(e);
        return LLMREG_OK;
    }
    if (strcmp(said->event, "finish") != 0)
        return ask_fail(a, LLMREG_EINVAL, "event",
                        "event %s: allowed are start, finish", said->event);
    if (body_has(&telling_form, said->given, "latency_ms") &&
        (said->ok || !body_has(&telling_form, said->given, "ok")))
        latency_us = llround(said->latency_ms * 1000);
    if (llmreg_request_end(e, latency_us))
        return LLMREG_OK;
    return ask_fail(a, LLMREG_EBUSY, "event", "no request is pending at %s",
                    a->params[0]);
}

static int answer(struct ask *a, const struct llmreg_endpoint *e)
{
    struct llmreg_load load;
    struct reply r;

    llmreg_endpoint_load(e, &load);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "endpoint_id", a->params[0]);
    llmreg_json_integer(&r.json, "pending", load.pending);
    llmreg_json_integer(&r.json, "total", (int64_t)load.total);
    llmreg_json_double(&r.json, "request_latency_ms", load.latency_us / 1000);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

static int run_tell(struct ask *a)
{
    struct llmreg_endpoint *e = NULL;
    int rc = endpoint_find(a, &e);

    if (rc == LLMREG_OK)
        rc = tell(a, a->body, e);
    if (rc == LLMREG_OK)
        rc = answer(a, e);
    llmreg_put(e);
    return rc;
}

const struct route requests_routes[] = {
    {HTTP_POST, "/api/v1/endpoints/{id}/requests", ROUTE_AGENT, 1024, NULL,
     &telling_form, run_tell, "200 404 409", "a request begins, or is over",
     false},
    {.path = NULL},
};
