/* SPDX-License-Identifier: MIT */
/* copying.h - a registry as most are: a mutex, a hash table, deep copies.
 *
 * Printed beside ours, never judged by.  An entry is a handful of strings and
 * a list of models; who asks gets a copy of all of it.
 */
#ifndef LLMREG_BENCH_COPYING_H
#define LLMREG_BENCH_COPYING_H

#include <pthread.h>

#include <llmreg/health.h>

#include "tests/bench/registry/plain.h"

struct copying_model {
    char *name, *digest, *family, *parameter_size, *quantization;
    int64_t size_bytes, context_max;
};

struct copying_entry {
    struct plain_node node;
    char *url, *name;
    struct llmreg_health health;
    size_t nmodels;
    struct copying_model *models;
};

struct copying {
    pthread_mutex_t lock;
    struct plain table;
    size_t count;
    struct copying_entry **all;
};

void copying_init(struct copying *c, size_t most);
void copying_fini(struct copying *c);
void copying_add(struct copying *c, const char *id,
                 const struct llmreg_models *models);
/* A copy of one's own, or NULL. */
struct copying_entry *copying_get(struct copying *c, const char *id);
void copying_free(struct copying_entry *e);
/* Copies of all that have the model (NULL: of all); returns their number. */
size_t copying_list(struct copying *c, const char *model,
                    struct copying_entry **out);
void copying_observe(struct copying *c, const char *id,
                     const struct llmreg_observation *seen,
                     const struct llmreg_now *now);

#endif
