/* SPDX-License-Identifier: MIT */
/* report.c - a registration is the agent, its host (report_host.c), and its
 * endpoints, in this order; each part is checked before it is begun with. */
#include "plugins/llm_listen/api/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <llmreg/sessions.h>

#include "plugins/llm_listen/api/admit.h"
#include "plugins/llm_listen/api/own.h"
#include "plugins/llm_listen/api/reply.h"

#define AGENTS_EACH 64 /* of one address whose agents show no tokens */

static const char *or_empty(const char *s)
{
    return s == NULL ? "" : s;
}

void report_heartbeat_url(char out[static REPORT_URL_SIZE], const char *base,
                          const char *id)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, REPORT_URL_SIZE);
    llmreg_text_add(&t, base);
    for (; *id != '\0'; id++)
        if (strchr("/@:+", *id) != NULL)
            llmreg_text_addf(&t, "%%%02X", (unsigned char)*id);
        else
            llmreg_text_add_bytes(&t, id, 1);
    llmreg_text_add(&t, "/heartbeat");
}

/* ---- registration ---- */

static int64_t interval_of(const struct ask *a, const struct registration *r)
{
    return r->interval_seconds == 0
               ? a->api->conf.interval_ms
               : (int64_t)llround(r->interval_seconds * 1000);
}

/* Where it is reached, put right for everybody else; "" if it says none. */
static int announced_url(struct ask *a, const char *text, char out[static 1])
{
    struct llmreg_url url;
    int rc;

    out[0] = '\0';
    if (text == NULL || text[0] == '\0')
        return LLMREG_OK;
    rc = llmreg_url_parse(text, 80, &url, &a->err);
    if (rc == LLMREG_OK)
        rc = llmreg_url_announced(&url, a->req->peer, &a->err);
    if (rc == LLMREG_OK)
        memcpy(out, url.base, sizeof url.base);
    else
        a->field = "url";
    return rc;
}

/* Who it says to be, and where: on the host of its address, if nothing else
 * speaks for it. */
struct claim {
    const char *id;   /* "": it is new, and has none yet */
    const char *host; /* it is on */
    bool exists;
};

/* None is said as well. */
static const struct llmreg_capability *
said_capabilities(const struct registration *r)
{
    static const struct llmreg_capability none;

    if (r->capabilities.items == NULL &&
        body_has(&registration_form, r->given, "capabilities"))
        return &none;
    return r->capabilities.items;
}

static int register_agent(struct ask *a, const struct registration *r,
                          const struct claim *c, struct registered *out)
{
    char url[LLMREG_URL_SIZE];
    const struct llmreg_agent_spec spec = {
        .id = c->id,
        .type = or_empty(r->type),
        .name = or_empty(r->name != NULL ? r->name : r->agent_id),
        .role = r->role,
        .domain = r->domain,
        .cluster = r->cluster,
        .host = c->host,
        .url = r->url == NULL ? NULL : url,
        .version = r->version,
        .source = LLMREG_SOURCE_AUTO,
        .interval_ms = out->interval_ms,
        .capabilities = said_capabilities(r),
        .ncapabilities = r->capabilities.count,
        .metadata = r->metadata.items,
        .nmetadata = r->metadata.count,
    };
    int rc = announced_url(a, r->url, url);

    if (rc != LLMREG_OK)
        return rc;
    return llmreg_agent_register(a->api->registry, &spec, a->req->peer,
                                 &out->agent, &a->err);
}

static int register_host(struct ask *a, const struct registration *r,
                         const char *host, const struct registered *out)
{
    const struct sampled s = {.host = host,
                              .agent = out->agent.id,
                              .interval_ms = out->interval_ms,
                              .addresses = &r->addresses};

    return report_host(a, &s);
}

static bool says_endpoints(const struct registration *r)
{
    return r->endpoints_said ||
           body_has(&registration_form, r->given, "endpoints");
}

static int register_endpoints(struct ask *a, const struct registration *r,
                              const struct claim *c, struct registered *out)
{
    const struct announcement what = {
        .agent = out->agent.id, .host = c->host, .endpoints = &r->endpoints};

    return says_endpoints(r) ? announce(a, &what, &out->endpoints, &out->seq)
                             : LLMREG_OK;
}

