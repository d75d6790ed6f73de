/* SPDX-License-Identifier: MIT */
/* agents.c - everybody at once on the same few agents, for 2 seconds.
 *
 * Writers register, beat, mark and remove; readers look, filter and choose;
 * one ticks through a time of its own that runs far ahead, so that rungs and
 * the reaper meet heartbeats all the time.  Held to its promises: an agent
 * that only ever beats is there, is found by its type once, and is never late
 * after its heartbeat was taken; metadata is never half of one update and half
 * of another.  A dead-lock is ended by SIGALRM.
 */
#include <llmreg/agents.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECONDS 2
#define IDS     6
#define STEADY  2 /* the first ones are never removed nor marked */

static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static const char *const ids[IDS] = {"a", "b", "c", "d", "e", "f"};
static int64_t deadline;
static _Atomic int64_t ahead_ns; /* of the clock */
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

static void come(unsigned i, unsigned which)
{
    static const struct llmreg_capability can[] = {{"chat", ""},
                                                   {"gpu", "h100"}};
    static const struct llmreg_member metadata[2][2] = {
        {{"x", "1"}, {"y", "1"}}, {{"x", "2"}, {"y", "2"}}};
    const struct llmreg_agent_spec spec = {
        .id = which % 3 == 0 ? "" : ids[i],
        .type = "worker",
        .name = ids[i],
        .role = which % 2 == 0 ? "edge" : "core",
        .domain = "",
        .cluster = "",
        .host = "h",
        .url = "",
        .version = "",
        .source = i < STEADY ? LLMREG_SOURCE_MANUAL : LLMREG_SOURCE_AUTO,
        .interval_ms = 1000,
        .capabilities = can,
        .ncapabilities = which % 3,
        .metadata = metadata[which % 2],
        .nmetadata = 2,
    };
    int rc = llmreg_agent_register(r, &spec, "10.0.0.1", NULL, NULL);
    /* A removed one may have come back with an id of its own. */
    CHECK(rc == LLMREG_OK || (rc == LLMREG_EEXIST && i >= STEADY));
}

static void *registrar(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on())
        come(STEADY + below(&seed, IDS - STEADY), below(&seed, 6));
    return NULL;
}

static bool take_off(void *ctx, struct llmreg_agent *a)
{
    char *id = ctx;

    if (llmreg_agent_id(a)[1] == '\0' && llmreg_agent_id(a)[0] < 'c')
        return true;
    (void)!snprintf(id, LLMREG_AGENT_ID_SIZE, "%s", llmreg_agent_id(a));
    return false;
}

static void *remover(void *arg)
{
    const struct llmreg_agent_filter all = {.type = "worker"};
    char id[LLMREG_AGENT_ID_SIZE];

    (void)arg;
    while (goes_on()) {
        id[0] = '\0';
        llmreg_each_agent(r, &all, take_off, id);
        int rc = llmreg_agent_remove(r, id, 0, "stress");
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
    }
    return NULL;
}

static void *beater(void *arg)
{
    static const struct llmreg_member metadata[] = {{"x", "3"}, {"y", "3"}};
    const struct llmreg_measure load = {"load", 1};
    unsigned seed = *(unsigned *)arg;
    struct llmreg_heartbeat beat = {.latency_us = 5, .peer = "", .hub = ""};

    while (goes_on()) {
        struct llmreg_now now = llmreg_clock_now(&fast);
        beat.presence = below(&seed, 4) == 0 ? LLMREG_PRESENCE_STARTING
                                             : LLMREG_PRESENCE_ONLINE;
        beat.health = below(&seed, LLMREG_HEALTH_STATES);
        beat.activity = below(&seed, 2) == 0 ? "" : "working";
        beat.peer = below(&seed, 4) == 0 ? "10.0.0.2" : "";
        beat.metrics = &load;
        beat.nmetrics = below(&seed, 2);
        beat.metadata = metadata;
        beat.nmetadata = below(&seed, 4) == 0 ? 2 : 0;
        int rc = llmreg_agent_heartbeat(
            r, ids[STEADY + below(&seed, IDS - STEADY)], 0, &beat, &now, NULL);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
    }
    return NULL;
}

/* One agent is its alone: it knows what it must be. */
static void *faithful(void *arg)
{
    const char *id = ids[*(unsigned *)arg];
    const struct llmreg_heartbeat beat = {
        .presence = LLMREG_PRESENCE_ONLINE,
        .health = LLMREG_HEALTH_HEALTHY,
        .activity = "",
        .latency_us = -1,
        .peer = "",
        .hub = "",
    };

    while (goes_on()) {
        struct llmreg_agent *a = llmreg_agent_get(r, id);
        struct llmreg_now now = llmreg_clock_now(&fast);
        CHECK(a != NULL);
        CHECK(llmreg_agent_heartbeat(r, id, 0, &beat, &now, NULL) == LLMREG_OK);
        enum llmreg_presence p = llmreg_agent_presence(a);
        struct llmreg_now then = llmreg_clock_now(&fast);
        if (then.mono_ns - now.mono_ns < LLMREG_NS_PER_S)
            CHECK(p == LLMREG_PRESENCE_ONLINE);
        llmreg_agent_put(a);
    }
    return NULL;
}

static void *operator(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        struct llmreg_now now = llmreg_clock_now(&fast);
        int rc = llmreg_agent_mark(r, ids[STEADY + below(&seed, IDS - STEADY)],
                                   below(&seed, LLMREG_PRESENCES), "", &now);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
    }
    return NULL;
}

