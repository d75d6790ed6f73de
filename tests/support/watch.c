/* SPDX-License-Identifier: MIT */
/* watch.c - see watch.h. */
#include "tests/support/watch.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "common/store/care/care.h"

struct room watch_room;
struct alerter *watch_alerter;
struct llmreg_rule_conf watch_rules[LLMREG_RULES];
struct standing *watch_store;
struct care *watch_care;
size_t watch_share, watch_guard_above;

static struct llmreg_registry_conf limits;
static struct llmreg_subscription *events;

static void start(void)
{
    const struct store_world world = {watch_room.registry, watch_room.bus,
                                      &watch_room.clock, &watch_room.log};
    const struct alerter_conf conf = {watch_rules, &limits,
                                      watch_store, watch_care,
                                      watch_share, watch_guard_above};

    ck_assert_int_eq(alerter_new(&watch_alerter, &world, &conf), LLMREG_OK);
    ck_assert_int_eq(llmreg_subscribe(watch_room.bus, UINT64_MAX, &events),
                     LLMREG_OK);
}

static void stop(void)
{
    llmreg_unsubscribe(events);
    alerter_free(watch_alerter);
}

void watch_setup(void)
{
    room_open(&watch_room);
    ck_assert_int_eq(standing_new(&watch_store), LLMREG_OK);
    ck_assert_int_eq(care_new(&watch_care), LLMREG_OK);
    limits = llmreg_registry_conf();
    for (int i = 0; i < LLMREG_RULES; i++) {
        watch_rules[i] = llmreg_rule_info((enum llmreg_rule_id)i)->preset;
        watch_rules[i].after_ns = 0;
        watch_rules[i].clear_ns = 0;
        watch_rules[i].cool_ns = 0;
        watch_rules[i].flap_ns = 0;
    }
    start();
}

void watch_teardown(void)
{
    stop();
    standing_free(watch_store);
    care_free(watch_care);
    room_close(&watch_room);
}

struct kept {
    const struct llmreg_alert *alerts[64];
    size_t count;
};

static bool keep(void *ctx, const struct llmreg_alert *a)
{
    struct kept *kept = ctx;

    ck_assert_uint_lt(kept->count, 64);
    kept->alerts[kept->count++] = llmreg_alert_hold(a);
    return true;
}

/* A host as a store has it, with one address. */
struct kept_host {
    char id[64], address[64];
    struct llmreg_host_report spec;
    struct llmreg_host_state state;
};

struct kept_hosts {
    struct kept_host hosts[64];
    size_t count;
};

static bool keep_host(void *ctx, struct llmreg_host *h)
{
    struct kept_hosts *kept = ctx;
    struct kept_host *k = &kept->hosts[kept->count++];
    const struct llmreg_host_report *spec = llmreg_host_spec(h);

    ck_assert_uint_le(kept->count, 64);
    snprintf(k->id, sizeof k->id, "%s", spec->id);
    snprintf(k->address, sizeof k->address, "%s",
             spec->naddresses > 0 ? spec->addresses[0] : "");
    k->spec = *spec;
    llmreg_host_state(h, &watch_room.now, &k->state);
    llmreg_host_spec_put(spec);
    return true;
}

static void restore_host(struct kept_host *k)
{
    const char *const addresses[] = {k->address};
    struct llmreg_error err = {""};

    k->spec.id = k->id;
    k->spec.name = "the box";
    k->spec.agent = "";
    k->spec.addresses = addresses;
    k->spec.naddresses = k->address[0] != '\0';
    ck_assert_msg(llmreg_host_restore(watch_room.registry, &k->spec, &k->state,
                                      &err) == LLMREG_OK,
                  "%s", err.text);
}

/* What a store would do. */
void watch_restart(void)
{
    const uint64_t last = llmreg_bus_last(watch_room.bus);
    static struct kept_hosts hosts;
    struct kept kept = {.count = 0};
    struct llmreg_error err;

    hosts.count = 0;
    llmreg_each_host(watch_room.registry, keep_host, &hosts);
    llmreg_each_alert(watch_room.registry, keep, &kept);
    stop();
    room_restart(&watch_room);
    llmreg_bus_raise(watch_room.bus, last);
    for (size_t i = 0; i < hosts.count; i++)
        restore_host(&hosts.hosts[i]);
    for (size_t i = 0; i < kept.count; i++) {
        ck_assert_int_eq(
            llmreg_alert_restore(watch_room.registry, kept.alerts[i], &err),
            LLMREG_OK);
        llmreg_alert_put(kept.alerts[i]);
    }
    start();
}

void watch_look(void)
{
    const struct llmreg_event *event;
    int rc = LLMREG_OK;

    while (rc != LLMREG_ENOENT) {
        rc = llmreg_subscription_next(events, &event);
        if (rc == LLMREG_EGAP)
            alerter_miss(watch_alerter);
        if (rc != LLMREG_OK)
            continue;
        alerter_take(watch_alerter, event, &watch_room.now);
        llmreg_event_put(event);
    }
}

void watch_pass(int64_t ms)
{
    room_pass(&watch_room, ms);
    (void)llmreg_tick(watch_room.registry, &watch_room.now);
    watch_look();
    (void)alerter_step(watch_alerter, &watch_room.now);
}

/* ---- alerts ---- */

enum llmreg_severity watch_raised(const char *id)
{
    const struct llmreg_alert *a = llmreg_alert_get(watch_room.registry, id);
    enum llmreg_severity severity =
        a != NULL ? a->s.severity : LLMREG_SEVERITY_OKAY;

    llmreg_alert_put(a);
    return severity;
}

const char *watch_message(const char *id)
{
    static char message[LLMREG_MESSAGE_SIZE];
    const struct llmreg_alert *a = llmreg_alert_get(watch_room.registry, id);

    snprintf(message, sizeof message, "%s", a != NULL ? a->message : "");
    llmreg_alert_put(a);
    return message;
}

const struct llmreg_alert *watch_alert(const char *id)
{
    const struct llmreg_alert *a = llmreg_alert_get(watch_room.registry, id);

    ck_assert_msg(a != NULL, "no alert %s", id);
    return a;
}

void watch_tell(const char *id)
{
    ck_assert_int_eq(
        llmreg_alert_told(watch_room.registry, id, watch_raised(id)),
        LLMREG_OK);
}

static bool count(void *ctx, const struct llmreg_alert *a)
{
    size_t *n = ctx;

    n[0]++;
    n[1] += a->s.severity != LLMREG_SEVERITY_OKAY;
    return true;
}

size_t watch_count(void)
{
    size_t n[2] = {0, 0};

    llmreg_each_alert(watch_room.registry, count, n);
    return n[0];
}

size_t watch_count_raised(void)
{
    size_t n[2] = {0, 0};

    llmreg_each_alert(watch_room.registry, count, n);
    return n[1];
}

/* ---- endpoints ---- */

static const char *number(const char *name, int i)
{
    static char text[64];

    snprintf(text, sizeof text, "%s%d", name, i);
    return text;
}

void watch_add_many(const char *name, int n)
{
    for (int i = 0; i < n; i++)
        room_add(&watch_room, number(name, i));
    watch_observe_many(name, n, LLMREG_REASON_OK);
}

void watch_observe_many(const char *name, int n, enum llmreg_reason reason)
{
    for (int i = 0; i < n; i++)
        room_observe(&watch_room, number(name, i), reason);
}

void watch_down(const char *name)
{
    room_observe(&watch_room, name, LLMREG_REASON_REFUSED);
    watch_pass(30000);
    room_observe(&watch_room, name, LLMREG_REASON_REFUSED);
    watch_look();
}