static int copy_text(struct ask *a, const char *text, const char **out)
{
    *out = llmreg_arena_copy(&a->arena, text, strlen(text));
    return *out == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

/* The id that it asks for, or that its token has, or the one of its name. */
static int find_claim(struct ask *a, const struct registration *r,
                      struct claim *out)
{
    const char *id = or_empty(r->agent_id);
    const struct llmreg_agent_spec *spec;
    struct llmreg_agent *agent;
    int rc;

    *out = (struct claim){.id = id, .host = or_empty(r->host)};
    if (out->host[0] == '\0' || admit_by_address(a))
        out->host = report_default_host(a);
    if (id[0] == '\0')
        out->id = id = own_id(a);
    agent = id[0] != '\0'
                ? llmreg_agent_get(a->api->registry, id)
                : llmreg_agent_find(a->api->registry, or_empty(r->type),
                                    or_empty(r->name));
    if (agent == NULL)
        return LLMREG_OK;
    out->exists = true;
    spec = llmreg_agent_spec(agent);
    rc = copy_text(a, spec->id, &out->id);
    llmreg_agent_spec_put(spec);
    llmreg_agent_put(agent);
    return rc;
}

struct counting {
    const char *peer;
    size_t count;
};

static bool see_neighbour(void *ctx, struct llmreg_agent *agent)
{
    struct counting *c = ctx;
    struct llmreg_agent_state state;

    llmreg_agent_state(agent, &state);
    c->count += strcmp(state.peer, c->peer) == 0;
    return c->count < AGENTS_EACH;
}

/* True: answered with 429.  A token is for one agent, an address for a few. */
static bool refuse_new_agent(struct ask *a, const struct claim *c)
{
    static const struct reply_error e = {
        .status = 429,
        .message = "too many agents of one address without tokens: 64",
        .retry = 60};
    struct counting all = {.peer = a->req->peer};
    struct llmreg_host *host = NULL;

    if (!admit_by_address(a) || c->exists)
        return false;
    host = llmreg_host_find(a->api->registry, c->host);
    if (host != NULL)
        llmreg_each_agent_on_host(a->api->registry, host, see_neighbour, &all);
    llmreg_host_put(host);
    if (all.count == AGENTS_EACH)
        reply_error(a, &e);
    return all.count == AGENTS_EACH;
}

/* When it registered first; now, if it is gone again. */
static int64_t registered_ms(const struct ask *a, const char *id)
{
    struct llmreg_agent *agent = llmreg_agent_get(a->api->registry, id);
    struct llmreg_agent_state state = {.registered_ms = a->req->now.wall_ms};

    if (agent != NULL)
        llmreg_agent_state(agent, &state);
    llmreg_agent_put(agent);
    return state.registered_ms;
}

static void note(struct ask *a, struct registered *out)
{
    out->registered_ms = registered_ms(a, out->agent.id);
    if (out->agent.seq > out->seq)
        out->seq = out->agent.seq;
    if (out->agent.seq != 0 || out->endpoints.changed)
        ask_audit(a, out->agent.id,
                  out->agent.created ? "registered" : "updated", 200,
                  &out->seq);
    if (out->seq == 0)
        out->seq = llmreg_bus_last(a->api->bus);
}

static int register_all(struct ask *a, const struct registration *r,
                        const struct claim *c, struct registered *out)
{
    int rc = register_agent(a, r, c, out);

    if (rc != LLMREG_OK)
        return rc;
    if (!own_bind(a, out->agent.id, c->host, &out->seq))
        return LLMREG_OK;
    rc = register_host(a, r, c->host, out);
    if (rc == LLMREG_OK)
        rc = register_endpoints(a, r, c, out);
    out->answered = false;
    note(a, out);
    return rc;
}

int report_register(struct ask *a, const struct registration *r,
                    struct registered *out)
{
    struct claim c;
    int rc = find_claim(a, r, &c);

    *out =
        (struct registered){.answered = true, .interval_ms = interval_of(a, r)};
    if (rc == LLMREG_OK && r->name == NULL && r->agent_id == NULL)
        rc = ask_fail(a, LLMREG_EINVAL, "name", "name: is needed");
    if (rc == LLMREG_OK)
        rc = announce_check(a, &r->endpoints);
    if (rc != LLMREG_OK)
        return rc;
    if (!own_registration(a, c.id) || !own_host(a, c.host) ||
        refuse_new_agent(a, &c) || report_refuse_new_host(a, c.host))
        return LLMREG_OK;
    return register_all(a, r, &c, out);
}

/* ---- peers ---- */

static int read_peer(struct ask *a, const struct body_peer *p,
                     struct llmreg_session *out)
{
    if (p->type != NULL &&
        llmreg_session_type_parse(p->type, &out->type) != LLMREG_OK)
        return ask_fail(a, LLMREG_EINVAL, "peers",
                        "type %s: allowed are cluster, hotline, service, tocp",
                        p->type);
    if (p->status != NULL &&
        llmreg_session_status_parse(p->status, &out->status) != LLMREG_OK)
        return ask_fail(a, LLMREG_EINVAL, "peers",
                        "status %s: allowed are establishing, established, "
                        "degraded",
                        p->status);
    if (!isnan(p->latency_ms))
        out->latency_us = llround(p->latency_ms * 1000);
    return LLMREG_OK;
}

int report_peers(struct ask *a, const char *id, const struct body_peers *peers)
{
    int rc = LLMREG_OK;

    for (size_t i = 0; i < peers->count && rc == LLMREG_OK; i++) {
        const struct body_peer *p = &peers->items[i];
        struct llmreg_session s = {.id = "",
                                   .from = id,
                                   .to = p->id,
                                   .connection = or_empty(p->connection),
                                   .reason = "",
                                   .type = LLMREG_SESSION_CLUSTER,
                                   .status = LLMREG_SESSION_ESTABLISHED,
                                   .weight = 1,
                                   .latency_us = -1,
                                   .bandwidth_bps = -1};

        rc = read_peer(a, p, &s);
        if (rc == LLMREG_OK)
            rc = llmreg_session_open(a->api->registry, &s, &a->req->now, NULL,
                                     &a->err);
        if (rc == LLMREG_ENOENT)
            rc = LLMREG_OK;
    }
    return rc;
}

/* ---- endpoints alone, and leaving ---- */

/* Those that the agent has from now on; NULL: none. */
static int replace_endpoints(struct ask *a, const struct llmreg_agent *agent,
                             const struct body_endpoints *endpoints,
                             struct announced *out, uint64_t *seq)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(agent);
    const struct announcement what = {
        .agent = spec->id, .host = spec->host, .endpoints = endpoints};
    int rc = announce(a, &what, out, seq);

    llmreg_agent_spec_put(spec);
    return rc;
}

