/* SPDX-License-Identifier: MIT */
/* dialects.h - routes of other systems, so that their clients work unmodified.
 *
 * A dialect is a table of routes, and how it says what is wrong.  It is there
 * only where the configuration names it.  Its functions read a request into
 * what our own routes take, and write what they give as its clients expect it:
 * nothing is decided here.
 *
 * Threads:   constant.
 * Blocking:  never.
 * Ownership: they live for ever.
 */
#ifndef LLM_LISTEN_DIALECTS_DIALECTS_H
#define LLM_LISTEN_DIALECTS_DIALECTS_H

#include "plugins/llm_listen/api/cast.h"
#include "plugins/llm_listen/api/route.h"

enum dialect {
    DIALECT_OPTIINFRA,
    DIALECT_NEXUS,
    DIALECT_THUNDERLINE,
    DIALECT_AGENTCOM,
    DIALECTS
};

#define DIALECT_BIT(d) (1u << DIALECT_##d)
#define DIALECTS_ALL   ((1u << DIALECTS) - 1)

const char *dialect_text(enum dialect d);
/* LLMREG_ENOENT: no such dialect. */
LLMREG_MUSTCHECK int dialect_parse(const char *s, enum dialect *out);

/* The routes of OptiInfra's server, and those that its agents call: the latter
 * have the paths of ours and take what ours take, and go before them. */
extern const struct route optiinfra_routes[];
extern const struct route optiinfra_agents_routes[];
extern const struct route_errors optiinfra_errors;

extern const struct route nexus_routes[];
extern const struct route nexus_socket_routes[];
extern const struct route_errors nexus_errors;
extern const struct cast_kind nexus_cast;

/* Services, nodes, and the graph of nodes. */
extern const struct route thunderline_routes[];
extern const struct route thunderline_nodes_routes[];
extern const struct route thunderline_graph_routes[];
extern const struct route_errors thunderline_errors;

/* Agents, endpoints, tokens, alerts, its page, and the WebSockets of that and
 * of its agents. */
extern const struct route agentcom_routes[];
extern const struct route agentcom_endpoints_routes[];
extern const struct route agentcom_tokens_routes[];
extern const struct route agentcom_alerts_routes[];
extern const struct route agentcom_store_routes[];
extern const struct route agentcom_care_routes[];
extern const struct route agentcom_dashboard_routes[];
extern const struct route agentcom_page_routes[];
extern const struct route agentcom_socket_routes[];
extern const struct route_errors agentcom_errors;
extern const struct route_errors agentcom_endpoints_errors;
extern const struct cast_kind agentcom_dashboard_cast;
extern const struct cast_kind agentcom_presence_cast;

/* Of several. */
extern const struct route health_routes[];
#define DIALECTS_HEALTH                                                        \
    (DIALECT_BIT(OPTIINFRA) | DIALECT_BIT(NEXUS) | DIALECT_BIT(AGENTCOM))

#endif
