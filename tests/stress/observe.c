/* SPDX-License-Identifier: MIT */
/* observe.c - write threads with values of the same few hosts, and the tick,
 * for 2 seconds.
 *
 * Time runs a thousand times as fast as it is, so that hosts are reported,
 * fall silent, are forgotten and come again all the while, and the limit is
 * met.  Held to its promises: a sample has three values that came together,
 * never more hosts are observed than allowed, and in the end all is counted
 * back.  A dead-lock is ended by SIGALRM.
 */
#include "plugins/llm_listen/observe.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <llmreg/hosts.h>

#define SECONDS   2
#define WRITERS   4
#define HOSTS     64
#define ALIVE     24 /* at a time: the others are silent */
#define HOSTS_MAX 20
#define WALL_MS   INT64_C(1795000000000)
#define BASE_NS   (100 * LLMREG_NS_PER_S)

static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static struct observe *o;
static struct counters counters;
static _Atomic int64_t seconds; /* of the time that we make */
static _Atomic bool over;
static _Atomic unsigned failures, samples, known; /* loads */

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            failures++;                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,           \
                          #condition);                                         \
        }                                                                      \
    } while (0)

static struct llmreg_now made_now(void)
{
    const int64_t s = atomic_load(&seconds);

    return (struct llmreg_now){.mono_ns = BASE_NS + s * LLMREG_NS_PER_S,
                               .wall_ms = WALL_MS + s * 1000};
}

static void read_clock(void *ctx, struct llmreg_now *out)
{
    (void)ctx;
    *out = made_now();
}

static const struct llmreg_clock fast = {.read = read_clock};

/* ---- who does what ---- */

static void say(unsigned host, double n)
{
    char name[16], gpu[16];
    struct observe_value v = {.host = name,
                              .plugin = "load",
                              .plugin_instance = "",
                              .type = "load",
                              .type_instance = "",
                              .nvalues = 3,
                              .values = {n, n, n},
                              .time_ms = made_now().wall_ms,
                              .interval_ms = 10000};

    (void)snprintf(name, sizeof name, "h%u", host);
    observe_take(o, &v);
    (void)snprintf(gpu, sizeof gpu, "%u-g", (unsigned)n % 8);
    v.plugin = "gpu_nvidia";
    v.plugin_instance = gpu;
    v.type = "power";
    v.nvalues = 1;
    observe_take(o, &v);
    v.plugin = "cpu";
    v.type = "percent";
    v.type_instance = "active";
    v.values[0] = fmod(n, 100);
    observe_take(o, &v);
}

static void *write_values(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (!atomic_load(&over)) {
        /* Those alive move on, a host every 100 seconds. */
        unsigned first = (unsigned)(atomic_load(&seconds) / 100);
        say((first + (unsigned)rand_r(&seed) % ALIVE) % HOSTS,
            (double)(rand_r(&seed) % 1000));
        CHECK(observe_wants(o, "load") && !observe_wants(o, "swap"));
        CHECK(counters_get(&counters.observed_hosts) <= HOSTS_MAX);
    }
    return NULL;
}

static void *tick(void *arg)
{
    (void)arg;
    while (!atomic_load(&over)) {
        const struct llmreg_now now = made_now();
        observe_tick(o, &now);
        (void)llmreg_tick(r, &now);
        (void)usleep(1000);
        atomic_fetch_add(&seconds, 1);
    }
    return NULL;
}

/* Both unknown is alike: a writer that was stopped between its values may have
 * told of a host that was forgotten meanwhile. */
static bool alike(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b;
}

static bool look(void *ctx, struct llmreg_host *h)
{
    const struct llmreg_now now = made_now();
    const struct llmreg_sample *s = llmreg_host_sample(h, &now);

    (void)ctx;
    if (s == NULL)
        return true;
    CHECK(alike(s->resources.load1, s->resources.load5));
    CHECK(alike(s->resources.load1, s->resources.load15));
    known += !isnan(s->resources.load1);
    CHECK(s->resources.ngpus <= 8);
    for (size_t i = 0; i < s->resources.ngpus; i++)
        CHECK(strlen(s->resources.gpus[i].name) <= 1);
    atomic_fetch_add(&samples, 1);
    llmreg_sample_put(s);
    return true;
}

static void *read_hosts(void *arg)
{
    (void)arg;
    while (!atomic_load(&over))
        llmreg_each_host(r, look, NULL);
    return NULL;
}

int main(void)
{
    void *(*const work[])(void *) = {write_values, write_values, write_values,
                                     write_values, tick,         read_hosts};
    enum { THREADS = sizeof work / sizeof work[0] };
    const struct llmreg_log silent = {.write = NULL};
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    pthread_t threads[THREADS];
    unsigned seeds[THREADS];

    (void)alarm(60);
    conf.endpoints = conf.agents = conf.sessions = 16;
    conf.hosts = HOSTS;
    CHECK(llmreg_bus_new(&bus, 64, 1) == LLMREG_OK);
    CHECK(llmreg_registry_new(&r, &conf, bus, &fast) == LLMREG_OK);
    const struct llmreg_now now = made_now();
    const struct observe_conf oc = {.registry = r,
                                    .log = &silent,
                                    .counters = &counters,
                                    .sources = (1U << OBSERVE_SOURCES) - 1,
                                    .hosts_max = HOSTS_MAX,
                                    .self = "hub"};
    CHECK(observe_new(&o, &oc, &now) == LLMREG_OK);
    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        CHECK(pthread_create(&threads[i], NULL, work[i], &seeds[i]) == 0);
    }
    (void)sleep(SECONDS);
    atomic_store(&over, true);
    for (unsigned i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    CHECK(counters_get(&counters.observed_reports) > HOSTS);
    CHECK(counters_get(&counters.observed_refused) > 0);
    CHECK(samples > 0 && known > 0);
    observe_free(o);
    CHECK(counters_get(&counters.observed_hosts) == 0);
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
