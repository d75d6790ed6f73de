/* SPDX-License-Identifier: MIT */
/* fleet.h - the same endpoints with ten models each, three times: in the
 * registry, in the plain table, and in the registry that copies.
 *
 * One model is on all endpoints, each of the other nine on ten of them.
 */
#ifndef LLMREG_BENCH_FLEET_H
#define LLMREG_BENCH_FLEET_H

#include <llmreg/registry.h>

#include "tests/bench/registry/copying.h"
#include "tests/bench/registry/plain.h"

#define FLEET_ENDPOINTS 1000
#define FLEET_MODELS    10 /* each endpoint's */
#define FLEET_GROUP     10 /* endpoints with the same nine */
#define FLEET_ON_ALL    "llama3.1:8b"
#define ID_SIZE         32
#define NAME_SIZE       48
#define DIGEST_SIZE     65

struct plain_endpoint {
    struct plain_node node;
    struct llmreg_health health;
    uint32_t pending;
    uint64_t total;
    double latency_us;
};

/* The endpoints that have a model. */
struct plain_model {
    struct plain_node node;
    size_t count;
    struct plain_endpoint **endpoints;
};

struct fleet {
    size_t count;
    char (*ids)[ID_SIZE];
    struct llmreg_bus *bus;
    struct llmreg_registry *r;
    struct llmreg_endpoint **held; /* a reference of each */
    struct plain plain, plain_models;
    struct plain_endpoint **dense;
    struct copying copying;
};

/* Space for one list of models. */
struct list {
    struct llmreg_model items[FLEET_MODELS];
    char names[FLEET_MODELS][NAME_SIZE];
    char digests[FLEET_MODELS][DIGEST_SIZE];
};
/* The list of endpoint i; another edition has other names but FLEET_ON_ALL. */
struct llmreg_models fleet_list(struct list *list, size_t i, unsigned edition);
/* A model that ten endpoints have: some number, and which of the nine. */
void fleet_model_name(char name[static NAME_SIZE], size_t i, size_t which);
/* As one names an endpoint, and what a probe tells of it. */
void fleet_id(char id[static ID_SIZE], size_t i);
struct llmreg_spec fleet_spec(const char *id, char url[static 64]);
struct llmreg_observation fleet_observation(bool well);
/* Every observation counts. */
extern const struct llmreg_health_rule fleet_rule;

struct fleet *fleet_new(size_t count);
void fleet_free(struct fleet *f);

/* In the plain one: endpoint i gets a model, or loses it. */
void fleet_plain_have(struct fleet *f, const char *model, size_t i);
void fleet_plain_lack(struct fleet *f, const char *model, size_t i);

/* A registry of that size and its bus, without anything in it. */
struct llmreg_registry *fleet_registry(struct llmreg_bus **bus,
                                       size_t endpoints, size_t agents);
/* Endpoint i with its models and its health, into r. */
void fleet_fill(struct llmreg_registry *r, size_t i);

#endif
