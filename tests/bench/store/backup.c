/* SPDX-License-Identifier: MIT */
/* backup.c - reads and durable writes, while backups are made and while none
 * is, by turns.
 *
 * A read is an endpoint with its models as JSON, a write a registration that
 * is waited for.  Backups follow each other without a pause.  The store is
 * opened without the service around it, which would not let us ask for one.
 */
#include <llmreg/json.h>
#include <llmreg/snapshot.h>

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/store/backup/vault.h"
#include "tests/bench/registry/swarm.h"
#include "tests/bench/store/groups.h"
#include "tests/bench/store/pace.h"

#define READERS     2
#define READ_NS     1000000 /* each, 1,000 a second */
#define WRITERS     8
#define WRITE_NS    16000000
#define PAIRS       12 /* of slices, without and with backups */
#define PAIRS_BRIEF 5
#define SLICE_MS    2000
#define SLICE_BRIEF 1000
#define LOOK_MS     2

struct world {
    struct llmreg_bus *bus;
    struct llmreg_registry *r;
    struct store *store;
    struct llmreg_durable_watch *watch[WRITERS];
    size_t endpoints;
    _Atomic size_t agents;
    size_t backups;
    double backup_ns;
};

/* ---- the load ---- */

static int drop_bytes(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    sink += (uint64_t)bytes[len - 1];
    return LLMREG_OK;
}

static void read_one(void *ctx, size_t thread, uint64_t *random)
{
    struct world *w = ctx;
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    struct llmreg_endpoint *e;
    struct llmreg_json_out out;
    char id[ID_SIZE];

    (void)thread;
    fleet_id(id, below(random, w->endpoints));
    e = llmreg_get(w->r, id);
    must(e != NULL, id);
    llmreg_json_out_init(&out, drop_bytes, NULL);
    llmreg_endpoint_json(&out, NULL, e, &now);
    must(llmreg_json_out_end(&out) == LLMREG_OK, "JSON");
    llmreg_put(e);
}

static void write_one(void *ctx, size_t thread, uint64_t *random)
{
    struct world *w = ctx;
    struct pollfd p = {.fd = w->watch[thread]->fd, .events = POLLIN};
    struct llmreg_agent_result result;
    struct llmreg_error err = {""};
    struct swarm_spec agent;
    bool works = true;

    (void)random;
    swarm_describe(atomic_fetch_add(&w->agents, 1), &agent);
    must(llmreg_agent_register(w->r, &agent.spec, "10.0.0.1", &result, &err) ==
             LLMREG_OK,
         err.text);
    store_want(w->store, result.seq);
    while (durable_read(w->watch[thread], &works) < result.seq) {
        must(works, "the store");
        must(poll(&p, 1, 10000) == 1, "the store in 10 seconds");
    }
}

/* ---- backups ---- */

static void make_backup_now(struct world *w)
{
    const int64_t begin = clock_ns();
    struct llmreg_backup_work work;
    char id[LLMREG_BACKUP_ID_SIZE];

    must(store_backup(w->store, id) == LLMREG_OK, "a backup");
    do {
        poll(NULL, 0, LOOK_MS);
        vault_work(store_vault(w->store), &work);
    } while (work.running);
    must(!work.last.failed, work.last.reason.text);
    w->backups++;
    w->backup_ns += (double)(clock_ns() - begin);
}

/* What is begun in this slice is counted in it; the backup that runs on after
 * its end disturbs nobody who is counted. */
static void run_slice(struct world *w, int slice, int ms)
{
    const int64_t end_ns = clock_ns() + ms * LLMREG_NS_PER_MS;

    atomic_store(&pace_slice, slice);
    if (slice % 2 == 0)
        poll(NULL, 0, ms);
    else
        while (clock_ns() < end_ns)
            make_backup_now(w);
    atomic_store(&pace_slice, PACE_NO_SLICE);
}

/* ---- the world ---- */

static void log_errors(void *ctx, enum llmreg_level level, const char *line)
{
    (void)ctx;
    if (level == LLMREG_ERROR)
        fprintf(stderr, "%s\n", line);
}

static void open_world(struct world *w, bool brief, const char *dir)
{
    static const struct llmreg_log log = {log_errors, NULL};
    struct store_config config = {
        .flush_ns = 5 * LLMREG_NS_PER_S,
        .retry_ns = 5 * LLMREG_NS_PER_S,
        .keep_events = 10000,
        .keep_audit = 1000,
        .keep_beats = 1000,
        .backups = {.newest = 1},
    };
    struct llmreg_error err = {""};

    w->endpoints = endpoints_of(brief);
    w->r = fleet_registry(&w->bus, w->endpoints, 100000);
    const struct store_world world = {w->r, w->bus, &llmreg_clock_system, &log};
    snprintf(config.dir, sizeof config.dir, "%s", dir);
    must(store_open(&w->store, &config, &world, &err) == LLMREG_OK, err.text);
    for (size_t i = 0; i < WRITERS; i++)
        must(durable_watch(store_durable(w->store), &w->watch[i]) == LLMREG_OK,
             "a watch");
}

static void close_world(struct world *w)
{
    for (size_t i = 0; i < WRITERS; i++)
        durable_unwatch(w->watch[i]);
    store_close(w->store);
    llmreg_registry_free(w->r);
    llmreg_bus_free(w->bus);
}

static void tell_one(struct pace *p, const char *name, const char *tail,
                     size_t n)
{
    const double plain = pace_per_mille(p, 0, n);
    const double busy = pace_per_mille(p, 1, n);
    char figure_name[64];

    snprintf(figure_name, sizeof figure_name, "store.backup_%s_%s", name, tail);
    figure_against(figure_name, busy / 1e6, "ms", "without", busy / plain);
}

/* A short slice has too few for a thousandth of them, and whatever else the
 * machine does is in its tail. */
static void tell(struct pace *p, const char *name, bool brief)
{
    tell_one(p, name, "p50", 500);
    if (!brief)
        tell_one(p, name, "p999", 999);
}

static struct pace *new_pace(struct world *w,
                             void (*operation)(void *ctx, size_t thread,
                                               uint64_t *random))
{
    struct pace *p = calloc(1, sizeof *p);

    must(p != NULL, "memory");
    p->operation = operation;
    p->ctx = w;
    return p;
}

void backup_group(bool brief, const char *dir)
{
    /* Others than those of a run before. */
    struct world w = {.agents = (size_t)(clock_ns() >> 20)};
    struct pace *reads = new_pace(&w, read_one);
    struct pace *writes = new_pace(&w, write_one);

    open_world(&w, brief, dir);
    pace_start(reads, READERS, READ_NS);
    pace_start(writes, WRITERS, WRITE_NS);
    for (int i = 0; i < 2 * (brief ? PAIRS_BRIEF : PAIRS); i++)
        run_slice(&w, i, brief ? SLICE_BRIEF : SLICE_MS);
    atomic_store(&pace_slice, PACE_END);
    pace_end(reads);
    pace_end(writes);
    figure("store.backup", w.backup_ns / 1e6 / (double)w.backups, "ms");
    tell(reads, "reads", brief);
    tell(writes, "writes", brief);
    close_world(&w);
    free(reads);
    free(writes);
}
