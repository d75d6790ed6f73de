/* SPDX-License-Identifier: MIT */
/* race_seeded.c - mistakes that the thread sanitizer must find.
 *
 * The annotations in common/registry/rcu.h tell the sanitizer what liburcu
 * guarantees.  Were they too generous, it would find nothing any more.  So
 * here a writer makes, on the registry's own structures, one mistake for each
 * table: race_seeded VARIANT has to end in a report, "none" must not.
 * check_seeded runs them all.  Without the sanitizer nothing is run: the
 * behaviour would be undefined.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/registry/entry.h"
#include "common/registry/index.h"
#include "common/registry/rcu.h"
#include "common/registry/slots.h"

#define ROUNDS  5000
#define SKIPPED 77

static struct cds_lfht *table;
static struct slots set;
static struct index by_model;
static struct llmreg_endpoint *shared;
static _Atomic bool over;
static _Atomic size_t sink;

static struct llmreg_endpoint *make(void)
{
    static const struct llmreg_spec spec = {.id = "a:1", .url = "http://a:1"};
    static const struct llmreg_health health = {.version = "0.12.3"};
    static const struct llmreg_models models;
    struct llmreg_endpoint *e = NULL;

    if (entry_new(&e, &spec, &health, &models) != LLMREG_OK)
        (void)fprintf(stderr, "no memory\n");
    return e;
}

/* ---- readers: all of them right ---- */

static void *read_table(void *arg)
{
    (void)arg;
    while (!over) {
        rcu_begin();
        struct cds_lfht_node *node =
            rcu_table_find(table, 1, entry_match, "a:1");
        if (node != NULL)
            sink += rcu_holder(node, struct llmreg_endpoint, node)->generation;
        rcu_end();
    }
    return NULL;
}

static void *read_set(void *arg)
{
    struct llmreg_endpoint *e;

    (void)arg;
    while (!over) {
        rcu_begin();
        struct slots_walk w = slots_walk(&set);
        while ((e = slots_next(&w)) != NULL)
            sink += e->generation;
        rcu_end();
    }
    return NULL;
}

static void *read_index(void *arg)
{
    struct llmreg_endpoint *e;

    (void)arg;
    while (!over) {
        rcu_begin();
        struct slots_walk w = index_walk(&by_model, "m");
        while ((e = slots_next(&w)) != NULL)
            sink += e->generation;
        rcu_end();
    }
    return NULL;
}

static void *read_health(void *arg)
{
    struct llmreg_health health;

    (void)arg;
    while (!over) {
        llmreg_endpoint_health(shared, &health);
        sink += health.failures;
    }
    return NULL;
}

/* ---- writers: each with one mistake, if told so ---- */

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

    rcu_table_add(table, 1, &e->node);
    rcu_table_remove(table, &e->node);
    drop(e, wrong);
}

static void write_set(bool wrong)
{
    struct llmreg_endpoint *e = make();

    if (slots_reserve(&set) != LLMREG_OK)
        return;
    slots_add(&set, e, &e->place);
    slots_remove(&set, e->place);
    drop(e, wrong);
}

static void write_index(bool wrong)
{
    static const struct {
        const char *key;
    } keys[] = {{"m"}};
    struct llmreg_endpoint *e = make();
    const struct index_keys one = {keys, sizeof keys[0], 1};
    const struct index_change in = {.entry = e, .after = one, .new = &e->on[0]};
    const struct index_change out = {
        .entry = e, .before = one, .old = &e->on[0]};

    if (index_prepare(&by_model, &in) != LLMREG_OK)
        return;
    index_join(&by_model, &in);
    index_leave(&by_model, &out);
    drop(e, wrong);
}

static void write_health(bool wrong)
{
    static const struct llmreg_health health = {.version = "0.12.4"};
    struct health_part *old = shared->health;

    entry_set_health(shared, health_part_new(&health), health.state);
    if (wrong)
        part_put(&old->part);
    else
        part_retire(&old->part);
}

/* What is changed after it was published. */
static void write_late(bool wrong)
{
    struct llmreg_endpoint *e = make();

    if (!wrong)
        e->generation = 1;
    rcu_table_add(table, 1, &e->node);
    if (wrong)
        e->generation = 1;
    rcu_table_remove(table, &e->node);
    entry_retire(e);
}

static const struct {
    const char *name;
    void *(*read)(void *arg);
    void (*write)(bool wrong);
} variants[] = {
    {"table", read_table, write_table}, {"set", read_set, write_set},
    {"index", read_index, write_index}, {"health", read_health, write_health},
    {"late", read_table, write_late},
};

#define VARIANTS (sizeof variants / sizeof variants[0])

static void run(size_t variant, bool wrong)
{
    pthread_t reader;

    over = false;
    if (pthread_create(&reader, NULL, variants[variant].read, NULL) != 0)
        return;
    for (int i = 0; i < ROUNDS; i++)
        variants[variant].write(wrong);
    over = true;
    (void)pthread_join(reader, NULL);
}

int main(int argc, char **argv)
{
#ifndef RCU_TSAN
    (void)fprintf(stderr, "not built with the thread sanitizer\n");
    return SKIPPED;
#endif
    if (argc != 2 || rcu_start() != LLMREG_OK)
        return EXIT_FAILURE;
    table = rcu_table_new(64);
    if (index_init(&by_model, 64) != LLMREG_OK)
        return EXIT_FAILURE;
    shared = make();
    for (size_t i = 0; i < VARIANTS; i++) {
        bool wrong = strcmp(argv[1], variants[i].name) == 0;
        if (wrong || strcmp(argv[1], "none") == 0)
            run(i, wrong);
    }
    llmreg_put(shared);
    rcu_wait();
    slots_fini(&set);
    index_fini(&by_model);
    rcu_table_free(table);
    return EXIT_SUCCESS;
}
