/* SPDX-License-Identifier: MIT */
/* endpoints_change.c - what operators say of endpoints: names, priorities,
 * labels, and what is to be done with them; each answered when it is on disk,
 * and noted. */
#include "plugins/llm_listen/api/body_trees.h"
#include "plugins/llm_listen/api/endpoints.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

static const char *or_empty(const char *s)
{
    return s == NULL ? "" : s;
}

/* ---- changing ---- */

struct changing {
    body_given given;
    const char *name, *admin, *reason; /* or NULL */
    int64_t priority, until_ms;
    struct body_labels labels;
    unsigned revert; /* LLMREG_FIELD_NAME ... */
};

static const struct {
    const char *name;
    unsigned field;
} fields[] = {
    {"name", LLMREG_FIELD_NAME},
    {"priority", LLMREG_FIELD_PRIORITY},
    {"labels", LLMREG_FIELD_LABELS},
};

static int take_revert(struct body_reader *b, void *member, const char *path,
                       const struct llmreg_json_event *e)
{
    unsigned *out = member;

    if (e->type == LLMREG_JSON_ARRAY_END)
        return LLMREG_OK;
    if (path[0] == '\0')
        return e->type == LLMREG_JSON_ARRAY
                   ? LLMREG_OK
                   : body_refuse(b, "an array is needed");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (!llmreg_json_is(e, fields[i].name))
            continue;
        *out |= fields[i].field;
        return LLMREG_OK;
    }
    return body_refuse(b, "allowed are name, priority, labels");
}

#define OFF(field) offsetof(struct changing, field)

static const struct body_field changing_fields[] = {
    {"name", BODY_TEXT, OFF(name), 1, 127, false, NULL, NULL, "for people"},
    {"priority", BODY_INTEGER, OFF(priority), 0, 1000, false, NULL, NULL,
     "more is preferred"},
    {"labels", BODY_TREE, OFF(labels), 0, 0, false, body_labels,
     "object of strings", "all of them"},
    {"revert", BODY_TREE, OFF(revert), 0, 0, false, take_revert,
     "array of name, priority, labels", "as it was named, again"},
    {"admin", BODY_TEXT, OFF(admin), 1, 32, false, NULL, NULL,
     "active, draining, disabled, maintenance"},
    {"until", BODY_TIME, OFF(until_ms), 0, 0, false, NULL, NULL,
     "when maintenance ends"},
    {"reason", BODY_TEXT, OFF(reason), 0, 256, false, NULL, NULL, "why"},
    {.name = NULL},
};

static const struct body_form changing_form = {
    .name = "EndpointChange",
    .fields = changing_fields,
    .size = sizeof(struct changing),
    .strict = true,
};

static int check_until(struct ask *a, const struct llmreg_intent *intent)
{
    if (intent->until_ms == 0)
        return LLMREG_OK;
    if (intent->admin != LLMREG_ADMIN_MAINTENANCE)
        return ask_fail(a, LLMREG_EINVAL, "until",
                        "only maintenance ends by itself");
    if (intent->until_ms <= a->req->now.wall_ms)
        return ask_fail(a, LLMREG_EINVAL, "until",
                        "the end of maintenance is not in the future");
    return LLMREG_OK;
}

static int read_intent(struct ask *a, const struct changing *said,
                       struct llmreg_intent *out)
{
    *out = (struct llmreg_intent){.until_ms = said->until_ms};
    if (said->admin == NULL && said->until_ms != 0)
        return ask_fail(a, LLMREG_EINVAL, "until", "until goes with admin");
    if (said->admin != NULL &&
        llmreg_admin_parse(said->admin, &out->admin) != LLMREG_OK)
        return ask_fail(a, LLMREG_EINVAL, "admin",
                        "admin %s: allowed are active, draining, disabled, "
                        "maintenance",
                        said->admin);
    return check_until(a, out);
}

static int set_intent(struct ask *a, const struct llmreg_intent *intent,
                      const char *reason)
{
    int rc = llmreg_admin_set(a->api->registry, a->params[0], intent,
                              or_empty(reason), &a->req->now);

    if (rc == LLMREG_ENOENT)
        return ask_fail(a, rc, "endpoint_id", "endpoint %s was removed",
                        a->params[0]);
    if (rc == LLMREG_EINVAL)
        return ask_fail(a, rc, "until", "until is no time that can be kept");
    return rc;
}

static int patch_it(struct ask *a, const struct changing *said,
                    const struct llmreg_endpoint *e)
{
    struct llmreg_patch patch = {
        .set = {.name = said->name,
                .priority = (int32_t)said->priority,
                .labels = said->labels.items,
                .nlabels = said->labels.count},
        .revert = said->revert,
        .generation = llmreg_endpoint_generation(e),
        .reason = said->reason,
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (body_has(&changing_form, said->given, fields[i].name))
            patch.set.fields |= fields[i].field;
    if ((patch.set.fields & patch.revert) != 0)
        return ask_fail(a, LLMREG_EINVAL, "revert",
                        "a field is set and reverted");
    if (patch.set.fields == 0 && patch.revert == 0)
        return LLMREG_OK;
    return llmreg_patch(a->api->registry, a->params[0], &patch, NULL, &a->err);
}

/* "name priority revert admin=draining": what the audit is told. */
static void write_detail(const struct changing *said, char *out, size_t size)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, size);
    for (const struct body_field *f = changing_fields; f->name != NULL; f++)
        if (body_has(&changing_form, said->given, f->name))
            llmreg_text_addf(&t, "%s%s", t.len == 0 ? "" : " ", f->name);
    if (said->admin != NULL)
        llmreg_text_addf(&t, ": %s", said->admin);
}

