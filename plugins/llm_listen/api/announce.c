/* SPDX-License-Identifier: MIT */
/* announce.c - the endpoints of an agent, as one list that replaces the one
 * before.
 *
 * An endpoint belongs to the agent that its origin names, for as long as that
 * one is not offline.  One that somebody named in the configuration is brought
 * up to date as far as an announcement may (llmreg_set), and never removed
 * here.  What is refused is said in the answer, one by one: a wrong URL must
 * not keep an agent from registering. */
#include <stdio.h>
#include <string.h>

#include "plugins/llm_listen/api/naming.h"
#include "plugins/llm_listen/api/report.h"

#define ORIGIN_SIZE (LLMREG_AGENT_ID_SIZE + sizeof LLMREG_ORIGIN_AGENT)

static void write_origin(char out[static ORIGIN_SIZE], const char *agent)
{
    snprintf(out, ORIGIN_SIZE, LLMREG_ORIGIN_AGENT "%s", agent);
}

/* ---- one ---- */

static int fill_spec(struct ask *a, const struct body_endpoint *said,
                     const struct naming *n, struct llmreg_spec *out)
{
    naming_fill(n, out);
    if (said->name != NULL)
        out->name = said->name;
    out->source = LLMREG_SOURCE_AUTO;
    if (said->kind != NULL &&
        llmreg_kind_parse(said->kind, &out->kind) != LLMREG_OK) {
        llmreg_error_set(&a->err, "kind %s is not known", said->kind);
        return LLMREG_EINVAL;
    }
    return LLMREG_OK;
}

/* Another agent, which is not offline, announces it. */
static bool is_of_another(struct ask *a, const struct announcement *what,
                          const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(a->api->registry, id);
    const struct llmreg_spec *spec = e == NULL ? NULL : llmreg_endpoint_spec(e);
    const char *by = spec == NULL ? NULL : llmreg_spec_agent(spec);
    struct llmreg_agent *other = NULL;
    bool theirs;

    if (by != NULL && strcmp(by, what->agent) != 0)
        other = llmreg_agent_get(a->api->registry, by);
    theirs =
        other != NULL && llmreg_agent_presence(other) < LLMREG_PRESENCE_OFFLINE;
    if (theirs)
        llmreg_error_set(&a->err, "agent %s announces it",
                         llmreg_agent_id(other));
    llmreg_agent_put(other);
    if (spec != NULL)
        llmreg_spec_put(spec);
    llmreg_put(e);
    return theirs;
}

static int set_one(struct ask *a, const struct announcement *what,
                   const struct body_endpoint *said, struct naming *n,
                   struct llmreg_set_result *result)
{
    char origin[ORIGIN_SIZE];
    struct llmreg_spec spec = {.origin = origin,
                               .owner = what->host,
                               .interval_ms = a->api->conf.probe_interval_ms};
    int rc = naming_read(n, said->url, a->req->peer, &a->err);

    if (rc == LLMREG_OK)
        rc = fill_spec(a, said, n, &spec);
    if (rc == LLMREG_OK && is_of_another(a, what, n->url.id))
        rc = LLMREG_EEXIST;
    if (rc != LLMREG_OK)
        return rc;
    write_origin(origin, what->agent);
    return llmreg_set(a->api->registry, &spec, result, &a->err);
}

static int announce_one(struct ask *a, const struct announcement *what,
                        const struct body_endpoint *said,
                        struct announced_one *out, uint64_t *seq)
{
    struct naming n;
    struct llmreg_set_result result = {.created = false};
    int rc = set_one(a, what, said, &n, &result);

    out->url = said->url;
    if (rc == LLMREG_ENOMEM)
        return rc;
    if (rc != LLMREG_OK) {
        out->error =
            llmreg_arena_copy(&a->arena, a->err.text, strlen(a->err.text));
        a->err.text[0] = '\0';
        return out->error == NULL ? LLMREG_ENOMEM : LLMREG_OK;
    }
    out->created = result.created;
    out->id = llmreg_arena_copy(&a->arena, n.url.id, strlen(n.url.id));
    if (result.seq > *seq)
        *seq = result.seq;
    return out->id == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

/* ---- those that are announced no more ---- */

struct sweep {
    const struct announced *kept;
    struct llmreg_endpoint *gone[BODY_ENDPOINTS_MAX];
    size_t count;
};

static bool is_kept(const struct announced *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].id != NULL && strcmp(list->items[i].id, id) == 0)
            return true;
    return false;
}

static bool see_gone(void *ctx, struct llmreg_endpoint *e)
{
    struct sweep *s = ctx;

    if (!is_kept(s->kept, llmreg_endpoint_id(e)))
        s->gone[s->count++] = llmreg_hold(e);
    return s->count < BODY_ENDPOINTS_MAX;
}

static void remove_gone(struct ask *a, const struct announcement *what,
                        struct announced *kept)
{
    struct sweep s = {.kept = kept};

    llmreg_each_of_agent(a->api->registry, what->agent, see_gone, &s);
    kept->changed = kept->changed || s.count > 0;
    for (size_t i = 0; i < s.count; i++) {
        const struct llmreg_removal how = {
            .generation = llmreg_endpoint_generation(s.gone[i]),
            .reason = "announced no more",
        };

        /* One that has requests pending stays until the next time. */
        if (llmreg_remove(a->api->registry, llmreg_endpoint_id(s.gone[i]), &how,
                          NULL) == LLMREG_EBUSY)
            llmreg_log(a->api->log, LLMREG_INFO,
                       "%s is announced no more and has requests pending",
                       llmreg_endpoint_id(s.gone[i]));
        llmreg_put(s.gone[i]);
    }
}

int announce_check(struct ask *a, const struct body_endpoints *endpoints)
{
    if (endpoints->count <= a->api->conf.endpoints_each)
        return LLMREG_OK;
    return ask_fail(a, LLMREG_EINVAL, "endpoints",
                    "%zu endpoints: an agent may announce %zu",
                    endpoints->count, a->api->conf.endpoints_each);
}

int announce(struct ask *a, const struct announcement *what,
             struct announced *out, uint64_t *seq)
{
    const size_t n = what->endpoints == NULL ? 0 : what->endpoints->count;
    int rc = LLMREG_OK;

    *out = (struct announced){.count = 0};
    if (n > 0)
        out->items = llmreg_arena_alloc(&a->arena, n * sizeof *out->items);
    if (n > 0 && out->items == NULL)
        return LLMREG_ENOMEM;
    for (size_t i = 0; i < n && rc == LLMREG_OK; i++) {
        rc = announce_one(a, what, &what->endpoints->items[i], &out->items[i],
                          seq);
        out->changed = out->changed || out->items[i].created;
        out->count += rc == LLMREG_OK;
    }
    if (rc != LLMREG_OK)
        return rc;
    remove_gone(a, what, out);
    if (out->changed)
        *seq = llmreg_bus_last(a->api->bus);
    return LLMREG_OK;
}
