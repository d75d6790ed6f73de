/* SPDX-License-Identifier: MIT */
/* endpoint_json.h - an endpoint, short, as one of many.
 *
 * Threads:   the one that has the writer.
 * Blocking:  never, but for the writer's sink.
 * Ownership: values only.
 */
#ifndef LLMREG_REGISTRY_ENDPOINT_JSON_H
#define LLMREG_REGISTRY_ENDPOINT_JSON_H

#include <llmreg/snapshot.h>

/* The members are listed in snapshot.h. */
void endpoint_json_short(struct llmreg_json_out *w, const char *key,
                         const struct llmreg_snapshot_item *item);

#endif
