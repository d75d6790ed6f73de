/* SPDX-License-Identifier: MIT */
/* test_hosts_model.c - random lives of hosts that claim each other's keys, each
 * also kept in plain arrays: after every step the registry must say the same.
 *
 * There are six keys.  The first four are ids of hosts, all of them may be
 * addresses of any, and on each there is an endpoint.
 */
#include <llmreg/hosts.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/shrink.h"

#define HOSTS    4
#define KEYS     6
#define CLAIMS   1024
#define S(n)     ((n)*LLMREG_NS_PER_S)
#define STALE_NS S(90)
#define REAP_NS  S(600)

enum sampling { UNSAMPLED, FRESH, STALE, AWAITED };

/* What the registry ought to know of one host. */
struct naive {
    bool there;
    unsigned addresses; /* as it said; bit per key */
    unsigned keys;      /* and its own among them */
    int64_t interval_ms, reported_ns, reported_ms, sampled_ns;
    int64_t stale_ns; /* 0: never had a sample */
    int64_t restored_ns;
    bool owns;
    enum sampling told;
    int64_t claims[CLAIMS]; /* minutes */
    size_t nclaims;
};

struct world {
    struct naive hosts[HOSTS];
    uint64_t events;
    struct llmreg_now now;
    struct llmreg_clock clock;
    struct llmreg_bus *bus;
    struct llmreg_registry *r;
};

static const char *const names[KEYS] = {"k0", "k1", "k2", "k3", "k4", "k5"};

enum operation { REPORT, REMOVE, WAIT, TICK, RESTART };

struct step {
    enum operation what;
    unsigned host, addresses;
    bool sampled, slow;
    int64_t wait_ns;
};

static struct step decode(uint64_t n)
{
    static const int64_t waits[] = {S(1),  S(29), S(60),  S(89),
                                    S(90), S(91), S(200), S(599)};
    static const enum operation often[] = {REPORT, REPORT, REPORT, REPORT,
                                           WAIT,   TICK,   WAIT,   REMOVE};
    const bool restarts = (n >> 24 & 255) == 0;
    const struct step s = {.what = restarts ? RESTART : often[n & 7],
                           .host = n >> 3 & 3,
                           .addresses = (n >> 5 & 63) & (n >> 11 & 63),
                           .sampled = (n >> 17 & 3) != 0,
                           .slow = (n >> 19 & 3) == 0,
                           .wait_ns = waits[n >> 21 & 7]};

    return s;
}

static void show(uint64_t n, char *out, size_t size)
{
    const struct step s = decode(n);

    switch (s.what) {
    case REPORT:
        (void)snprintf(out, size, "report %s, addresses %x%s%s", names[s.host],
                       s.addresses, s.sampled ? ", sampled" : "",
                       s.slow ? ", slow" : "");
        break;
    case REMOVE:
        (void)snprintf(out, size, "remove %s", names[s.host]);
        break;
    case WAIT:
        (void)snprintf(out, size, "wait %lld s",
                       (long long)(s.wait_ns / LLMREG_NS_PER_S));
        break;
    default:
        (void)snprintf(out, size, s.what == TICK ? "tick" : "restart");
    }
}

/* ---- the arrays ---- */

static int64_t patience(int64_t interval_ms)
{
    int64_t three = 3 * interval_ms * LLMREG_NS_PER_MS;

    return three > STALE_NS ? three : STALE_NS;
}

static bool is_heard(const struct world *w, const struct naive *n)
{
    int64_t heard_ns = n->reported_ns != 0 ? n->reported_ns : n->restored_ns;

    return n->there && (n->reported_ns != 0 || n->owns) &&
           w->now.mono_ns - heard_ns < patience(n->interval_ms);
}

/* The one that has the key and lives, but for host; or NULL. */
static struct naive *rival(struct world *w, unsigned host, unsigned keys)
{
    for (unsigned k = 0; k < KEYS; k++)
        for (unsigned i = 0; i < HOSTS; i++)
            if (i != host && is_heard(w, &w->hosts[i]) &&
                (w->hosts[i].keys & keys & 1U << k) != 0)
                return &w->hosts[i];
    return NULL;
}

static bool is_later(const struct naive *a, const struct naive *b)
{
    if (a->reported_ns == 0 && b->reported_ns == 0)
        return a->reported_ms > b->reported_ms;
    return a->reported_ns > b->reported_ns;
}

