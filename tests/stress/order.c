/* SPDX-License-Identifier: MIT */
/* order.c - walks in the order of keys, while others come and go: each key
 * comes at most once, in order, and who stays comes exactly once.
 *
 * Two of three keys come and go at random, with waves in which nearly all of
 * them leave and return, so that rows are split, made anew, joined and dropped
 * under the walks.
 */
#include "common/registry/order.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS   3000
#define CHANGES 60000
#define WALKERS 3
#define WALKS   1000 /* at least */

struct item {
    char key[12];
    bool in; /* the writer's */
};

static struct order order;
static struct item items[ITEMS];
static _Atomic bool over;
static _Atomic unsigned failures, walks;

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            failures++;                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,           \
                          #condition);                                         \
        }                                                                      \
    } while (0)

static const char *key_of(const void *item)
{
    return ((const struct item *)item)->key;
}

static bool stays(size_t i)
{
    return i % 3 == 0;
}

/* From behind the item at this place to the end. */
static void walk_from(size_t at)
{
    size_t next = (at / 3 + 1) * 3; /* who stays, and must come next */
    const struct item *item, *last = &items[at];

    rcu_begin();
    struct order_walk w = order_walk_after(&order, items[at].key);
    while ((item = order_next(&w)) != NULL) {
        CHECK(item > last);
        CHECK(item <= &items[next] || next >= ITEMS);
        if (item == &items[next])
            next += 3;
        last = item;
    }
    rcu_end();
    CHECK(next >= ITEMS);
    walks++;
}

static void *walker(void *arg)
{
    unsigned at = (unsigned)(uintptr_t)arg;

    while (!over && failures == 0)
        walk_from((at = at * 1103515245 + 12345) % ITEMS);
    return NULL;
}

static void change(size_t i)
{
    if (items[i].in) {
        order_remove(&order, &items[i]);
    } else {
        CHECK(order_reserve(&order, items[i].key) == LLMREG_OK);
        order_add(&order, &items[i]);
    }
    items[i].in = !items[i].in;
}

/* In the second half of a wave nobody comes. */
static void write_all(void)
{
    unsigned draw = 1;

    for (size_t n = 0; n < CHANGES && failures == 0; n++) {
        size_t i = (draw = draw * 1103515245 + 12345) % ITEMS;
        bool ebb = n / (2 * ITEMS) % 2 == 1;
        if (!stays(i) && (items[i].in || !ebb))
            change(i);
    }
}

int main(void)
{
    pthread_t threads[WALKERS];

    if (rcu_start() != LLMREG_OK)
        return EXIT_FAILURE;
    order = (struct order){.key = key_of};
    for (size_t i = 0; i < ITEMS; i++)
        (void)snprintf(items[i].key, sizeof items[i].key, "%05zu", i);
    for (size_t i = 0; i < ITEMS; i++)
        if (stays(i))
            change(i);
    for (uintptr_t i = 0; i < WALKERS; i++)
        CHECK(pthread_create(&threads[i], NULL, walker, (void *)i) == 0);
    while (walks < WALKS && failures == 0)
        write_all();
    over = true;
    for (size_t i = 0; i < WALKERS; i++)
        (void)pthread_join(threads[i], NULL);
    rcu_wait();
    order_fini(&order);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
