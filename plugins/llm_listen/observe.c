/* SPDX-License-Identifier: MIT */
/* observe.c - hosts whose values are observed, and when they are reported.
 *
 * A round of a host begins with a value that is at least three quarters of an
 * interval younger than the one that began the last; all times are the
 * sender's.  When it begins, the host gets into a queue, which is in order of
 * time without any sorting, and at the end of the list of all, so that the
 * longest silent is at its head.  The tick takes from both only what is due.
 *
 *       value                 SETTLE later, at the tick
 *   ---- begins a round ----- queue ----- report, out of the queue
 *        \------------------- list --- FORGET later --- dropped
 *
 * No clock is read for a value: a round begins at the time of the last tick,
 * which is a second ago at most.
 *
 * Hosts lie in OBSERVE_STRIPES tables by the hash of their name, each with a
 * lock of its own, so that write threads seldom meet.
 */
#include "plugins/llm_listen/observe.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <llmreg/hosts.h>
#include <llmreg/names.h>
#include <llmreg/table.h>
#include <llmreg/thread.h>

#define SETTLE_NS     (LLMREG_NS_PER_S + LLMREG_NS_PER_S / 2)
#define FORGET_NS     (5 * 60 * LLMREG_NS_PER_S)
#define FORGET_MAX_NS (60 * 60 * LLMREG_NS_PER_S)
#define BACK_MAX      10 /* intervals: the sender's clock was set back */
#define INTERVAL_MIN  1000
#define INTERVAL_MAX  INT64_C(86400000)

struct observed {
    TAILQ_ENTRY(observed) listed;
    STAILQ_ENTRY(observed) queued;
    bool is_queued;
    int64_t begun_ns;    /* the round; our time */
    int64_t round_ms;    /* the sender's */
    int64_t interval_ms; /* the shortest in this round */
    struct facts facts;
    int64_t sent_ns; /* the tick's: when it was reported last; 0: never */
    char name[];     /* fixed after new */
};

TAILQ_HEAD(observed_list, observed);
STAILQ_HEAD(observed_queue, observed);

struct stripe {
    struct llmreg_lock lock;
    /* guarded by lock */
    struct llmreg_table *table;
    struct observed_list list;   /* the longest silent first */
    struct observed_queue queue; /* the one whose round began first */
};

struct observe {
    /* fixed after new */
    struct observe_conf conf;
    /* changed by everybody */
    _Atomic int64_t now_ns; /* of the last tick */
    _Atomic size_t hosts;
    _Atomic bool full; /* since the last tick a host was not taken */
    struct stripe stripes[OBSERVE_STRIPES];
    /* owned by the thread that ticks */
    struct llmreg_complaint untaken, crowd;
    struct facts_sample sample;
};

/* ---- life ---- */

static int stripe_init(struct stripe *s)
{
    int rc = llmreg_table_new(&s->table);

    if (rc != LLMREG_OK)
        return rc;
    rc = llmreg_lock_init(&s->lock);
    if (rc != LLMREG_OK) {
        llmreg_table_free(s->table);
        s->table = NULL;
        return rc;
    }
    TAILQ_INIT(&s->list);
    STAILQ_INIT(&s->queue);
    return LLMREG_OK;
}

int observe_new(struct observe **out, const struct observe_conf *conf,
                const struct llmreg_now *now)
{
    struct observe *o = calloc(1, sizeof *o);
    int rc = o == NULL ? LLMREG_ENOMEM : LLMREG_OK;

    if (o != NULL) {
        o->conf = *conf;
        atomic_init(&o->now_ns, now->mono_ns);
    }
    for (size_t i = 0; i < OBSERVE_STRIPES && rc == LLMREG_OK; i++)
        rc = stripe_init(&o->stripes[i]);
    if (rc == LLMREG_OK)
        *out = o;
    else
        observe_free(o);
    return rc;
}

static void observed_free(struct observed *h)
{
    facts_fini(&h->facts);
    free(h);
}

void observe_free(struct observe *o)
{
    struct observed *h;

    if (o == NULL)
        return;
    for (size_t i = 0; i < OBSERVE_STRIPES; i++) {
        struct stripe *s = &o->stripes[i];

        if (s->table == NULL)
            break; /* it was made no further */
        while ((h = TAILQ_FIRST(&s->list)) != NULL) {
            TAILQ_REMOVE(&s->list, h, listed);
            observed_free(h);
        }
        llmreg_lock_fini(&s->lock);
        llmreg_table_free(s->table);
    }
    counters_sub(&o->conf.counters->observed_hosts, atomic_load(&o->hosts));
    free(o);
}

/* ---- coming and going ---- */