static int resolve(const struct world *w, unsigned key)
{
    int best = -1;

    if (key < HOSTS && w->hosts[key].there)
        return (int)key;
    for (int i = 0; i < HOSTS; i++) {
        const struct naive *n = &w->hosts[i];
        if (n->there && (n->keys & 1U << key) != 0 &&
            (best < 0 || is_later(n, &w->hosts[best])))
            best = i;
    }
    return best;
}

static bool is_stale(const struct world *w, const struct naive *n)
{
    return n->stale_ns != 0 && w->now.mono_ns >= n->stale_ns;
}

static void expire(struct world *w, struct naive *n)
{
    if ((n->told != FRESH && n->told != AWAITED) || !is_stale(w, n))
        return;
    n->told = STALE;
    w->events++;
}

static int naive_report(struct world *w, const struct step *s,
                        int64_t interval_ms)
{
    struct naive *n = &w->hosts[s->host];
    unsigned keys = s->addresses | 1U << s->host;
    struct naive *other = rival(w, s->host, keys);

    if (other != NULL) {
        other->claims[other->nclaims++] = w->now.mono_ns / S(60);
        return LLMREG_EEXIST;
    }
    if (!n->there)
        *n = (struct naive){.there = true};
    else
        expire(w, n);
    w->events += n->keys == 0 || n->addresses != s->addresses ||
                 n->interval_ms != interval_ms;
    /* A new one tells of its sample when it registers. */
    w->events += n->keys != 0 && s->sampled && n->told != FRESH;
    n->addresses = s->addresses;
    n->keys = keys;
    n->interval_ms = interval_ms;
    n->reported_ns = w->now.mono_ns;
    n->reported_ms = w->now.wall_ms;
    if (!s->sampled)
        return LLMREG_OK;
    n->sampled_ns = w->now.mono_ns;
    n->stale_ns = w->now.mono_ns + patience(interval_ms);
    n->told = FRESH;
    return LLMREG_OK;
}

static int64_t reap_at(const struct naive *n)
{
    return REAP_NS + (n->reported_ns != 0 ? n->reported_ns : n->restored_ns);
}

static void naive_tick(struct world *w)
{
    for (int i = 0; i < HOSTS; i++) {
        struct naive *n = &w->hosts[i];
        if (!n->there)
            continue;
        expire(w, n);
        if (w->now.mono_ns < reap_at(n))
            continue;
        *n = (struct naive){.there = false};
        w->events++;
    }
}

/* ---- a registry with endpoints ---- */

static bool start(struct world *w)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    char id[16], url[32];

    conf.endpoints = conf.agents = conf.sessions = KEYS;
    conf.hosts = HOSTS;
    conf.stale_ns = STALE_NS;
    conf.host_reap_ns = REAP_NS;
    if (llmreg_registry_new(&w->r, &conf, w->bus, &w->clock) != LLMREG_OK)
        return false;
    for (unsigned k = 0; k < KEYS; k++) {
        (void)snprintf(id, sizeof id, "%s:1", names[k]);
        (void)snprintf(url, sizeof url, "http://%s", id);
        const struct llmreg_spec spec = {.id = id,
                                         .url = url,
                                         .name = "n",
                                         .host = "h",
                                         .series = "s",
                                         .origin = "",
                                         .interval_ms = 1000};
        if (llmreg_set(w->r, &spec, NULL, NULL) != LLMREG_OK)
            return false;
    }
    w->events += KEYS;
    return true;
}

/* ---- the steps, in both ---- */

static const char *do_report(struct world *w, const struct step *s)
{
    const struct llmreg_resources resources = llmreg_resources_unknown();
    const char *addresses[KEYS];
    struct llmreg_host_report report = {.id = names[s->host],
                                        .name = "",
                                        .agent = "",
                                        .addresses = addresses,
                                        .interval_ms = s->slow ? 60000 : 10000,
                                        .resources =
                                            s->sampled ? &resources : NULL};

    for (unsigned k = 0; k < KEYS; k++)
        if ((s->addresses & 1U << k) != 0)
            addresses[report.naddresses++] = names[k];
    if (w->hosts[s->host].nclaims == CLAIMS)
        return NULL;
    int rc = llmreg_host_report(w->r, &report, &w->now, NULL, NULL);
    return rc == naive_report(w, s, report.interval_ms)
               ? NULL
               : "a report has another status";
}