static int leave_endpoints(struct ask *a, const struct llmreg_agent *agent,
                           uint64_t *seq)
{
    struct announced gone;

    return replace_endpoints(a, agent, NULL, &gone, seq);
}

int report_endpoints(struct ask *a, const char *id,
                     const struct body_endpoints *endpoints,
                     struct registered *out)
{
    struct llmreg_agent *agent = NULL;
    int rc = announce_check(a, endpoints);

    *out = (struct registered){.answered = true};
    if (rc != LLMREG_OK || !own_agent(a, id))
        return rc;
    agent = llmreg_agent_get(a->api->registry, id);
    rc = agent == NULL ? ask_fail(a, LLMREG_ENOENT, "agent_id",
                                  "agent %s is not registered", id)
                       : replace_endpoints(a, agent, endpoints, &out->endpoints,
                                           &out->seq);
    llmreg_agent_put(agent);
    if (rc == LLMREG_OK && out->endpoints.changed)
        ask_audit(a, id, "updated", 200, &out->seq);
    out->answered = false;
    return rc;
}

int report_leave(struct ask *a, const char *id, uint64_t *seq)
{
    struct llmreg_agent *agent = llmreg_agent_get(a->api->registry, id);
    int rc = agent == NULL ? LLMREG_ENOENT
                           : llmreg_agent_remove(a->api->registry, id,
                                                 llmreg_agent_generation(agent),
                                                 "unregistered");

    if (rc == LLMREG_OK)
        rc = leave_endpoints(a, agent, seq);
    llmreg_agent_put(agent);
    if (rc == LLMREG_ENOENT || rc == LLMREG_ESTALE)
        return ask_fail(a, LLMREG_ENOENT, "agent_id",
                        "agent %s is not registered", id);
    if (rc != LLMREG_OK)
        return rc;
    ask_audit(a, id, "unregistered", 200, seq);
    if (*seq == 0)
        *seq = llmreg_bus_last(a->api->bus);
    return LLMREG_OK;
}
