/* SPDX-License-Identifier: MIT */
/* snapshot.c - snapshots while everything changes: each must be what its
 * number says.
 *
 * Four writers change endpoints, agents, hosts and alerts.  Meanwhile
 * snapshots are taken, and for each of them the events up to its number, and
 * no other, are played back.  What they lead to must be what it shows, in all
 * tables.  Writers wait while a lot has not been played back yet, so that no
 * event falls out of the ring.  A dead-lock is ended by SIGALRM.
 */
#include <llmreg/snapshot.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SNAPSHOTS 100
#define IDS       6
#define RING      65536
#define WORD      24

static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static char ids[IDS][16];
static _Atomic uint64_t played; /* the last event that was played back */
static _Atomic bool over;
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
    while (!over && failures == 0 && llmreg_bus_last(bus) - played > RING / 2)
        (void)sched_yield();
    return !over && failures == 0;
}

static unsigned below(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245 + 12345;
    return (*seed >> 16) % n;
}

/* ---- writers ---- */

static void set_endpoint(const char *id)
{
    char url[32];
    const struct llmreg_spec spec = {
        .id = id,
        .url = url,
        .name = "n",
        .host = "h",
        .series = "s",
        .origin = "",
        .interval_ms = 1000,
    };

    (void)snprintf(url, sizeof url, "http://%s", id);
    CHECK(llmreg_set(r, &spec, NULL, NULL) == LLMREG_OK);
}

static void *change_endpoints(void *arg)
{
    const struct llmreg_health_rule rule = {1, 1};
    struct llmreg_observation seen = {.total_us = 1000};
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        const char *id = ids[below(&seed, IDS)];
        struct llmreg_endpoint *e = llmreg_get(r, id);
        const struct llmreg_now at = now();
        if (e == NULL) {
            set_endpoint(id);
        } else if (below(&seed, 5) == 0) {
            CHECK(llmreg_remove(r, id, NULL, NULL) == LLMREG_OK);
        } else {
            seen.reason = LLMREG_REASON_OK + below(&seed, 8);
            CHECK(llmreg_observe(r, e, &seen, &rule, &at) == LLMREG_OK);
        }
        llmreg_put(e);
    }
    return NULL;
}

static void *change_agents(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        const char *id = ids[below(&seed, IDS)];
        const struct llmreg_now at = now();
        const struct llmreg_agent_spec spec = {
            .id = id,
            .type = "worker",
            .name = id,
            .role = "",
            .domain = "",
            .cluster = "",
            .host = "",
            .url = "",
            .version = "",
            .source = LLMREG_SOURCE_AUTO,
            .interval_ms = 30000,
        };
        unsigned what = below(&seed, 6);
        if (what == 0)
            (void)!llmreg_agent_remove(r, id, 0, "stress");
        else if (what == 1)
            CHECK(llmreg_agent_register(r, &spec, "", NULL, NULL) == LLMREG_OK);
        else
            (void)!llmreg_agent_mark(r, id, below(&seed, LLMREG_PRESENCES),
                                     "stress", &at);
    }
    return NULL;
}

static void *change_hosts(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (goes_on()) {
        const struct llmreg_host_report report = {
            .id = ids[below(&seed, IDS)],
            .name = "",
            .agent = "",
            .interval_ms = 30000,
        };
        const struct llmreg_now at = now();
        if (below(&seed, 2) == 0)
            CHECK(llmreg_host_report(r, &report, &at, NULL, NULL) == LLMREG_OK);
        else
            (void)!llmreg_host_remove(r, report.id, "stress");
    }
    return NULL;
}

static void *change_alerts(void *arg)
{
    unsigned seed = *(unsigned *)arg;
    bool raised[IDS] = {false};

    while (goes_on()) {
        unsigned i = below(&seed, IDS);
        const struct llmreg_now at = now();
        struct llmreg_alert alert = {.id = ids[i],
                                     .subject = ids[i],
                                     .name = "",
                                     .message = "m",
                                     .state = "",
                                     .previous = "",
                                     .reason = "",
                                     .host = "",
                                     .series = "",
                                     .url = ""};
        raised[i] = !raised[i];
        alert.s.severity =
            raised[i] ? LLMREG_SEVERITY_FAILURE : LLMREG_SEVERITY_OKAY;
        CHECK(llmreg_alert_set(
                  r, &alert, raised[i] ? LLMREG_ALERT_FIRE : LLMREG_ALERT_CLEAR,
                  &at, NULL) == LLMREG_OK);
    }
    return NULL;
}

/* ---- what the events lead to ---- */

/* A word for each, "" if it is not there. */
static char replayed[LLMREG_ENTITIES][IDS][WORD];

static unsigned number_of(const char *id)
{
    for (unsigned i = 0; i < IDS; i++)
        if (strcmp(ids[i], id) == 0)
            return i;
    CHECK(id == NULL);
    return 0;
}

