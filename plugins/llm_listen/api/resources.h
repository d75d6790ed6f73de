/* SPDX-License-Identifier: MIT */
/* resources.h - the tables of routes, one a file.
 *
 * Threads:   constant.
 * Blocking:  never.
 * Ownership: they live for ever.
 */
#ifndef LLM_LISTEN_API_RESOURCES_H
#define LLM_LISTEN_API_RESOURCES_H

#include "plugins/llm_listen/api/route.h"

extern const struct route agents_routes[];
extern const struct route agents_report_routes[];
extern const struct route endpoints_routes[];
extern const struct route endpoints_add_routes[];
extern const struct route endpoints_change_routes[];
extern const struct route requests_routes[];
extern const struct route models_routes[];
extern const struct route alerts_routes[];
extern const struct route graph_routes[];
extern const struct route snapshot_routes[];
extern const struct route sessions_routes[];
extern const struct route tokens_routes[];
extern const struct route audit_routes[];
extern const struct route backups_routes[];
extern const struct route events_routes[];
extern const struct route openapi_routes[];
extern const struct route sd_routes[];
extern const struct route self_routes[];
extern const struct route store_routes[];
extern const struct route hosts_routes[];
extern const struct route ingest_routes[];
extern const struct route export_routes[];
extern const struct route import_routes[];

#endif
