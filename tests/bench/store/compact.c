/* SPDX-License-Identifier: MIT */
/* compact.c - for how long a compaction holds up who waits for the disk.
 *
 * All endpoints of the store are removed, so that nearly all of its pages are
 * free.  Registrations are waited for one after the other, with a pause,
 * first alone, then while the pages are given back, until the file is short.
 */
#include <llmreg/agents.h>
#include <llmreg/store_health.h>

#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tests/bench/registry/fleet.h"
#include "tests/bench/registry/swarm.h"
#include "tests/bench/store/groups.h"
#include "tests/bench/store/hub.h"

#define PAUSE_MS 5
#define ALONE_NS (2 * LLMREG_NS_PER_S)
#define ALL_NS   (120 * LLMREG_NS_PER_S)

struct waits {
    size_t count;
    double longest_ns;
};

static struct llmreg_store_health health;

static bool is_short(const char *dir)
{
    char path[HUB_DIR_SIZE + 16];
    struct stat st;

    snprintf(path, sizeof path, "%s/registry.db", dir);
    must(stat(path, &st) == 0, path);
    return health.ncompactions > 0 && !health.compacting &&
           st.st_size <= health.compactions[0].bytes_after;
}

static void write_one(struct hub *h, size_t n, struct waits *w)
{
    struct llmreg_agent_result result;
    struct llmreg_error err = {""};
    struct swarm_spec agent;
    int64_t begin;
    double took;

    swarm_describe(n, &agent);
    begin = clock_ns();
    must(llmreg_agent_register(h->r, &agent.spec, "10.0.0.1", &result, &err) ==
             LLMREG_OK,
         err.text);
    hub_wait(h, result.seq);
    took = (double)(clock_ns() - begin);
    if (took > w->longest_ns)
        w->longest_ns = took;
    w->count++;
    poll(NULL, 0, PAUSE_MS);
}

static void remove_all(struct hub *h, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char id[ID_SIZE];

        fleet_id(id, i);
        must(llmreg_remove(h->r, id, NULL, NULL) == LLMREG_OK, id);
    }
    must(llmreg_service_sync(h->service, 60000) == LLMREG_OK, "a sync");
}

static void measure_waits(struct hub *h, const char *dir, struct waits *alone,
                          struct waits *busy)
{
    const int64_t begin = clock_ns();
    size_t n = 0;

    while (clock_ns() - begin < ALONE_NS)
        write_one(h, n++, alone);
    must(llmreg_service_compact(h->service) == LLMREG_OK, "a compaction");
    do {
        write_one(h, n++, busy);
        llmreg_service_store_health(h->service, &health);
        must(clock_ns() - begin < ALL_NS, "its end in two minutes");
    } while (!is_short(dir));
}

void compact_group(bool brief, const char *dir)
{
    const struct llmreg_compaction *run = &health.compactions[0];
    struct waits alone = {0, 0}, busy = {0, 0};
    struct hub h;

    hub_configure(dir);
    hub_start(&h);
    remove_all(&h, endpoints_of(brief));
    measure_waits(&h, dir, &alone, &busy);
    figure("store.compact", (double)(run->ended_ms - run->started_ms), "ms");
    figure("store.compact_freed",
           (double)(run->bytes_before - run->bytes_after) / 1048576.0, "MiB");
    figure("store.compact_step", (double)run->longest_us / 1000.0, "ms");
    figure_against("store.compact_writes_max", busy.longest_ns / 1e6, "ms",
                   "without", busy.longest_ns / alone.longest_ns);
    hub_stop(&h);
}
