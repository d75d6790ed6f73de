/* SPDX-License-Identifier: MIT */
/* commit.c - registrations that are acknowledged when they are on disk.
 *
 * 64 of them wait at a time, as many as there are connections: the next 64
 * come when all of these are on disk.  So this is the rate that the store's
 * thread allows, on the disk that the build directory is on; who registers
 * does nothing else.  New ones lie anywhere in the table, as UUIDs do.
 *
 * The baseline writes the same rows in transactions of 64, in turn with it.
 */
#include <stdio.h>

#include "tests/bench/registry/swarm.h"
#include "tests/bench/store/bare.h"
#include "tests/bench/store/groups.h"
#include "tests/bench/store/hub.h"

#define BURST       64
#define SLICE       6400
#define SLICES      10
#define SLICE_BRIEF 1600

struct commits {
    struct hub hub;
    struct bare bare;
    size_t slice;
    double ours_ns, bare_ns;
};

/* ---- ours ---- */

static uint64_t register_one(struct hub *h, size_t i, const char *version)
{
    struct llmreg_agent_result result;
    struct llmreg_error err = {""};
    struct swarm_spec agent;

    swarm_describe(i, &agent);
    agent.spec.version = version;
    must(llmreg_agent_register(h->r, &agent.spec, "10.0.0.1", &result, &err) ==
             LLMREG_OK,
         err.text);
    return result.seq;
}

static void run_ours(struct commits *c, size_t from, const char *version)
{
    const int64_t begin = clock_ns();
    uint64_t seq = 0;

    for (size_t i = from; i < from + c->slice; i++) {
        seq = register_one(&c->hub, i, version);
        if (i % BURST == BURST - 1)
            hub_wait(&c->hub, seq);
    }
    hub_wait(&c->hub, seq);
    c->ours_ns += (double)(clock_ns() - begin);
}

/* ---- SQLite alone ---- */

static void copy_file(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    char bytes[4096];
    size_t n;

    must(in != NULL && out != NULL, from);
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        must(fwrite(bytes, 1, n, out) == n, to);
    fclose(in);
    must(fclose(out) == 0, to);
}

/* A store that is closed is one file. */
static void open_bare(struct bare *b, struct hub *h, const char *dir)
{
    char live[HUB_DIR_SIZE + 16], copy[HUB_DIR_SIZE + 16];

    snprintf(live, sizeof live, "%s/registry.db", dir);
    snprintf(copy, sizeof copy, "%s/bare.db", dir);
    hub_start(h);
    hub_stop(h);
    copy_file(live, copy);
    bare_open(b, copy);
}

static void run_bare(struct commits *c, size_t from, const char *version)
{
    const int64_t begin = clock_ns();
    struct swarm_spec agent;

    for (size_t i = from; i < from + c->slice; i++) {
        if (i % BURST == 0)
            bare_begin(&c->bare);
        swarm_describe(i, &agent);
        agent.spec.version = version;
        bare_register(&c->bare, &agent.spec);
        if (i % BURST == BURST - 1)
            bare_commit(&c->bare);
    }
    c->bare_ns += (double)(clock_ns() - begin);
}

/* ---- in turn ---- */

static void measure_all(struct commits *c, const char *name,
                        const char *version)
{
    char figure_name[64];

    c->ours_ns = c->bare_ns = 0;
    for (size_t i = 0; i < SLICES; i++) {
        run_ours(c, i * c->slice, version);
        run_bare(c, i * c->slice, version);
    }
    snprintf(figure_name, sizeof figure_name, "store.commit_%s", name);
    figure_against(figure_name, (double)(SLICES * c->slice) * 1e6 / c->ours_ns,
                   "k/s", "bare", c->bare_ns / c->ours_ns);
}

void commit_group(bool brief, const char *dir)
{
    struct commits c = {.slice = brief ? SLICE_BRIEF : SLICE};

    hub_configure(dir);
    open_bare(&c.bare, &c.hub, dir);
    hub_start(&c.hub);
    measure_all(&c, "new", "1");
    measure_all(&c, "changed", "2");
    hub_stop(&c.hub);
    bare_close(&c.bare);
}
