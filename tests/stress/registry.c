/* SPDX-License-Identifier: MIT */
/* registry.c - everybody at once on the same few endpoints, for 2 seconds.
 *
 * Writers add, remove, observe, drain and teach; readers look meanwhile and
 * hold the registry to what it promises: an endpoint that stays is seen
 * exactly once by every walk, and a model that stays is never missing.  At
 * the end the index must equal a scan.  Prints only what is wrong; a dead-lock
 * is ended by SIGALRM.
 */
#include <llmreg/snapshot.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/stress/flat.h"

#define SECONDS 1 /* each of two times */
#define IDS     8
#define STEADY  3 /* the first ones are never removed */
#define MODELS  6
#define STAYS   "stays:latest"

static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static char ids[IDS][16];
static char models[MODELS][16];
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

static void set(unsigned i, int32_t priority)
{
    char url[32];
    const struct llmreg_spec spec = {
        .id = ids[i],
        .url = url,
        .name = "n",
        .host = "h",
        .series = "s",
        .origin = "",
        .priority = priority,
        .interval_ms = 1000,
    };
    struct llmreg_error err;

    (void)snprintf(url, sizeof url, "http://%s", ids[i]);
    CHECK(llmreg_set(r, &spec, NULL, &err) == LLMREG_OK);
}

static void *changer(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        unsigned i = below(&seed, IDS);
        if (i < STEADY || below(&seed, 3) != 0)
            set(i, (int32_t)below(&seed, 4));
        else
            (void)!llmreg_remove(
                r, ids[i], &(struct llmreg_removal){.reason = "stress"}, NULL);
    }
    return NULL;
}

static void *observer(void *arg)
{
    const struct llmreg_health_rule rule = {2, 1};
    struct llmreg_observation seen = {.version = "0.12.3"};
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        struct llmreg_endpoint *e = llmreg_get(r, ids[below(&seed, IDS)]);
        const struct llmreg_now at = now();
        if (e == NULL)
            continue;
        seen.reason = LLMREG_REASON_OK + below(&seed, 8);
        (void)snprintf(seen.detail, sizeof seen.detail, "%u", seed);
        int rc = llmreg_observe(r, e, &seen, &rule, &at);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ESTALE);
        llmreg_put(e);
    }
    return NULL;
}

/* One that stays, and some of the others. */
static void teach(struct llmreg_endpoint *e, unsigned which)
{
    struct llmreg_model items[MODELS + 1];
    const struct llmreg_now at = now();
    struct llmreg_models list = {.items = items};

    for (unsigned m = 0; m < MODELS; m++)
        if ((which & 1U << m) != 0)
            items[list.count++] = llmreg_model_unknown(models[m]);
    items[list.count++] = llmreg_model_unknown(STAYS);
    items[0].loaded = which % 2 == 0 ? LLMREG_YES : LLMREG_NO;
    int rc = llmreg_models_set(r, e, &list, &at);
    CHECK(rc == LLMREG_OK || rc == LLMREG_ESTALE);
}

static void *teacher(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        struct llmreg_endpoint *e = llmreg_get(r, ids[below(&seed, IDS)]);
        if (e == NULL)
            continue;
        teach(e, below(&seed, 1U << MODELS));
        llmreg_put(e);
    }
    return NULL;
}

/* His priorities are above all that are named. */
static void patch(unsigned i, unsigned how)
{
    const struct llmreg_patch set = {
        .set = {.fields = LLMREG_FIELD_PRIORITY, .priority = 4 + (int)how}};
    const struct llmreg_patch revert = {.revert = LLMREG_FIELDS};
    int rc = llmreg_patch(r, ids[i], how == 0 ? &revert : &set, NULL, NULL);

    CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
}

static void *operator(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        const struct llmreg_now at = now();
        const struct llmreg_intent intent = {below(&seed, LLMREG_ADMINS), 0};
        int rc = llmreg_admin_set(r, ids[below(&seed, IDS)], &intent, "", &at);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
        patch(below(&seed, IDS), below(&seed, 3));
    }
    return NULL;
}

/* ---- readers ---- */

static void look_at(struct llmreg_endpoint *e)
{
    struct llmreg_health health;
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const struct llmreg_models *list = llmreg_endpoint_models(e);

    llmreg_endpoint_health(e, &health);
    CHECK(strcmp(spec->id, llmreg_endpoint_id(e)) == 0);
    CHECK((llmreg_spec_override(spec)->fields != 0) == (spec->priority > 3));
    CHECK(llmreg_spec_named(spec)->priority < 4);
    CHECK(health.state < LLMREG_HEALTH_STATES);
    CHECK(health.checked_ms == 0 || health.version[0] == '0');
    CHECK(llmreg_endpoint_intent(e).admin < LLMREG_ADMINS);
    for (size_t i = 1; i < list->count; i++)
        CHECK(strcmp(list->items[i - 1].name, list->items[i].name) < 0);
    llmreg_spec_put(spec);
    llmreg_models_put(list);
}

static void *getter(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        unsigned i = below(&seed, IDS);
        struct llmreg_endpoint *e = llmreg_get(r, ids[i]);
        CHECK(e != NULL || i >= STEADY);
        if (e != NULL)
            look_at(e);
        llmreg_put(e);
    }
    return NULL;
}

struct seen {
    unsigned steady[STEADY];
};

static bool mark(void *ctx, struct llmreg_endpoint *e)
{
    struct seen *seen = ctx;

    for (unsigned i = 0; i < STEADY; i++)
        seen->steady[i] += strcmp(llmreg_endpoint_id(e), ids[i]) == 0;
    return true;
}