static void *ticker(void *arg)
{
    (void)arg;
    while (goes_on()) {
        struct llmreg_now now = llmreg_clock_now(&fast);
        (void)llmreg_tick(r, &now);
        atomic_fetch_add(&ahead_ns, 5 * LLMREG_NS_PER_MS);
    }
    return NULL;
}

/* ---- readers ---- */

static bool look_at_beat(void *ctx, const struct llmreg_beat *beat)
{
    int64_t *last = ctx;

    CHECK(beat->time_ms > 0);
    CHECK(beat->activity[0] == '\0' || strcmp(beat->activity, "working") == 0);
    CHECK(beat->nmetrics <= 1);
    if (beat->nmetrics == 1)
        CHECK(beat->metrics[0].value == 1);
    *last = beat->mono_ns;
    return true;
}

static void look_at(struct llmreg_agent *a)
{
    struct llmreg_agent_state s;
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    int64_t last = 0;

    llmreg_agent_state(a, &s);
    CHECK(strcmp(spec->id, llmreg_agent_id(a)) == 0);
    CHECK(spec->nmetadata == 2 &&
          strcmp(spec->metadata[0].json, spec->metadata[1].json) == 0);
    CHECK(s.presence < LLMREG_PRESENCES && s.health < LLMREG_HEALTH_STATES);
    CHECK(s.activity[0] == '\0' || strcmp(s.activity, "working") == 0);
    llmreg_agent_beats(a, 0, look_at_beat, &last);
    llmreg_agent_spec_put(spec);
}

static bool count_steady(void *ctx, struct llmreg_agent *a)
{
    unsigned *seen = ctx;

    for (unsigned i = 0; i < STEADY; i++)
        seen[i] += strcmp(llmreg_agent_id(a), ids[i]) == 0;
    return true;
}

static bool look(void *ctx, struct llmreg_agent *a)
{
    (void)ctx;
    look_at(a);
    return true;
}

static void *walker(void *arg)
{
    const struct llmreg_agent_filter type = {.type = "worker"};
    const struct llmreg_agent_filter gpu = {.capability = "gpu=h100",
                                            .role = "core"};

    (void)arg;
    while (goes_on()) {
        unsigned seen[STEADY] = {0};
        llmreg_each_agent(r, &type, count_steady, seen);
        for (unsigned i = 0; i < STEADY; i++)
            CHECK(seen[i] == 1);
        llmreg_each_agent(r, &gpu, look, NULL);
    }
    return NULL;
}

static void *chooser(void *arg)
{
    const struct llmreg_agent_filter well = {.healthy = true};
    const struct llmreg_agent_filter gpu = {.capability = "gpu"};
    struct llmreg_agent_counts n;

    (void)arg;
    while (goes_on()) {
        struct llmreg_agent *a = llmreg_agent_choose(r, &well);
        struct llmreg_agent *b = llmreg_agent_choose(r, &gpu);
        if (a != NULL)
            look_at(a);
        if (b != NULL)
            look_at(b);
        llmreg_agent_put(a);
        llmreg_agent_put(b);
        llmreg_agent_count(r, &n);
        CHECK(n.agents >= STEADY && n.agents <= IDS);
    }
    return NULL;
}

/* ---- the run ---- */

static struct {
    void *(*run)(void *arg);
    unsigned seed;
    pthread_t thread;
} crew[] = {
    {registrar, 1, 0}, {registrar, 2, 0}, {remover, 3, 0},  {beater, 4, 0},
    {beater, 5, 0},    {faithful, 0, 0},  {faithful, 1, 0}, {operator, 6, 0},
    {ticker, 7, 0},    {walker, 8, 0},    {chooser, 9, 0},
};

#define CREW (sizeof crew / sizeof crew[0])

static void check_end(void)
{
    struct llmreg_agent_counts n;
    size_t sum = 0, walked = 0;
    const struct llmreg_agent_filter all = {.type = NULL};

    llmreg_agent_count(r, &n);
    for (int i = 0; i < LLMREG_PRESENCES; i++)
        sum += n.by_presence[i];
    CHECK(sum == n.agents);
    for (unsigned i = 0; i < IDS; i++) {
        struct llmreg_agent *a = llmreg_agent_get(r, ids[i]);
        walked += a != NULL;
        llmreg_agent_put(a);
    }
    CHECK(walked <= n.agents);
    llmreg_each_agent(r, &all, look, NULL);
}

int main(void)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    (void)alarm(60);
    conf.agents = IDS;
    conf.endpoints = conf.hosts = conf.sessions = 1;
    conf.presence.reap_ns = LLMREG_NS_PER_S;
    if (llmreg_bus_new(&bus, 64, 1) != LLMREG_OK ||
        llmreg_registry_new(&r, &conf, bus, &fast) != LLMREG_OK)
        return EXIT_FAILURE;
    for (unsigned i = 0; i < IDS; i++)
        come(i, 1);
    deadline = llmreg_clock_now(&llmreg_clock_system).mono_ns +
               SECONDS * LLMREG_NS_PER_S;
    for (size_t i = 0; i < CREW; i++)
        CHECK(pthread_create(&crew[i].thread, NULL, crew[i].run,
                             &crew[i].seed) == 0);
    for (size_t i = 0; i < CREW; i++)
        (void)pthread_join(crew[i].thread, NULL);
    check_end();
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