static int change_it(struct ask *a, const struct changing *said,
                     const struct llmreg_endpoint *e)
{
    struct llmreg_intent intent;
    char detail[128];
    uint64_t seq = 0;
    int rc = read_intent(a, said, &intent);

    if (rc == LLMREG_OK)
        rc = patch_it(a, said, e);
    if (rc == LLMREG_OK && said->admin != NULL)
        rc = set_intent(a, &intent, said->reason);
    if (rc != LLMREG_OK)
        return rc;
    write_detail(said, detail, sizeof detail);
    ask_audit(a, a->params[0], detail, 200, &seq);
    return endpoint_answer(a, e, 200, seq);
}

static int run_change(struct ask *a)
{
    struct llmreg_endpoint *e = NULL;
    int rc = endpoint_find_unchanged(a, &e);

    if (rc == LLMREG_OK && e != NULL)
        rc = change_it(a, a->body, e);
    llmreg_put(e);
    return rc;
}

/* ---- intent ---- */

struct wanting {
    body_given given;
    const char *reason; /* or NULL */
    int64_t until_ms;
};

#undef OFF
#define OFF(field) offsetof(struct wanting, field)

static const struct body_field wanting_fields[] = {
    {"until", BODY_TIME, OFF(until_ms), 0, 0, false, NULL, NULL,
     "when maintenance ends"},
    {"reason", BODY_TEXT, OFF(reason), 0, 256, false, NULL, NULL, "why"},
    {.name = NULL},
};

static const struct body_form wanting_form = {
    .name = "Intent",
    .fields = wanting_fields,
    .size = sizeof(struct wanting),
    .strict = true,
    .optional = true,
};

static int want(struct ask *a, enum llmreg_admin admin)
{
    const struct wanting *said = a->body;
    const struct llmreg_intent intent = {admin, said->until_ms};
    struct llmreg_endpoint *e = NULL;
    uint64_t seq = 0;
    int rc = endpoint_find_unchanged(a, &e);

    if (rc != LLMREG_OK || e == NULL)
        return rc;
    rc = check_until(a, &intent);
    if (rc == LLMREG_OK)
        rc = set_intent(a, &intent, said->reason);
    if (rc == LLMREG_OK) {
        ask_audit(a, a->params[0], llmreg_admin_text(admin), 200, &seq);
        rc = endpoint_answer(a, e, 200, seq);
    }
    llmreg_put(e);
    return rc;
}

static int run_drain(struct ask *a)
{
    return want(a, LLMREG_ADMIN_DRAINING);
}

static int run_activate(struct ask *a)
{
    return want(a, LLMREG_ADMIN_ACTIVE);
}

static int run_disable(struct ask *a)
{
    return want(a, LLMREG_ADMIN_DISABLED);
}

static int run_maintenance(struct ask *a)
{
    return want(a, LLMREG_ADMIN_MAINTENANCE);
}

/* ---- a probe, now ---- */

static int run_probe(struct ask *a)
{
    struct reply r;
    uint64_t seq = 0;
    int rc = llmreg_probe_now(a->api->registry, a->params[0], "", &a->req->now,
                              NULL);

    if (rc == LLMREG_ENOENT)
        return ask_fail(a, rc, "endpoint_id", "endpoint %s is not registered",
                        a->params[0]);
    if (rc == LLMREG_EBUSY)
        return ask_fail(a, rc, NULL, "endpoint %s is disabled", a->params[0]);
    if (rc != LLMREG_OK)
        return rc;
    ask_audit(a, a->params[0], "probe", 202, &seq);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "endpoint_id", a->params[0]);
    llmreg_json_bool(&r.json, "requested", true);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 202);
}

const struct route endpoints_change_routes[] = {
    {HTTP_PATCH, "/api/v1/endpoints/{id}", ROUTE_OPERATOR, ROUTE_AGENT_BODY,
     NULL, &changing_form, run_change, "200 404 409 412",
     "change name, priority, labels or intent", false},
    {HTTP_POST, "/api/v1/endpoints/{id}/probe", ROUTE_OPERATOR, 0, NULL, NULL,
     run_probe, "202 404 409", "probe it now", false},
    {HTTP_POST, "/api/v1/endpoints/{id}/drain", ROUTE_OPERATOR, 4096, NULL,
     &wanting_form, run_drain, "200 404 412", "route nothing new to it", false},
    {HTTP_POST, "/api/v1/endpoints/{id}/activate", ROUTE_OPERATOR, 4096, NULL,
     &wanting_form, run_activate, "200 404 412", "use it as any other", false},
    {HTTP_POST, "/api/v1/endpoints/{id}/disable", ROUTE_OPERATOR, 4096, NULL,
     &wanting_form, run_disable, "200 404 412", "do not even probe it", false},
    {HTTP_POST, "/api/v1/endpoints/{id}/maintenance", ROUTE_OPERATOR, 4096,
     NULL, &wanting_form, run_maintenance, "200 404 412",
     "raise no alarms of it for a while", false},
    {.path = NULL},
};