static const char *do_remove(struct world *w, const struct step *s)
{
    struct naive *n = &w->hosts[s->host];
    int rc = llmreg_host_remove(w->r, names[s->host], "");
    int expected = n->there ? LLMREG_OK : LLMREG_ENOENT;

    w->events += n->there;
    *n = (struct naive){.there = false};
    return rc == expected ? NULL : "a removal has another status";
}

static const char *do_tick(struct world *w)
{
    int64_t next = llmreg_tick(w->r, &w->now);

    naive_tick(w);
    if (next <= w->now.mono_ns)
        return "a tick left something that is due";
    for (int i = 0; i < HOSTS; i++) {
        const struct naive *n = &w->hosts[i];
        if (n->there &&
            (reap_at(n) < next ||
             ((n->told == FRESH || n->told == AWAITED) && n->stale_ns < next)))
            return "a tick will come too late";
    }
    return NULL;
}

/* What a store has of one host. */
struct kept {
    struct llmreg_host_report spec;
    struct llmreg_host_state state;
    const char *addresses[KEYS];
};

static bool keep(const struct world *w, unsigned host, struct kept *out)
{
    struct llmreg_host *h = llmreg_host_get(w->r, names[host]);

    if (h == NULL)
        return false;
    llmreg_host_state(h, &w->now, &out->state);
    out->spec =
        (struct llmreg_host_report){.id = names[host],
                                    .name = "",
                                    .agent = "",
                                    .addresses = out->addresses,
                                    .interval_ms = out->state.interval_ms};
    for (unsigned k = 0; k < KEYS; k++)
        if ((w->hosts[host].addresses & 1U << k) != 0)
            out->addresses[out->spec.naddresses++] = names[k];
    llmreg_host_put(h);
    return true;
}

static void naive_restore(struct world *w, unsigned host, bool stale)
{
    struct naive *n = &w->hosts[host];

    n->owns = n->stale_ns != 0 && !stale && rival(w, host, n->keys) == NULL;
    n->told = n->stale_ns == 0 ? UNSAMPLED : stale ? STALE : AWAITED;
    if (n->stale_ns != 0)
        n->stale_ns = stale ? 1 : w->now.mono_ns + patience(n->interval_ms);
}

static const char *do_restart(struct world *w)
{
    struct kept kept[HOSTS] = {{.addresses = {NULL}}};

    for (unsigned i = 0; i < HOSTS; i++) {
        struct naive *n = &w->hosts[i];
        if (keep(w, i, &kept[i]) != n->there)
            return "another host is there";
        n->reported_ns = n->sampled_ns = 0;
        n->restored_ns = w->now.mono_ns;
        n->owns = false;
        n->nclaims = 0;
    }
    llmreg_registry_free(w->r);
    w->r = NULL;
    if (!start(w))
        return "it does not start again";
    for (unsigned i = 0; i < HOSTS; i++) {
        if (!w->hosts[i].there)
            continue;
        naive_restore(w, i, kept[i].state.stale);
        if (llmreg_host_restore(w->r, &kept[i].spec, &kept[i].state, NULL) !=
            LLMREG_OK)
            return "a host does not come back";
    }
    return NULL;
}

/* ---- is it the same? ---- */

static const char *check_keys(const struct world *w)
{
    for (unsigned k = 0; k < KEYS; k++) {
        struct llmreg_host *h = llmreg_host_find(w->r, names[k]);
        int expected = resolve(w, k);
        const char *id = h == NULL ? "" : llmreg_host_id(h);
        bool same = strcmp(id, expected < 0 ? "" : names[expected]) == 0;
        llmreg_host_put(h);
        if (!same)
            return "a key means another host";
    }
    return NULL;
}

static bool mark(void *ctx, struct llmreg_endpoint *e)
{
    unsigned *seen = ctx;
    unsigned bit = 1U << (llmreg_endpoint_id(e)[1] - '0');

    *seen = (*seen & bit) != 0 ? ~0U : *seen | bit;
    return true;
}

/* A4: both directions say the same. */
static const char *check_endpoints(const struct world *w, unsigned host,
                                   const struct llmreg_host *h)
{
    unsigned seen = 0, expected = 0;

    for (unsigned k = 0; k < KEYS; k++)
        if (resolve(w, k) == (int)host)
            expected |= 1U << k;
    llmreg_each_on_host(w->r, h, mark, &seen);
    return seen == expected ? NULL : "other endpoints are on a host";
}

