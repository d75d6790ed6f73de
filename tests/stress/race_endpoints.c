/* SPDX-License-Identifier: MIT */
/* race_endpoints.c - mistakes with entries of endpoints and their parts. */
#include "common/registry/entry.h"
#include "common/registry/slots.h"
#include "tests/stress/race.h"

#include <stdlib.h>
#include <string.h>

static struct rcu_table table;
static struct slots set;
static struct llmreg_endpoint *shared;

static struct llmreg_endpoint *make(void)
{
    static const struct llmreg_spec spec = {.id = "a:1",
                                            .url = "http://a:1",
                                            .name = "",
                                            .host = "",
                                            .series = "",
                                            .origin = "",
                                            .owner = ""};
    static const struct llmreg_override none_said;
    static const struct llmreg_health health = {.version = "0.12.3"};
    static const struct llmreg_models models;
    struct llmreg_endpoint *e = NULL;

    race_must(entry_new(&e, &spec, &none_said, &health, &models) == LLMREG_OK);
    return e;
}

static void open_all(void)
{
    race_must(rcu_table_init(&table, 64) == LLMREG_OK);
    shared = make();
}

static void close_all(void)
{
    llmreg_put(shared);
    rcu_wait();
    slots_fini(&set);
    rcu_table_fini(&table);
}

static void read_table(void)
{
    rcu_begin();
    struct cds_lfht_node *node = rcu_table_find(&table, 1, entry_match, "a:1");
    if (node != NULL)
        race_sink += rcu_holder(node, struct llmreg_endpoint, node)->generation;
    rcu_end();
}

static void read_set(void)
{
    struct llmreg_endpoint *e;

    rcu_begin();
    struct slots_walk w = slots_walk(&set);
    while ((e = slots_next(&w)) != NULL)
        race_sink += e->generation;
    rcu_end();
}

static void read_health(void)
{
    struct llmreg_health health;

    llmreg_endpoint_health(shared, &health);
    race_sink += health.failures;
}

/* Frees an entry, without waiting for readers if wrong. */
static void drop(struct llmreg_endpoint *e, bool wrong)
{
    if (wrong)
        llmreg_put(e);
    else
        entry_retire(e);
}

static void write_table(bool wrong)
{
    struct llmreg_endpoint *e = make();

    rcu_table_add(&table, 1, &e->node);
    rcu_table_remove(&table, &e->node);
    drop(e, wrong);
}

static void write_set(bool wrong)
{
    struct llmreg_endpoint *e = make();

    race_must(slots_reserve(&set) == LLMREG_OK);
    slots_add(&set, e, &e->place);
    slots_remove(&set, e->place);
    drop(e, wrong);
}

/* A text that needs the larger boxes; if wrong, they are made anew each time,
 * and the old ones freed although somebody may read them. */
static void write_health(bool wrong)
{
    struct llmreg_health health = {.version = "0.12.4"};
    struct health_large *old = shared->health.large;
    struct health_large *new = calloc(1, sizeof *new);

    race_must(new != NULL);
    memset(health.detail, 'd', sizeof health.detail - 1);
    if (wrong && old != NULL) {
        rcu_publish(&shared->health.large, new);
        new = old;
    }
    race_must(health_box_set(&shared->health, &health) == LLMREG_OK);
    free(new);
}

/* What is changed after it was published. */
static void write_late(bool wrong)
{
    struct llmreg_endpoint *e = make();

    if (!wrong)
        e->generation = 1;
    rcu_table_add(&table, 1, &e->node);
    if (wrong)
        e->generation = 1;
    rcu_table_remove(&table, &e->node);
    entry_retire(e);
}

const struct race races_of_endpoints[] = {
    {"endpoint-table", open_all, read_table, write_table, close_all},
    {"endpoint-set", open_all, read_set, write_set, close_all},
    {"endpoint-health", open_all, read_health, write_health, close_all},
    {"endpoint-late", open_all, read_table, write_late, close_all},
    {NULL, NULL, NULL, NULL, NULL},
};