static bool look(void *ctx, struct llmreg_endpoint *e)
{
    (void)ctx;
    look_at(e);
    return true;
}

static void *walker(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        struct seen all = {{0}}, with = {{0}};
        llmreg_each(r, mark, &all);
        llmreg_each_with_model(r, STAYS, LLMREG_ANY, mark, &with);
        for (unsigned i = 0; i < STEADY; i++) {
            CHECK(all.steady[i] == 1);
            CHECK(with.steady[i] == 1);
        }
        llmreg_each_with_model(r, models[below(&seed, MODELS)], LLMREG_ROUTABLE,
                               look, NULL);
    }
    return NULL;
}

static void *photographer(void *arg)
{
    uint64_t last = 0;
    struct llmreg_counts n;

    (void)arg;
    while (goes_on()) {
        struct llmreg_snapshot *s = NULL;
        CHECK(llmreg_snapshot_take(r, &s) == LLMREG_OK);
        if (s == NULL)
            break;
        CHECK(s->count >= STEADY && s->count <= IDS && s->seq >= last);
        last = s->seq;
        for (size_t i = 0; i < s->count; i++)
            CHECK(strcmp(s->items[i].spec->id,
                         llmreg_endpoint_id(s->items[i].endpoint)) == 0);
        llmreg_snapshot_free(s);
        llmreg_count(r, &n);
        CHECK(n.endpoints >= STEADY && n.endpoints <= IDS);
    }
    return NULL;
}

/* The numbers it hears grow, and the fd tells when there is something. */
static void *follower(void *arg)
{
    struct llmreg_subscription *s = arg;
    uint64_t last = 0;

    while (goes_on()) {
        struct pollfd p = {.fd = llmreg_subscription_fd(s), .events = POLLIN};
        const struct llmreg_event *event = NULL;
        int rc;
        (void)poll(&p, 1, 100);
        while ((rc = llmreg_subscription_next(s, &event)) != LLMREG_ENOENT) {
            if (rc == LLMREG_EGAP)
                continue;
            CHECK(event->seq > last);
            last = event->seq;
            llmreg_event_put(event);
        }
    }
    return NULL;
}

/* ---- the run ---- */

static struct {
    void *(*run)(void *arg);
    unsigned seed;
    pthread_t thread;
} crew[] = {
    {changer, 1, 0}, {changer, 2, 0}, {observer, 3, 0}, {observer, 4, 0},
    {teacher, 5, 0}, {teacher, 6, 0}, {operator, 7, 0}, {getter, 8, 0},
    {getter, 9, 0},  {walker, 10, 0}, {walker, 11, 0},  {photographer, 12, 0},
};

#define CREW (sizeof crew / sizeof crew[0])

static void work(void)
{
    struct llmreg_subscription *s = NULL;
    pthread_t following;

    CHECK(llmreg_subscribe(bus, UINT64_MAX, &s) == LLMREG_OK);
    deadline = now().mono_ns + SECONDS * LLMREG_NS_PER_S;
    CHECK(pthread_create(&following, NULL, follower, s) == 0);
    for (size_t i = 0; i < CREW; i++)
        CHECK(pthread_create(&crew[i].thread, NULL, crew[i].run,
                             &crew[i].seed) == 0);
    for (size_t i = 0; i < CREW; i++)
        (void)pthread_join(crew[i].thread, NULL);
    (void)pthread_join(following, NULL);
    llmreg_unsubscribe(s);
}

static bool count_one(void *ctx, struct llmreg_endpoint *e)
{
    (void)e;
    ++*(size_t *)ctx;
    return true;
}

struct having {
    const char *model;
    size_t count;
};

static bool count_if_has(void *ctx, struct llmreg_endpoint *e)
{
    struct having *h = ctx;
    const struct llmreg_models *list = llmreg_endpoint_models(e);

    h->count += llmreg_models_find(list, h->model) != NULL;
    llmreg_models_put(list);
    return true;
}

static void check_index(void)
{
    struct llmreg_counts n;
    size_t distinct = 0;

    for (unsigned m = 0; m <= MODELS; m++) {
        struct having scan = {.model = m < MODELS ? models[m] : STAYS};
        size_t index = 0;
        llmreg_each(r, count_if_has, &scan);
        llmreg_each_with_model(r, scan.model, LLMREG_ANY, count_one, &index);
        CHECK(scan.count == index);
        distinct += scan.count > 0;
    }
    llmreg_count(r, &n);
    CHECK(n.models_distinct == distinct);
}

static void run(void)
{
    const struct llmreg_registry_conf conf = llmreg_registry_conf();

    if (llmreg_bus_new(&bus, 256, 1) != LLMREG_OK ||
        llmreg_registry_new(&r, &conf, bus, &llmreg_clock_system) != LLMREG_OK)
        exit(EXIT_FAILURE);
    for (unsigned i = 0; i < STEADY; i++) {
        set(i, 0);
        struct llmreg_endpoint *e = llmreg_get(r, ids[i]);
        teach(e, 0);
        llmreg_put(e);
    }
    work();
    check_index();
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
}

int main(void)
{
    (void)alarm(60);
    for (unsigned i = 0; i < IDS; i++)
        (void)snprintf(ids[i], sizeof ids[i], "host%u:1", i);
    for (unsigned m = 0; m < MODELS; m++)
        (void)snprintf(models[m], sizeof models[m], "m%u:latest", m);
    CHECK(flat(run));
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