static uint32_t claims(const struct world *w, const struct naive *n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < n->nclaims; i++)
        sum += n->claims[i] > w->now.mono_ns / S(60) - 10;
    return sum;
}

static const char *check_host(const struct world *w, unsigned host,
                              const struct llmreg_host *h)
{
    const struct naive *n = &w->hosts[host];
    const struct llmreg_sample *s = llmreg_host_sample(h, &w->now);
    bool fresh = n->sampled_ns != 0 && !is_stale(w, n);
    bool same =
        (s != NULL) == fresh && (s == NULL || s->mono_ns == n->sampled_ns);
    struct llmreg_host_state state;

    llmreg_sample_put(s);
    if (!same)
        return "another sample";
    llmreg_host_state(h, &w->now, &state);
    if (state.stale != is_stale(w, n) || state.sampled != (n->stale_ns != 0) ||
        state.sampled_mono_ns != n->sampled_ns)
        return "another state";
    if (state.reported_mono_ns != n->reported_ns)
        return "another time";
    if (state.claims != claims(w, n))
        return "other claims";
    return check_endpoints(w, host, h);
}

static const char *check_hosts(const struct world *w)
{
    const char *why = NULL;

    for (unsigned i = 0; i < HOSTS && why == NULL; i++) {
        struct llmreg_host *h = llmreg_host_get(w->r, names[i]);
        if ((h != NULL) != w->hosts[i].there)
            why = "a host is there, or is not";
        else if (h != NULL)
            why = check_host(w, i, h);
        llmreg_host_put(h);
    }
    return why;
}

static const char *check_counts(const struct world *w)
{
    struct llmreg_host_counts n, expected = {0};

    for (int i = 0; i < HOSTS; i++) {
        expected.hosts += w->hosts[i].there;
        expected.fresh += w->hosts[i].there && w->hosts[i].told == FRESH;
        expected.stale += w->hosts[i].there && w->hosts[i].told == STALE;
    }
    llmreg_host_count(w->r, &n);
    if (n.hosts != expected.hosts || n.fresh != expected.fresh ||
        n.stale != expected.stale)
        return "other counts";
    return llmreg_bus_last(w->bus) == w->events ? NULL : "other events";
}

static const char *act(struct world *w, const struct step *s)
{
    const char *why = NULL;

    if (s->what == REPORT)
        why = do_report(w, s);
    if (s->what == REMOVE)
        why = do_remove(w, s);
    if (s->what == TICK)
        why = do_tick(w);
    if (s->what == RESTART)
        why = do_restart(w);
    if (s->what == WAIT) {
        w->now.mono_ns += s->wait_ns;
        w->now.wall_ms += s->wait_ns / LLMREG_NS_PER_MS;
    }
    if (why == NULL)
        why = check_keys(w);
    if (why == NULL)
        why = check_hosts(w);
    return why == NULL ? check_counts(w) : why;
}

/* ---- one life ---- */

static void read_clock(void *ctx, struct llmreg_now *out)
{
    *out = ((struct world *)ctx)->now;
}

static const char *play(const uint64_t *steps, size_t count)
{
    struct world *w = calloc(1, sizeof *w);
    const char *why = NULL;

    if (w == NULL)
        return "no memory";
    w->now = (struct llmreg_now){S(1000), 1000000};
    w->clock = (struct llmreg_clock){.read = read_clock, .ctx = w};
    if (llmreg_bus_new(&w->bus, 2, 1) != LLMREG_OK || !start(w))
        why = "it does not begin";
    for (size_t i = 0; i < count && why == NULL; i++) {
        const struct step s = decode(steps[i]);
        why = act(w, &s);
    }
    llmreg_registry_free(w->r);
    llmreg_bus_free(w->bus);
    free(w);
    return why;
}

START_TEST(the_hosts_are_as_arrays_would_have_them)
{
    const struct shrink s = {
        .name = "hosts", .runs = 40, .steps = 1000, .play = play, .show = show};

    shrink_check(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hosts_model");
    TCase *tc = tcase_create("hosts_model");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, the_hosts_are_as_arrays_would_have_them);
    suite_add_tcase(suite, tc);
    SRunner *sr = srunner_create(suite);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