static void play(const struct llmreg_event *event)
{
    char *word = replayed[event->entity][number_of(event->subject)];
    const char *after = event->after;

    if (event->type == LLMREG_EVENT_UPDATED)
        return;
    if (event->type == LLMREG_EVENT_REMOVED)
        after = "";
    else if (event->entity == LLMREG_ENTITY_HOST)
        after = "there";
    else if (event->entity == LLMREG_ENTITY_ENDPOINT &&
             event->type == LLMREG_EVENT_REGISTERED)
        after = "unknown";
    (void)snprintf(word, WORD, "%s", after);
}

/* The first event that is not in the last snapshot, or NULL. */
static const struct llmreg_event *ahead;

static void play_until(struct llmreg_subscription *sub, uint64_t seq)
{
    while (played < seq && failures == 0) {
        if (ahead == NULL)
            CHECK(llmreg_subscription_next(sub, &ahead) == LLMREG_OK);
        if (ahead == NULL)
            return;
        CHECK(ahead->seq == played + 1);
        play(ahead);
        played = ahead->seq;
        llmreg_event_put(ahead);
        ahead = NULL;
    }
}

/* ---- what the snapshot shows ---- */

static char shown[LLMREG_ENTITIES][IDS][WORD];

static void show(enum llmreg_entity entity, const char *id, const char *word)
{
    char *at = shown[entity][number_of(id)];

    CHECK(at[0] == '\0'); /* nothing is there twice */
    (void)snprintf(at, WORD, "%s", word);
}

static void show_all(const struct llmreg_snapshot *s)
{
    memset(shown, 0, sizeof shown);
    for (size_t i = 0; i < s->count; i++)
        show(LLMREG_ENTITY_ENDPOINT, s->items[i].spec->id,
             llmreg_health_text(s->items[i].health.state));
    for (size_t i = 0; i < s->nagents; i++)
        show(LLMREG_ENTITY_AGENT, s->agents[i].spec->id,
             llmreg_presence_text(s->agents[i].state.presence));
    for (size_t i = 0; i < s->nhosts; i++)
        show(LLMREG_ENTITY_HOST, s->hosts[i].spec->id, "there");
    for (size_t i = 0; i < s->nalerts; i++)
        show(LLMREG_ENTITY_ALERT, s->alerts[i]->id,
             llmreg_severity_text(s->alerts[i]->s.severity));
}

static void compare(const struct llmreg_snapshot *s)
{
    size_t sum = 0;

    for (unsigned e = 0; e < LLMREG_ENTITIES; e++)
        for (unsigned i = 0; i < IDS; i++) {
            if (strcmp(shown[e][i], replayed[e][i]) == 0)
                continue;
            failures++;
            (void)fprintf(stderr, "%llu: %s %s is %s, the events say %s\n",
                          (unsigned long long)s->seq, llmreg_entity_text(e),
                          ids[i], shown[e][i], replayed[e][i]);
        }
    for (unsigned i = 0; i < LLMREG_HEALTH_STATES; i++)
        sum += s->counts.by_state[i];
    CHECK(s->counts.endpoints == s->count && sum == s->count);
    CHECK(s->agent_counts.agents == s->nagents);
    CHECK(s->host_counts.hosts == s->nhosts);
}

/* Until there were so many with something new. */
static void *photograph(void *arg)
{
    struct llmreg_subscription *sub = arg;

    for (int new = 0; new < SNAPSHOTS &&failures == 0;) {
        struct llmreg_snapshot *s = NULL;
        CHECK(llmreg_snapshot_take(r, &s) == LLMREG_OK);
        if (s == NULL)
            break;
        new += s->seq > played;
        play_until(sub, s->seq);
        show_all(s);
        compare(s);
        llmreg_snapshot_free(s);
    }
    over = true;
    return NULL;
}

/* ---- the run ---- */

static struct {
    void *(*run)(void *arg);
    unsigned seed;
    pthread_t thread;
} crew[] = {{change_endpoints, 1, 0},
            {change_agents, 2, 0},
            {change_hosts, 3, 0},
            {change_alerts, 4, 0}};

#define CREW (sizeof crew / sizeof crew[0])

int main(void)
{
    const struct llmreg_registry_conf conf = llmreg_registry_conf();
    struct llmreg_subscription *sub = NULL;
    pthread_t photographer;

    (void)alarm(120);
    for (unsigned i = 0; i < IDS; i++)
        (void)snprintf(ids[i], sizeof ids[i], "host%u:1", i);
    if (llmreg_bus_new(&bus, RING, 1) != LLMREG_OK ||
        llmreg_registry_new(&r, &conf, bus, &llmreg_clock_system) !=
            LLMREG_OK ||
        llmreg_subscribe(bus, 0, &sub) != LLMREG_OK)
        return EXIT_FAILURE;
    for (size_t i = 0; i < CREW; i++)
        CHECK(pthread_create(&crew[i].thread, NULL, crew[i].run,
                             &crew[i].seed) == 0);
    CHECK(pthread_create(&photographer, NULL, photograph, sub) == 0);
    (void)pthread_join(photographer, NULL);
    for (size_t i = 0; i < CREW; i++)
        (void)pthread_join(crew[i].thread, NULL);
    llmreg_event_put(ahead);
    llmreg_unsubscribe(sub);
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
