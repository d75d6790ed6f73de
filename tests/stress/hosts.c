/* SPDX-License-Identifier: MIT */
/* hosts.c - everybody at once on the same few hosts, for 2 seconds.
 *
 * Hosts report, move their addresses, are removed and reaped by a clock that
 * runs ahead, while endpoints on them come and go; readers follow the links in
 * both directions.  Held to its promises: a host that only reports is always
 * there and found by its address, its endpoint is seen on it exactly once, and
 * a sample is never a mixture of two nor ever older than its deadline.  A
 * dead-lock is ended by SIGALRM.
 */
#include <llmreg/hosts.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECONDS  2
#define HOSTS    5
#define STALE_NS (10 * LLMREG_NS_PER_S)
#define STEADY   "h0" /* it and its address and endpoint are never touched */
#define ADDRESS  "10.0.0.1"

static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static const char *const ids[HOSTS] = {STEADY, "h1", "h2", "h3", "h4"};
static int64_t deadline;
static _Atomic int64_t ahead_ns;  /* of the clock */
static _Atomic unsigned reported; /* by the steady one */
static _Atomic unsigned failures;

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            failures++;                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,           \
                          #condition);                                         \
        }                                                                      \
    } while (0)

static void read_clock(void *ctx, struct llmreg_now *out)
{
    (void)ctx;
    *out = llmreg_clock_now(&llmreg_clock_system);
    out->mono_ns += atomic_load(&ahead_ns);
}

static const struct llmreg_clock fast = {.read = read_clock};

static bool goes_on(void)
{
    return llmreg_clock_now(&llmreg_clock_system).mono_ns < deadline &&
           failures == 0;
}

static unsigned below(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245 + 12345;
    return (*seed >> 16) % n;
}

/* ---- writers ---- */

/* Every number of a sample is the same. */
static int report(const char *id, const char *address, unsigned value)
{
    const struct llmreg_gpu gpu = {.name = "g",
                                   .uuid = "",
                                   .utilization_percent = value,
                                   .memory_used_bytes = value,
                                   .memory_total_bytes = value,
                                   .temperature_celsius = value,
                                   .power_watts = value};
    const struct llmreg_resources resources = {.cpu_percent = value,
                                               .load1 = value,
                                               .load5 = value,
                                               .load15 = value,
                                               .ram_used_bytes = value,
                                               .ram_total_bytes = value,
                                               .vram_used_bytes = -1,
                                               .vram_total_bytes = -1,
                                               .gpus = &gpu,
                                               .ngpus = 1};
    const struct llmreg_host_report said = {.id = id,
                                            .name = "",
                                            .agent = "",
                                            .addresses = &address,
                                            .naddresses = 1,
                                            .interval_ms = 1000,
                                            .resources = &resources};
    const struct llmreg_now now = llmreg_clock_now(&fast);

    return llmreg_host_report(r, &said, &now, NULL, NULL);
}

static void *steady(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        CHECK(report(STEADY, ADDRESS, below(&seed, 100)) == LLMREG_OK);
        reported++;
    }
    return NULL;
}

static void *reporter(void *arg)
{
    static const char *const addresses[] = {ADDRESS, "10.0.0.2", "10.0.0.3",
                                            "h3", "h4"};
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        const char *address = addresses[below(&seed, 5)];
        int rc = report(ids[1 + below(&seed, HOSTS - 1)], address,
                        below(&seed, 100));
        CHECK(rc == LLMREG_OK || rc == LLMREG_EEXIST);
        CHECK(rc == LLMREG_EEXIST || strcmp(address, ADDRESS) != 0);
    }
    return NULL;
}

static void *remover(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        int rc = llmreg_host_remove(r, ids[1 + below(&seed, HOSTS - 1)], "");
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
    }
    return NULL;
}

/* Time jumps by less than a deadline whenever the steady one has reported. */
static void *ticker(void *arg)
{
    unsigned before = 0;

    (void)arg;
    while (goes_on()) {
        if (reported != before)
            atomic_fetch_add(&ahead_ns, 400 * LLMREG_NS_PER_MS);
        before = reported;
        struct llmreg_now now = llmreg_clock_now(&fast);
        (void)llmreg_tick(r, &now);
    }
    return NULL;
}

