/* SPDX-License-Identifier: MIT */
/* health.c - the health of one endpoint is read while it is replaced as fast
 * as one thread can, for a second.
 *
 * Every number and text of the n-th health follows from n, so a reader that
 * got a part of one and a part of another sees it.  Short and long texts take
 * turns, and with them the two kinds of boxes.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/registry/health_box.h"

#define READERS 3

static struct health_box box;
static _Atomic bool over;
static _Atomic unsigned failures;
static _Atomic uint64_t seen;

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            failures++;                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,           \
                          #condition);                                         \
        }                                                                      \
    } while (0)

static struct llmreg_health nth(uint32_t n)
{
    struct llmreg_health h = {.state = n % LLMREG_HEALTH_STATES,
                              .reason = n % LLMREG_REASONS,
                              .http_status = (uint16_t)n,
                              .failures = n,
                              .successes = n,
                              .since_ms = n,
                              .failing_ms = n,
                              .checked_ms = n,
                              .ok_ms = n,
                              .checked_mono_ns = n,
                              .ok_mono_ns = n,
                              .total_us = n,
                              .connect_us = n,
                              .ttfb_us = n,
                              .prior = n % LLMREG_HEALTH_STATES,
                              .prior_since_ms = n};

    memset(h.version, 'a' + (int)(n % 26), n % 11);
    memset(h.detail, 'A' + (int)(n % 26), n % 2 == 0 ? n % 20 : n % 127);
    return h;
}

/* For a second, and until there was something to see: the readers wait for a
 * processor where others are busy. */
static void *write_all(void *arg)
{
    int64_t end =
        llmreg_clock_now(&llmreg_clock_system).mono_ns + LLMREG_NS_PER_S;
    uint32_t n = 0;

    while (llmreg_clock_now(&llmreg_clock_system).mono_ns < end ||
           ((seen <= 100 || n <= 1000) && failures == 0)) {
        const struct llmreg_health h = nth(++n);
        CHECK(health_box_set(&box, &h) == LLMREG_OK);
    }
    over = true;
    return arg;
}

static void *read_all(void *arg)
{
    uint32_t last = 0;

    while (!over && failures == 0) {
        struct llmreg_health h;
        health_box_get(&box, &h);
        const struct llmreg_health whole = nth(h.failures);
        CHECK(memcmp(&h, &whole, offsetof(struct llmreg_health, version)) == 0);
        CHECK(strcmp(h.version, whole.version) == 0);
        CHECK(strcmp(h.detail, whole.detail) == 0);
        CHECK(h.failures >= last);
        seen += h.failures != last;
        last = h.failures;
    }
    return arg;
}

int main(void)
{
    const struct llmreg_health first = nth(0);
    pthread_t readers[READERS], writer;

    (void)alarm(60);
    CHECK(health_box_set(&box, &first) == LLMREG_OK);
    CHECK(pthread_create(&writer, NULL, write_all, NULL) == 0);
    for (int i = 0; i < READERS; i++)
        CHECK(pthread_create(&readers[i], NULL, read_all, NULL) == 0);
    (void)pthread_join(writer, NULL);
    for (int i = 0; i < READERS; i++)
        (void)pthread_join(readers[i], NULL);
    health_box_fini(&box);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
