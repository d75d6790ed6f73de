/* SPDX-License-Identifier: MIT */
/* reporter.c - hosts that report to the fleet. */
#include "tests/unit/reporter.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

#define TEXT_SIZE 4096

struct llmreg_resources reporter_resources;
struct llmreg_gpu reporter_gpu;
struct llmreg_error reporter_error;

void reporter_reset(void)
{
    reporter_gpu = llmreg_gpu_unknown();
    reporter_gpu.name = "NVIDIA H200";
    reporter_gpu.memory_used_bytes = 1000;
    reporter_gpu.memory_total_bytes = 4000;
    reporter_resources = llmreg_resources_unknown();
    reporter_resources.cpu_percent = 50;
    reporter_resources.gpus = &reporter_gpu;
    reporter_resources.ngpus = 1;
    reporter_error.text[0] = '\0';
}

struct llmreg_host_report reporter_report(const char *id, const char *addresses)
{
    static char text[TEXT_SIZE];
    static const char *list[LLMREG_ADDRESSES_MAX + 1];
    struct llmreg_host_report report = {.id = id,
                                        .name = "",
                                        .agent = "agent-1",
                                        .addresses = list,
                                        .interval_ms = 10000,
                                        .resources = &reporter_resources};
    char *rest = text;
    const char *one;

    ck_assert_int_lt(snprintf(text, sizeof text, "%s", addresses),
                     (int)sizeof text);
    while ((one = strsep(&rest, " ")) != NULL)
        if (one[0] != '\0')
            list[report.naddresses++] = one;
    return report;
}

int reporter_send(const struct llmreg_host_report *report,
                  struct llmreg_host_result *result)
{
    return llmreg_host_report(fleet, report, &fleet_now, result,
                              &reporter_error);
}

int reporter_says(const char *id, const char *addresses)
{
    const struct llmreg_host_report report = reporter_report(id, addresses);

    return reporter_send(&report, NULL);
}

void reporter_wait(int64_t seconds)
{
    fleet_now.mono_ns += seconds * REPORTER_S;
    fleet_now.wall_ms += seconds * 1000;
}

struct llmreg_host *reporter_get(const char *id)
{
    struct llmreg_host *h = llmreg_host_get(fleet, id);

    ck_assert_msg(h != NULL, "no host %s", id);
    return h;
}

struct llmreg_host_state reporter_state(const char *id)
{
    struct llmreg_host *h = reporter_get(id);
    struct llmreg_host_state state;

    llmreg_host_state(h, &fleet_now, &state);
    llmreg_host_put(h);
    return state;
}

const char *reporter_find(const char *key)
{
    static char id[LLMREG_HOST_SIZE];
    struct llmreg_host *h = llmreg_host_find(fleet, key);

    (void)snprintf(id, sizeof id, "%s", h == NULL ? "" : llmreg_host_id(h));
    llmreg_host_put(h);
    return id;
}

/* ---- lists ---- */

struct ids {
    const char *id[FLEET_MAX * 2];
    size_t count;
};

static void collect(struct ids *ids, const char *id)
{
    ck_assert_uint_lt(ids->count, FLEET_MAX * 2);
    ids->id[ids->count++] = id;
}

static bool collect_host(void *ctx, struct llmreg_host *h)
{
    collect(ctx, llmreg_host_id(h));
    return true;
}

static bool collect_endpoint(void *ctx, struct llmreg_endpoint *e)
{
    collect(ctx, llmreg_endpoint_id(e));
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *join(struct ids *ids)
{
    static char text[TEXT_SIZE];
    size_t len = 0;

    qsort(ids->id, ids->count, sizeof ids->id[0], by_text);
    text[0] = '\0';
    for (size_t i = 0; i < ids->count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                i == 0 ? "" : " ", ids->id[i]);
    return text;
}

const char *reporter_hosts(void)
{
    struct ids ids = {.count = 0};

    llmreg_each_host(fleet, collect_host, &ids);
    return join(&ids);
}

const char *reporter_endpoints(const char *id)
{
    struct ids ids = {.count = 0};
    struct llmreg_host *h = reporter_get(id);

    llmreg_each_on_host(fleet, h, collect_endpoint, &ids);
    llmreg_host_put(h);
    return join(&ids);
}

void reporter_endpoint(const char *id, const char *owner)
{
    struct llmreg_spec spec = fleet_spec(id);
    struct llmreg_error err = {""};

    spec.owner = owner;
    int rc = llmreg_set(fleet, &spec, NULL, &err);
    ck_assert_msg(rc == LLMREG_OK, "set %s: %d %s", id, rc, err.text);
}

/* ---- events ---- */

void reporter_expect(enum llmreg_event_type type, const char *subject,
                     const char *before, const char *after)
{
    const struct llmreg_event *e = fleet_event();

    ck_assert_msg(e != NULL, "no event %s", llmreg_event_type_text(type));
    ck_assert_str_eq(llmreg_event_type_text(e->type),
                     llmreg_event_type_text(type));
    ck_assert_int_eq(e->entity, LLMREG_ENTITY_HOST);
    ck_assert_str_eq(e->subject, subject);
    ck_assert_str_eq(e->before, before);
    ck_assert_str_eq(e->after, after);
    ck_assert_int_eq(e->time_ms, fleet_now.wall_ms);
}

void reporter_expect_nothing(void)
{
    const struct llmreg_event *e = fleet_event();

    ck_assert_msg(e == NULL, "event %s of %s",
                  e == NULL ? "" : llmreg_event_type_text(e->type),
                  e == NULL ? "" : e->subject);
}
