/* SPDX-License-Identifier: MIT */
/* body_trees.h - the members of bodies that are lists or objects.
 *
 * Each is a body_tree_fn, and says what the member of the struct is.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: all of it lives in the arena of the body.
 */
#ifndef LLM_LISTEN_API_BODY_TREES_H
#define LLM_LISTEN_API_BODY_TREES_H

#include <llmreg/hosts.h>

#include "plugins/llm_listen/api/body.h"

/* ["gpu", "gpu=h100"] or {"gpu": true, "gpu": "h100"} */
struct body_capabilities {
    struct llmreg_capability *items;
    size_t count;
};
int body_capabilities(struct body_reader *b, void *member, const char *path,
                      const struct llmreg_json_event *e);

/* {"name": any JSON} */
struct body_metadata {
    struct llmreg_member *items;
    size_t count;
    const char *key; /* of the value that passes by */
};
int body_metadata(struct body_reader *b, void *member, const char *path,
                  const struct llmreg_json_event *e);

/* {"name": 1.5}; null is left out */
struct body_metrics {
    struct llmreg_measure *items;
    size_t count;
};
int body_metrics(struct body_reader *b, void *member, const char *path,
                 const struct llmreg_json_event *e);

/* {"name": "value"} */
struct body_labels {
    struct llmreg_label *items;
    size_t count;
};
int body_labels(struct body_reader *b, void *member, const char *path,
                const struct llmreg_json_event *e);

/* ["10.0.0.5"] */
struct body_addresses {
    const char **items;
    size_t count;
};
int body_addresses(struct body_reader *b, void *member, const char *path,
                   const struct llmreg_json_event *e);

/* ["http://x:11434"] or [{"url": ..., "name": ..., "kind": ...}] */
#define BODY_ENDPOINTS_MAX 64
struct body_endpoint {
    const char *url, *name, *kind; /* NULL: not said */
};
struct body_endpoints {
    struct body_endpoint *items;
    size_t count;
};
int body_endpoints(struct body_reader *b, void *member, const char *path,
                   const struct llmreg_json_event *e);

/* ["agent-2"] or [{"id": ..., "type": ..., "status": ..., "latency_ms": 3}] */
#define BODY_PEERS_MAX 64
struct body_peer {
    const char *id, *type, *status, *connection; /* NULL: not said */
    double latency_ms;                           /* NAN: not said */
};
struct body_peers {
    struct body_peer *items;
    size_t count;
};
int body_peers(struct body_reader *b, void *member, const char *path,
               const struct llmreg_json_event *e);

/* A sample; what is not said is unknown. */
struct body_resources {
    struct llmreg_resources r;
    struct llmreg_gpu *gpus;
};
int body_resources(struct body_reader *b, void *member, const char *path,
                   const struct llmreg_json_event *e);

#endif
