/* SPDX-License-Identifier: MIT */
/* graph.c - agents and their sessions, as force-graph pages draw them.
 *
 * What a walk sees is taken as references first and written after it, since
 * writing may wait.  An agent is in or out by the presence it has when it is
 * taken, and shown with that one, so that no link leads to a node that is not
 * there.  A node is as large as the number of links that are shown, and one
 * more, so that one without any is seen.
 */
#include <llmreg/agents.h>
#include <llmreg/json.h>
#include <llmreg/sessions.h>

#include <stdlib.h>
#include <string.h>

#include "common/base/json_out.h"
#include "common/registry/gather.h"

struct node {
    struct llmreg_agent *agent; /* a reference */
    enum llmreg_presence presence;
    size_t links;
};

struct graph {
    bool include_offline;
    struct gather nodes;    /* sorted by id, once all are there */
    struct gather sessions; /* references; those that are not shown are NULL */
};

/* ---- taking ---- */

static bool is_gone(enum llmreg_presence presence)
{
    return presence == LLMREG_PRESENCE_OFFLINE ||
           presence == LLMREG_PRESENCE_STOPPED;
}

static bool take_agent(void *ctx, struct llmreg_agent *a)
{
    struct graph *g = ctx;
    enum llmreg_presence presence = llmreg_agent_presence(a);

    if (is_gone(presence) && !g->include_offline)
        return true;
    struct node *n = malloc(sizeof *n);
    if (n == NULL || !gather_add(&g->nodes, n)) {
        free(n);
        g->nodes.failed = true;
        return false;
    }
    *n = (struct node){llmreg_agent_hold(a), presence, 0};
    return true;
}

static bool take_session(void *ctx, const struct llmreg_session *s)
{
    struct graph *g = ctx;
    /* A reference is ours to drop; the value stays as it is. */
    union {
        const struct llmreg_session *given;
        void *kept;
    } u = {.given = s};

    if (!gather_add(&g->sessions, u.kept))
        return false;
    (void)llmreg_session_hold(s);
    return true;
}

/* ---- who is linked ---- */

static int by_id(const void *a, const void *b)
{
    const struct node *const *x = a, *const *y = b;

    return strcmp(llmreg_agent_id((*x)->agent), llmreg_agent_id((*y)->agent));
}

static int to_id(const void *id, const void *node)
{
    const struct node *const *n = node;

    return strcmp(id, llmreg_agent_id((*n)->agent));
}

static struct node *find(const struct graph *g, const char *id)
{
    if (g->nodes.count == 0)
        return NULL;
    void **at = bsearch(id, g->nodes.items, g->nodes.count,
                        sizeof g->nodes.items[0], to_id);
    return at == NULL ? NULL : *at;
}

static void link_nodes(struct graph *g)
{
    if (g->nodes.count > 0)
        qsort(g->nodes.items, g->nodes.count, sizeof g->nodes.items[0], by_id);
    for (size_t i = 0; i < g->sessions.count; i++) {
        const struct llmreg_session *s = g->sessions.items[i];
        struct node *from = find(g, s->from), *to = find(g, s->to);
        if (from == NULL || to == NULL) {
            llmreg_session_put(s);
            g->sessions.items[i] = NULL;
            continue;
        }
        from->links++;
        to->links++;
    }
}

/* ---- writing ---- */

static void text(struct llmreg_json_out *w, const char *key, const char *s)
{
    llmreg_json_string(w, key, s[0] == '\0' ? NULL : s);
}

static void write_node(struct llmreg_json_out *w, const struct node *n)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(n->agent);

    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "id", llmreg_agent_id(n->agent));
    llmreg_json_string(w, "name", spec->name);
    text(w, "role", spec->role);
    text(w, "domain", spec->domain);
    llmreg_json_string(w, "status", llmreg_presence_text(n->presence));
    llmreg_json_integer(w, "val", (int64_t)n->links + 1);
    llmreg_json_close_object(w);
    llmreg_agent_spec_put(spec);
}

static void write_link(struct llmreg_json_out *w,
                       const struct llmreg_session *s)
{
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "source", s->from);
    llmreg_json_string(w, "target", s->to);
    llmreg_json_double(w, "value", s->weight);
    llmreg_json_string(w, "type", llmreg_session_type_text(s->type));
    if (s->latency_us < 0)
        llmreg_json_null(w, "latency_ms");
    else
        llmreg_json_double(w, "latency_ms", (double)s->latency_us / 1e3);
    llmreg_json_string(w, "session_id", s->id);
    llmreg_json_close_object(w);
}

static void write_all(struct llmreg_json_out *w, const struct graph *g)
{
    llmreg_json_open_array(w, "nodes");
    for (size_t i = 0; i < g->nodes.count; i++)
        write_node(w, g->nodes.items[i]);
    llmreg_json_close_array(w);
    llmreg_json_open_array(w, "links");
    for (size_t i = 0; i < g->sessions.count; i++)
        if (g->sessions.items[i] != NULL)
            write_link(w, g->sessions.items[i]);
    llmreg_json_close_array(w);
}

static void let_go(struct graph *g)
{
    for (size_t i = 0; i < g->nodes.count; i++) {
        struct node *n = g->nodes.items[i];
        llmreg_agent_put(n->agent);
        free(n);
    }
    for (size_t i = 0; i < g->sessions.count; i++)
        llmreg_session_put(g->sessions.items[i]);
    gather_fini(&g->nodes);
    gather_fini(&g->sessions);
}

void llmreg_graph_json(struct llmreg_json_out *w, const char *key,
                       struct llmreg_registry *r, bool include_offline,
                       const struct llmreg_now *now)
{
    static const struct llmreg_agent_filter everybody;
    struct graph g = {.include_offline = include_offline};

    llmreg_each_session(r, NULL, true, take_session, &g);
    llmreg_each_agent(r, &everybody, take_agent, &g);
    if (g.nodes.failed || g.sessions.failed)
        json_fail(w, LLMREG_ENOMEM);
    link_nodes(&g);
    llmreg_json_open_object(w, key);
    write_all(w, &g);
    llmreg_json_time(w, "made_at", "made_at_ms", now->wall_ms);
    llmreg_json_close_object(w);
    let_go(&g);
}
