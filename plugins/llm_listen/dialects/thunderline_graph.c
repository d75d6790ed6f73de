/* SPDX-License-Identifier: MIT */
/* thunderline_graph.c - nodes and their links, as 3d-force-graph draws them in
 * Thunderline: with its words, and more members than ours. */
#include <stdlib.h>
#include <string.h>

#include <llmreg/sessions.h>

#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "plugins/llm_listen/dialects/thunderline.h"

enum { ROW_OFFLINE };

static const struct query_row query[] = {
    {"include_offline", QUERY_BOOL, 0, 0, NULL,
     "nodes that are offline as well"},
    {.name = NULL},
};

struct links {
    const struct llmreg_session **items;
    size_t count, room;
    bool failed;
};

/* ---- links ---- */

static bool see_link(void *ctx, const struct llmreg_session *s)
{
    struct links *l = ctx;
    const size_t room = l->room == 0 ? 64 : 2 * l->room;

    if (l->count == l->room) {
        const struct llmreg_session **items =
            realloc(l->items, room * sizeof *items);

        l->failed = items == NULL;
        if (l->failed)
            return false;
        l->items = items;
        l->room = room;
    }
    l->items[l->count++] = llmreg_session_hold(s);
    return true;
}

static void links_fini(struct links *l)
{
    while (l->count > 0)
        llmreg_session_put(l->items[--l->count]);
    free(l->items);
}

static void write_link(struct llmreg_json_out *w,
                       const struct llmreg_session *s)
{
    const char *type = llmreg_session_type_text(s->type);

    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "source", s->from);
    llmreg_json_string(w, "target", s->to);
    llmreg_json_string(w, "node_id", s->from);
    llmreg_json_string(w, "peer_node_id", s->to);
    llmreg_json_double(w, "value", s->weight);
    llmreg_json_string(w, "connection_type",
                       s->connection[0] == '\0' ? type : s->connection);
    llmreg_json_string(w, "session_type", type);
    shape_amount(w, "latency_ms", s->latency_us, 1000);
    shape_amount(w, "bandwidth_mbps", s->bandwidth_bps, 1e6);
    shape_time(w, "established_at", s->opened_ms);
    llmreg_json_string(w, "status", llmreg_session_status_text(s->status));
    llmreg_json_close_object(w);
}

/* ---- nodes ---- */

static bool is_shown(const struct llmreg_agent *agent, bool offline)
{
    return offline || llmreg_agent_presence(agent) < LLMREG_PRESENCE_OFFLINE;
}

/* The crowd without those that are not shown, as they are at this moment. */
static void drop_hidden(struct crowd *all, bool offline)
{
    size_t kept = 0;

    for (size_t i = 0; i < all->count; i++)
        if (is_shown(all->items[i], offline))
            all->items[kept++] = all->items[i];
        else
            llmreg_agent_put(all->items[i]);
    all->count = kept;
}

static int to_id(const void *id, const void *item)
{
    struct llmreg_agent *const *agent = item;

    return strcmp(id, llmreg_agent_id(*agent));
}

static bool has(const struct crowd *all, const char *id)
{
    return all->count > 0 && bsearch(id, all->items, all->count,
                                     sizeof all->items[0], to_id) != NULL;
}

static void write_node(struct llmreg_json_out *w,
                       const struct llmreg_agent *agent)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(agent);
    struct llmreg_agent_state s;

    llmreg_agent_state(agent, &s);
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "id", spec->id);
    llmreg_json_string(w, "name", spec->name);
    shape_text(w, "role", spec->role);
    shape_text(w, "domain", spec->domain);
    llmreg_json_string(w, "status", thunderline_status(s.presence, s.health));
    shape_text(w, "cluster_type", spec->cluster);
    llmreg_json_integer(w, "val", llmreg_is_present(s.presence) ? 10 : 5);
    thunderline_metadata(w, "meta", spec);
    llmreg_json_close_object(w);
    llmreg_agent_spec_put(spec);
}

/* ---- both ---- */

static int send_graph(struct ask *a, const struct crowd *all,
                      const struct links *links)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_open_array(&r.json, "nodes");
    for (size_t i = 0; i < all->count; i++)
        write_node(&r.json, all->items[i]);
    llmreg_json_close_array(&r.json);
    llmreg_json_open_array(&r.json, "links");
    for (size_t i = 0; i < links->count; i++)
        if (has(all, links->items[i]->from) && has(all, links->items[i]->to))
            write_link(&r.json, links->items[i]);
    llmreg_json_close_array(&r.json);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

static int run(struct ask *a)
{
    static const struct llmreg_agent_filter everybody;
    struct links links = {.items = NULL};
    struct crowd all;
    int rc = crowd_gather(a, &everybody, &all);

    if (rc == LLMREG_OK) {
        drop_hidden(&all, a->query[ROW_OFFLINE].number != 0);
        llmreg_each_session(a->api->registry, NULL, true, see_link, &links);
        rc = links.failed ? LLMREG_ENOMEM : send_graph(a, &all, &links);
    }
    links_fini(&links);
    crowd_fini(&all);
    return rc;
}

const struct route thunderline_graph_routes[] = {
    {HTTP_GET, "/api/thunderlink/graph", ROUTE_READER, 0, query, NULL, run,
     "200", "nodes and links", false},
    {HTTP_GET, "/api/graph", ROUTE_READER, 0, query, NULL, run, "200",
     "nodes and links", false},
    {.path = NULL},
};
