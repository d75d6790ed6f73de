/* SPDX-License-Identifier: MIT */
/* graph.c - agents and their sessions, as pages draw them. */
#include <llmreg/sessions.h>

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

enum { ROW_OFFLINE };

static const struct query_row query[] = {
    {"include_offline", QUERY_BOOL, 0, 0, NULL,
     "agents that are offline or stopped as well"},
    {.name = NULL},
};

static int run(struct ask *a)
{
    struct reply r;

    reply_begin(&r);
    llmreg_graph_json(&r.json, NULL, a->api->registry,
                      a->query[ROW_OFFLINE].number != 0, &a->req->now);
    return reply_send(a, &r, 200);
}

const struct route graph_routes[] = {
    {HTTP_GET, "/api/v1/graph", ROUTE_READER, 0, query, NULL, run, "200",
     "nodes and links", false},
    {.path = NULL},
};