static void set(const char *id, const char *owner)
{
    char url[64];
    const struct llmreg_spec spec = {.id = id,
                                     .url = url,
                                     .name = "n",
                                     .host = "h",
                                     .series = "s",
                                     .origin = "",
                                     .owner = owner,
                                     .interval_ms = 1000};

    (void)snprintf(url, sizeof url, "http://%s", id);
    CHECK(llmreg_set(r, &spec, NULL, NULL) == LLMREG_OK);
}

static void *mover(void *arg)
{
    static const char *const movers[] = {"h1:1", "10.0.0.2:1"};
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        const char *id = movers[below(&seed, 2)];
        if (below(&seed, 4) == 0)
            (void)!llmreg_remove(r, id, NULL, NULL);
        else
            set(id, ids[1 + below(&seed, HOSTS - 1)]);
    }
    return NULL;
}

/* ---- readers ---- */

static bool count_steady(void *ctx, struct llmreg_endpoint *e)
{
    *(unsigned *)ctx += strcmp(llmreg_endpoint_id(e), ADDRESS ":1") == 0;
    return true;
}

static void look_at_sample(struct llmreg_host *h)
{
    const struct llmreg_now now = llmreg_clock_now(&fast);
    const struct llmreg_sample *s = llmreg_host_sample(h, &now);

    if (s == NULL)
        return;
    const struct llmreg_resources *x = &s->resources;
    int64_t value = x->ram_used_bytes;
    CHECK((int64_t)x->cpu_percent == value && x->ram_total_bytes == value);
    CHECK(x->vram_used_bytes == value);
    CHECK((int64_t)x->gpus[0].power_watts == value);
    CHECK(now.mono_ns - s->mono_ns < STALE_NS);
    llmreg_sample_put(s);
}

static bool look(void *ctx, struct llmreg_host *h)
{
    const struct llmreg_now now = llmreg_clock_now(&fast);
    const struct llmreg_host_report *spec = llmreg_host_spec(h);
    struct llmreg_host_state state;

    CHECK(spec->naddresses == 1 && strcmp(spec->id, llmreg_host_id(h)) == 0);
    llmreg_host_spec_put(spec);
    llmreg_host_state(h, &now, &state);
    CHECK(state.sampled);
    look_at_sample(h);
    *(unsigned *)ctx += strcmp(llmreg_host_id(h), STEADY) == 0;
    return true;
}

static void *reader(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        unsigned seen = 0, on = 0;
        llmreg_each_host(r, look, &seen);
        CHECK(seen == 1);
        struct llmreg_host *h = llmreg_host_find(r, ADDRESS);
        CHECK(h != NULL && strcmp(llmreg_host_id(h), STEADY) == 0);
        if (h != NULL)
            llmreg_each_on_host(r, h, count_steady, &on);
        CHECK(on == 1);
        llmreg_host_put(h);
        h = llmreg_host_get(r, ids[below(&seed, HOSTS)]);
        if (h != NULL)
            look_at_sample(h);
        llmreg_host_put(h);
        struct llmreg_endpoint *e = llmreg_get(r, "h1:1");
        if (e != NULL)
            llmreg_host_put(llmreg_host_of_endpoint(r, e));
        llmreg_put(e);
    }
    return NULL;
}

int main(void)
{
    static void *(*const work[])(void *) = {
        steady, reporter, reporter, remover, ticker, mover, reader, reader,
    };
    enum { THREADS = sizeof work / sizeof work[0] };
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    pthread_t threads[THREADS];
    unsigned seeds[THREADS];

    (void)alarm(120);
    conf.endpoints = conf.agents = conf.hosts = conf.sessions = 16;
    conf.stale_ns = STALE_NS;
    conf.host_reap_ns = STALE_NS + STALE_NS / 2;
    deadline = llmreg_clock_now(&llmreg_clock_system).mono_ns +
               SECONDS * LLMREG_NS_PER_S;
    CHECK(llmreg_bus_new(&bus, 64, 1) == LLMREG_OK);
    CHECK(llmreg_registry_new(&r, &conf, bus, &fast) == LLMREG_OK);
    CHECK(report(STEADY, ADDRESS, 1) == LLMREG_OK);
    set(ADDRESS ":1", "");
    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        CHECK(pthread_create(&threads[i], NULL, work[i], &seeds[i]) == 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
