/* SPDX-License-Identifier: MIT */
/* sessions.c - agents that come, go and meet, all at once, for 2 seconds.
 *
 * Held to its promises: no walk sees two live sessions of a pair, no session
 * outlives one of its agents once everybody is still, two agents that never go
 * keep theirs, and the graph has no link without both its ends.  A dead-lock
 * is ended by SIGALRM.
 */
#include <llmreg/agents.h>
#include <llmreg/json.h>
#include <llmreg/sessions.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECONDS 2
#define AGENTS  6
#define STEADY  2 /* the first ones never go */
#define KEPT    8

static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static const char *const ids[AGENTS] = {"a", "b", "c", "d", "e", "f"};
static int64_t deadline;
static _Atomic unsigned failures;

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            failures++;                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,           \
                          #condition);                                         \
        }                                                                      \
    } while (0)

static struct llmreg_now now(void)
{
    return llmreg_clock_now(&llmreg_clock_system);
}

static bool goes_on(void)
{
    return now().mono_ns < deadline && failures == 0;
}

static unsigned below(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245 + 12345;
    return (*seed >> 16) % n;
}

/* ---- writers ---- */

static void come(unsigned i)
{
    const struct llmreg_agent_spec spec = {.id = ids[i],
                                           .type = "worker",
                                           .name = ids[i],
                                           .role = "",
                                           .domain = "",
                                           .cluster = "",
                                           .host = "",
                                           .url = "",
                                           .version = "",
                                           .interval_ms = 60000};

    CHECK(llmreg_agent_register(r, &spec, "", NULL, NULL) == LLMREG_OK);
}

static void *registrar(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        unsigned i = STEADY + below(&seed, AGENTS - STEADY);
        const struct llmreg_now at = now();
        unsigned what = below(&seed, 3);
        if (what == 0)
            come(i);
        else if (what == 1)
            (void)!llmreg_agent_remove(r, ids[i], 0, "stress");
        else
            (void)!llmreg_agent_mark(r, ids[i], LLMREG_PRESENCE_OFFLINE, "",
                                     &at);
    }
    return NULL;
}

static int open_session(unsigned from, unsigned to,
                        struct llmreg_session_result *result)
{
    const struct llmreg_now at = now();
    const struct llmreg_session s = {.id = "",
                                     .from = ids[from],
                                     .to = ids[to],
                                     .connection = "",
                                     .reason = "",
                                     .status = LLMREG_SESSION_ESTABLISHED,
                                     .weight = 1,
                                     .latency_us = -1,
                                     .bandwidth_bps = -1};

    return llmreg_session_open(r, &s, &at, result, NULL);
}

static void *opener(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        unsigned from = below(&seed, AGENTS), to = below(&seed, AGENTS);
        struct llmreg_session_result result;
        const struct llmreg_now at = now();
        const struct llmreg_session use = {.status = LLMREG_SESSION_DEGRADED,
                                           .weight = below(&seed, 9)};
        if (from == to)
            continue;
        int rc = open_session(from, to, &result);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
        if (rc != LLMREG_OK || from + to == 1)
            continue;
        rc = below(&seed, 2) == 0
                 ? llmreg_session_activity(r, result.id, &use, &at, NULL)
                 : llmreg_session_close(r, result.id, LLMREG_SESSION_CLOSED,
                                        "done", &at);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
    }
    return NULL;
}

/* ---- readers ---- */

struct pairs {
    unsigned live[AGENTS][AGENTS];
};

static bool count(void *ctx, const struct llmreg_session *s)
{
    struct pairs *p = ctx;
    unsigned a = (unsigned)(s->from[0] - 'a'), b = (unsigned)(s->to[0] - 'a');

    p->live[a < b ? a : b][a < b ? b : a]++;
    return true;
}

/* While things change, a walk may see a session that closed and the next one
 * of its pair; never more of those that stay. */
static void *reader(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        struct pairs p = {.live = {{0}}};
        struct llmreg_session_counts n;
        llmreg_each_session(r, NULL, true, count, &p);
        CHECK(p.live[0][1] == 1);
        memset(&p, 0, sizeof p);
        llmreg_each_session(r, ids[below(&seed, STEADY)], true, count, &p);
        CHECK(p.live[0][1] == 1);
        llmreg_session_count(r, &n);
        CHECK(n.live >= 1 && n.closed <= KEPT + 1);
    }
    return NULL;
}

static int sink(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    (void)bytes;
    (void)len;
    return LLMREG_OK;
}

static void *drawer(void *arg)
{
    struct llmreg_json_out *w = malloc(sizeof *w);

    (void)arg;
    while (w != NULL && goes_on()) {
        const struct llmreg_now at = now();
        llmreg_json_out_init(w, sink, NULL);
        llmreg_graph_json(w, NULL, r, false, &at);
        CHECK(llmreg_json_out_end(w) == LLMREG_OK);
    }
    free(w);
    return NULL;
}

/* ---- when everybody is still ---- */

static bool is_there(const char *id)
{
    struct llmreg_agent *a = llmreg_agent_get(r, id);
    bool there =
        a != NULL && llmreg_agent_presence(a) != LLMREG_PRESENCE_OFFLINE;

    llmreg_agent_put(a);
    return there;
}

static bool check_ends(void *ctx, const struct llmreg_session *s)
{
    (void)ctx;
    CHECK(is_there(s->from) && is_there(s->to));
    return true;
}

static void check_still(void)
{
    struct pairs p = {.live = {{0}}};

    llmreg_each_session(r, NULL, true, check_ends, NULL);
    llmreg_each_session(r, NULL, true, count, &p);
    for (unsigned a = 0; a < AGENTS; a++)
        for (unsigned b = 0; b < AGENTS; b++)
            CHECK(p.live[a][b] <= 1);
}

int main(void)
{
    static void *(*const work[])(void *) = {
        registrar, registrar, opener, opener, opener, reader, drawer,
    };
    enum { THREADS = sizeof work / sizeof work[0] };
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    pthread_t threads[THREADS];
    unsigned seeds[THREADS];

    (void)alarm(120);
    conf.endpoints = conf.hosts = 1;
    conf.agents = AGENTS;
    conf.sessions = 64;
    conf.closed_kept = KEPT;
    deadline = now().mono_ns + SECONDS * LLMREG_NS_PER_S;
    CHECK(llmreg_bus_new(&bus, 64, 1) == LLMREG_OK);
    CHECK(llmreg_registry_new(&r, &conf, bus, &llmreg_clock_system) ==
          LLMREG_OK);
    for (unsigned i = 0; i < AGENTS; i++)
        come(i);
    CHECK(open_session(0, 1, NULL) == LLMREG_OK);
    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        CHECK(pthread_create(&threads[i], NULL, work[i], &seeds[i]) == 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    check_still();
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
