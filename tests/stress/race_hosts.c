/* SPDX-License-Identifier: MIT */
/* race_hosts.c - a mistake with the sample of a host. */
#include <llmreg/hosts.h>

#include "common/registry/table.h"
#include "tests/stress/race.h"

static struct llmreg_registry *r;
static struct llmreg_host *host;
static const struct llmreg_resources resources = {.load1 = 1};

static void open_host(void)
{
    const struct llmreg_host_report report = {.id = "host",
                                              .name = "",
                                              .agent = "",
                                              .interval_ms = 30000,
                                              .resources = &resources};
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    struct llmreg_host_result result;
    struct llmreg_error err = {""};

    r = race_registry();
    race_must(llmreg_host_report(r, &report, &now, &result, &err) == LLMREG_OK);
    host = llmreg_host_get(r, "host");
    race_must(host != NULL);
}

static void close_host(void)
{
    llmreg_host_put(host);
    race_registry_free(r);
}

static void read_sample(void)
{
    static const struct llmreg_now now = {.mono_ns = 1, .wall_ms = 1};
    const struct llmreg_sample *sample = llmreg_host_sample(host, &now);

    if (sample != NULL)
        race_sink += (size_t)sample->mono_ns;
    llmreg_sample_put(sample);
}

static void write_sample(bool wrong)
{
    struct host_sample *old = host->sample;
    struct host_sample *new = host_sample_new(&resources);

    race_must(new != NULL);
    new->until_ns = INT64_MAX;
    rcu_publish(&host->sample, new);
    if (old == NULL)
        return;
    if (wrong)
        part_put(&old->part);
    else
        part_retire(&old->part);
}

const struct race races_of_hosts[] = {
    {"host-sample", open_host, read_sample, write_sample, close_host},
    {NULL, NULL, NULL, NULL, NULL},
};
