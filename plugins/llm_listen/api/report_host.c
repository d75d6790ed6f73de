/* SPDX-License-Identifier: MIT */
/* report_host.c - what is said of a host: by its agents when they register and
 * beat, and by whoever brings a sample. */
#include <llmreg/agents.h>
#include <llmreg/hosts.h>
#include <llmreg/names.h>

#include <string.h>

#include "plugins/llm_listen/api/own.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/report.h"

const char *report_default_host(const struct ask *a)
{
    return a->req->local ? a->api->conf.hostname : a->req->peer;
}

bool report_refuse_new_host(struct ask *a, const char *id)
{
    struct llmreg_host *h = llmreg_host_find(a->api->registry, id);
    struct reply_error e = {.status = 429,
                            .message = "too many new hosts: NewHosts"};

    if (h == NULL)
        e.retry = buckets_take(a->api->buckets, "new hosts",
                               &a->api->conf.new_hosts, &a->req->now);
    llmreg_host_put(h);
    if (e.retry > 0)
        reply_error(a, &e);
    return e.retry > 0;
}

/* Where it calls from is the address of another host that lives: of those
 * behind one router, only the first is found by it. */
static bool is_taken(const struct ask *a, const char *host)
{
    struct llmreg_host *other =
        llmreg_host_find(a->api->registry, a->req->peer);
    struct llmreg_host *own = llmreg_host_get(a->api->registry, host);
    struct llmreg_host_state state = {.heard = false};

    if (other != NULL && other != own)
        llmreg_host_state(other, &a->req->now, &state);
    llmreg_host_put(other);
    llmreg_host_put(own);
    return state.heard;
}

/* The addresses by which others know the host: what it said, and where it calls
 * from.  One that is ours, or that every host has, is nobody's. */
static size_t gather_addresses(const struct ask *a, const struct sampled *s,
                               const char *out[static LLMREG_ADDRESSES_MAX])
{
    const struct body_addresses *said = s->addresses;
    size_t n = 0;
    bool peer = a->req->local;

    for (size_t i = 0; said != NULL && i < said->count; i++) {
        if (llmreg_is_local_host(said->items[i]))
            continue;
        peer = peer || strcmp(said->items[i], a->req->peer) == 0;
        out[n++] = said->items[i];
    }
    if (!peer && n < LLMREG_ADDRESSES_MAX && !is_taken(a, s->host))
        out[n++] = a->req->peer;
    return n;
}

static bool is_there(const struct ask *a, const char *agent)
{
    struct llmreg_agent *other = llmreg_agent_get(a->api->registry, agent);
    bool there =
        other != NULL && !llmreg_is_absent(llmreg_agent_presence(other));

    llmreg_agent_put(other);
    return there;
}

/* Of several agents on a host the first speaks for it, as long as it is there:
 * what each of them repeats would else be a change each time. */
static void leave_to_first(const struct ask *a, const struct sampled *s,
                           const struct llmreg_host_report *old,
                           struct llmreg_host_report *report)
{
    if (s->agent == NULL || strcmp(s->agent, old->agent) == 0 ||
        !is_there(a, old->agent))
        return;
    report->agent = NULL;
    report->interval_ms = old->interval_ms;
}

/* Says nothing of what is to stay: addresses where none are given, but by who
 * registers and speaks for the host. */
static void write_report(const struct ask *a, const struct sampled *s,
                         const char *addresses[static LLMREG_ADDRESSES_MAX],
                         struct llmreg_host_report *report)
{
    struct llmreg_host *h = llmreg_host_get(a->api->registry, s->host);
    const struct llmreg_host_report *old =
        h == NULL ? NULL : llmreg_host_spec(h);
    bool says = s->addresses != NULL && s->addresses->count > 0;

    if (old != NULL)
        leave_to_first(a, s, old, report);
    if (says || old == NULL ||
        (s->addresses != NULL && report->agent != NULL)) {
        report->addresses = addresses;
        report->naddresses = gather_addresses(a, s, addresses);
    }
    llmreg_host_spec_put(old);
    llmreg_host_put(h);
}

int report_host(struct ask *a, const struct sampled *s)
{
    const char *addresses[LLMREG_ADDRESSES_MAX];
    struct llmreg_host_report report = {
        .id = s->host,
        .name = s->name,
        .agent = s->agent,
        .interval_ms = s->interval_ms,
        .resources = s->resources,
    };

    write_report(a, s, addresses, &report);
    return llmreg_host_report(a->api->registry, &report, &a->req->now, NULL,
                              &a->err);
}

int report_sample(struct ask *a, const struct sampled *s)
{
    struct sampled known = *s;
    struct llmreg_resources total = llmreg_resources_total(s->resources);
    uint64_t seq = 0;

    if (s->host[0] == '\0')
        known.host = report_default_host(a);
    known.resources = &total;
    if (!own_host(a, known.host) || report_refuse_new_host(a, known.host) ||
        !own_bind(a, "", known.host, &seq)) {
        a->answered = true;
        return LLMREG_OK;
    }
    return report_host(a, &known);
}