/* LLMREG_EFULL; LLMREG_EINVAL: no host can be called that. */
static int new_observed(struct observe *o, const char *name,
                        struct observed **out)
{
    const size_t size = strlen(name) + 1;
    char key[LLMREG_HOST_SIZE];
    struct observed *h;

    if (llmreg_host_key(name, key) != LLMREG_OK)
        return LLMREG_EINVAL;
    if (atomic_fetch_add(&o->hosts, 1) >= o->conf.hosts_max) {
        atomic_fetch_sub(&o->hosts, 1);
        atomic_store(&o->full, true);
        return LLMREG_EFULL;
    }
    h = calloc(1, sizeof *h + size);
    if (h == NULL) {
        atomic_fetch_sub(&o->hosts, 1);
        return LLMREG_ENOMEM;
    }
    memcpy(h->name, name, size);
    facts_init(&h->facts);
    counters_add(&o->conf.counters->observed_hosts, 1);
    *out = h;
    return LLMREG_OK;
}

static void drop(struct observe *o, struct observed *h)
{
    atomic_fetch_sub(&o->hosts, 1);
    counters_sub(&o->conf.counters->observed_hosts, 1);
    observed_free(h);
}

static int find_locked(struct observe *o, struct stripe *s, const char *name,
                       struct observed **out) LLMREG_REQUIRES(s->lock)
{
    struct observed *h = llmreg_table_get(s->table, name);
    int rc = LLMREG_OK;

    if (h == NULL) {
        rc = new_observed(o, name, &h);
        if (rc != LLMREG_OK)
            return rc;
        rc = llmreg_table_add(s->table, name, h);
        if (rc != LLMREG_OK) {
            drop(o, h);
            return rc;
        }
        TAILQ_INSERT_TAIL(&s->list, h, listed);
    }
    *out = h;
    return rc;
}

/* ---- values ---- */

bool observe_wants(void *ctx, const char *plugin)
{
    const struct observe *o = ctx;
    enum observe_source source;

    return observe_source_parse(plugin, &source) == LLMREG_OK &&
           (o->conf.sources & (1U << source)) != 0;
}

static bool begins_round(const struct observed *h,
                         const struct observe_value *v)
{
    const int64_t since = v->time_ms - h->round_ms;

    return h->round_ms == 0 || 4 * since >= 3 * v->interval_ms ||
           since <= -BACK_MAX * v->interval_ms;
}

static void begin_locked(struct observe *o, struct stripe *s,
                         struct observed *h, const struct observe_value *v)
    LLMREG_REQUIRES(s->lock)
{
    h->round_ms = v->time_ms;
    h->interval_ms = v->interval_ms;
    facts_begin(&h->facts, v->time_ms);
    TAILQ_REMOVE(&s->list, h, listed);
    TAILQ_INSERT_TAIL(&s->list, h, listed);
    if (h->is_queued)
        return;
    h->begun_ns = atomic_load_explicit(&o->now_ns, memory_order_relaxed);
    h->is_queued = true;
    STAILQ_INSERT_TAIL(&s->queue, h, queued);
}

static int take_locked(struct observe *o, struct stripe *s,
                       const struct observe_row *row,
                       const struct observe_value *v) LLMREG_REQUIRES(s->lock)
{
    struct observed *h = NULL;
    int rc = find_locked(o, s, v->host, &h);

    if (rc != LLMREG_OK)
        return rc;
    if (begins_round(h, v))
        begin_locked(o, s, h, v);
    if (v->interval_ms < h->interval_ms)
        h->interval_ms = v->interval_ms;
    return facts_take(&h->facts, row, v);
}

void observe_take(void *ctx, const struct observe_value *v)
{
    struct observe *o = ctx;
    const struct observe_row *row = NULL;
    enum observe_source source;

    if (observe_source_parse(v->plugin, &source) == LLMREG_OK &&
        (o->conf.sources & (1U << source)) != 0)
        row = observe_row(source, v);
    if (row == NULL || strcasecmp(v->host, o->conf.self) == 0)
        return;
    uint64_t hash = llmreg_hash(v->host, strlen(v->host));
    struct stripe *s = &o->stripes[hash % OBSERVE_STRIPES];
    llmreg_lock(&s->lock);
    int rc = take_locked(o, s, row, v);
    llmreg_unlock(&s->lock);
    if (rc != LLMREG_OK)
        counters_add(&o->conf.counters->observed_refused, 1);
}

/* ---- reports ---- */

/* A host that is due; what it says is in the observer's sample. */
struct due {
    struct observed *host; /* NULL: none is */
    int64_t interval_ms;
    const struct llmreg_now *now;
};

