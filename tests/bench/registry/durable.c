/* SPDX-License-Identifier: MIT */
/* durable.c - registrations that are acknowledged when they are on disk.
 *
 * 64 of them wait at a time, as many as there are connections: the next 64
 * come when all of these are on disk.  So this is the rate that the store's
 * thread allows, on the disk that the build directory is on; who registers
 * does nothing else.  New ones lie anywhere in the table, as UUIDs do.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <llmreg/service.h>

#include "tests/bench/registry/groups.h"
#include "tests/bench/registry/swarm.h"

#define BURST 64

struct load {
    struct llmreg_service *service;
    struct llmreg_durable_watch *watch;
    size_t count;
};

static void configure(const char *dir)
{
    const struct llmreg_value path = {.type = LLMREG_VALUE_STRING,
                                      .string = dir};
    const struct llmreg_item item = {
        .key = "DataDir", .values = &path, .nvalues = 1};
    const struct llmreg_item block = {
        .key = "Registry", .children = &item, .nchildren = 1};
    struct llmreg_error err = {""};

    must(llmreg_service_configure(&block, "here", &err) == LLMREG_OK, err.text);
}

static void ignore(void *ctx, const struct llmreg_notification *n)
{
    (void)ctx;
    (void)n;
}

static void start(struct load *l)
{
    const struct llmreg_program program = {.notify = ignore};
    struct llmreg_error err = {""};

    must(llmreg_service_attach(&program, &l->service, &err) == LLMREG_OK,
         err.text);
    must(llmreg_durable_watch_new(l->service, &l->watch) == LLMREG_OK,
         "a watch");
}

static void wait_for(struct load *l, uint64_t seq)
{
    struct pollfd p = {.fd = llmreg_durable_watch_fd(l->watch),
                       .events = POLLIN};
    bool works = true;

    llmreg_service_want(l->service, seq);
    while (llmreg_durable_watch_read(l->watch, &works) < seq) {
        must(works, "the store");
        must(poll(&p, 1, 10000) == 1, "the store in 10 seconds");
    }
}

/* Each one once, of this version, in bursts. */
static void register_all(struct load *l, const char *version)
{
    struct llmreg_registry *r = llmreg_service_registry(l->service);
    struct llmreg_agent_result result;
    struct llmreg_error err = {""};
    struct swarm_spec agent;

    for (size_t i = 0; i < l->count; i++) {
        swarm_describe(i, &agent);
        agent.spec.version = version;
        must(llmreg_agent_register(r, &agent.spec, "10.0.0.1", &result, &err) ==
                 LLMREG_OK,
             err.text);
        if (i % BURST == BURST - 1)
            wait_for(l, result.seq);
    }
    wait_for(l, result.seq);
}

static void measure_all(struct load *l, const char *name, const char *version)
{
    const int64_t clock = clock_ns(), cpu = cpu_ns();
    const double count = (double)l->count;
    char figure_name[64];

    register_all(l, version);
    snprintf(figure_name, sizeof figure_name, "registry.durable_%s", name);
    figure(figure_name, count * 1e6 / (double)(clock_ns() - clock), "k/s");
    snprintf(figure_name, sizeof figure_name, "registry.durable_%s_cpu", name);
    figure(figure_name, (double)(cpu_ns() - cpu) / 1000 / count, "us");
}

static void remove_all(const char *dir)
{
    static const char *const names[] = {"registry.db", "registry.db-wal",
                                        "registry.db-shm", "registry.lock"};
    char path[256];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

void durable_group(const struct bench *b)
{
    struct load l = {.count = b->brief ? 6400 : 64000};
    char here[160], dir[192];

    must(getcwd(here, sizeof here) != NULL, "the directory");
    snprintf(dir, sizeof dir, "%s/durable-XXXXXX", here);
    must(mkdtemp(dir) != NULL, "a directory");
    configure(dir);
    start(&l);
    measure_all(&l, "new", "1");
    measure_all(&l, "changed", "2");
    llmreg_durable_watch_free(l.watch);
    llmreg_service_detach(l.service);
    remove_all(dir);
}