static void pop_locked(struct observe *o, struct stripe *s, struct due *d)
    LLMREG_REQUIRES(s->lock)
{
    struct observed *h = STAILQ_FIRST(&s->queue);

    d->host = NULL;
    if (h == NULL || d->now->mono_ns - h->begun_ns < SETTLE_NS)
        return;
    STAILQ_REMOVE_HEAD(&s->queue, queued);
    h->is_queued = false;
    facts_sample(&h->facts, &o->sample);
    d->interval_ms = h->interval_ms < INTERVAL_MIN   ? INTERVAL_MIN
                     : h->interval_ms > INTERVAL_MAX ? INTERVAL_MAX
                                                     : h->interval_ms;
    d->host = h;
}

/* By somebody else: its sample is fresh, and not ours. */
static bool is_reported(const struct due *d, const struct llmreg_host *in)
{
    struct llmreg_host_state state;

    llmreg_host_state(in, d->now, &state);
    return state.sampled && !state.stale &&
           state.sampled_mono_ns != d->host->sent_ns;
}

/* What others said of the host is left as it is. */
static int send_sample(struct observe *o, const struct due *d,
                       const struct llmreg_host *in, struct llmreg_error *err)
{
    const struct llmreg_host_report *spec =
        in == NULL ? NULL : llmreg_host_spec(in);
    struct llmreg_host_report report = {.name = "", .agent = ""};

    if (spec != NULL)
        report = *spec;
    report.id = d->host->name;
    report.interval_ms = d->interval_ms;
    report.resources = &o->sample.resources;
    int rc = llmreg_host_report(o->conf.registry, &report, d->now, NULL, err);
    if (spec != NULL)
        llmreg_host_spec_put(spec);
    return rc;
}

static void count(struct observe *o, const struct due *d, int rc,
                  const struct llmreg_error *err)
{
    if (rc == LLMREG_OK) {
        d->host->sent_ns = d->now->mono_ns;
        counters_add(&o->conf.counters->observed_reports, 1);
        return;
    }
    counters_add(&o->conf.counters->observed_refused, 1);
    llmreg_complain(o->conf.log, &o->untaken, d->now, LLMREG_WARNING,
                    "what collectd says of host \"%s\" is not taken: %s",
                    d->host->name, err->text);
}

static void report(struct observe *o, const struct due *d)
{
    struct llmreg_host *in = llmreg_host_get(o->conf.registry, d->host->name);
    struct llmreg_error err = {""};

    if (in == NULL || !is_reported(d, in)) {
        int rc = send_sample(o, d, in, &err);
        count(o, d, rc, &err);
    }
    llmreg_host_put(in);
}

/* ---- the tick ---- */

static int64_t patience(const struct observed *h)
{
    int64_t ns = 3 * h->interval_ms * LLMREG_NS_PER_MS;

    if (ns > FORGET_MAX_NS)
        return FORGET_MAX_NS;
    return ns < FORGET_NS ? FORGET_NS : ns;
}

/* One that has been silent for long, and is not in the tables any more. */
static struct observed *forget_locked(struct stripe *s, int64_t now_ns)
    LLMREG_REQUIRES(s->lock)
{
    struct observed *h = TAILQ_FIRST(&s->list);

    if (h == NULL || h->is_queued || now_ns - h->begun_ns < patience(h))
        return NULL;
    TAILQ_REMOVE(&s->list, h, listed);
    (void)llmreg_table_remove(s->table, h->name);
    return h;
}

static void tick_stripe(struct observe *o, struct stripe *s,
                        const struct llmreg_now *now)
{
    struct due d = {.now = now};
    struct observed *h;

    /* Hosts go only here: outside of the lock one that is due stays. */
    do {
        llmreg_lock(&s->lock);
        pop_locked(o, s, &d);
        llmreg_unlock(&s->lock);
        if (d.host != NULL)
            report(o, &d);
    } while (d.host != NULL);
    do {
        llmreg_lock(&s->lock);
        h = forget_locked(s, now->mono_ns);
        llmreg_unlock(&s->lock);
        if (h != NULL)
            drop(o, h);
    } while (h != NULL);
}

void observe_tick(struct observe *o, const struct llmreg_now *now)
{
    for (size_t i = 0; i < OBSERVE_STRIPES; i++)
        tick_stripe(o, &o->stripes[i], now);
    if (atomic_exchange(&o->full, false))
        llmreg_complain(o->conf.log, &o->crowd, now, LLMREG_WARNING,
                        "%zu hosts are observed, the limit: values of others "
                        "are not",
                        o->conf.hosts_max);
    atomic_store_explicit(&o->now_ns, now->mono_ns, memory_order_relaxed);
}
