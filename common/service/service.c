/* SPDX-License-Identifier: MIT */
/* service.c - the order of starting and stopping, in one table.
 *
 * Here is the only state that the library keeps for the whole process: the
 * settings so far and the instance, with the number of those attached to it.
 */
#include <llmreg/service.h>

#include <stdlib.h>
#include <string.h>

#include "common/service/notifier.h"
#include "common/service/settings.h"
#include "common/service/timer.h"

/* Events kept for slow subscribers; a burst of registrations fits. */
#define RING     16384
#define RETRY_NS (5 * LLMREG_NS_PER_S)

struct llmreg_service {
    struct settings_values settings;
    struct llmreg_registry_conf limits;
    struct llmreg_program program;
    unsigned users;
    size_t stages;        /* that are started */
    uint64_t first_event; /* numbers up to this one are from before */
    struct llmreg_bus *bus;
    struct llmreg_registry *registry;
    struct store_world world;
    struct store *store;
    struct timer *timer;
    struct notifier *notifier;
};

static struct {
    struct settings settings;
    struct llmreg_service *instance; /* NULL while nobody is attached */
} shared;

/* ---- configuration ---- */

int llmreg_service_configure(const struct llmreg_item *block, const char *where,
                             struct llmreg_error *err)
{
    return settings_add(&shared.settings, block, where, err);
}

const struct llmreg_option *llmreg_service_options(void)
{
    return settings_table;
}

const struct llmreg_option *llmreg_service_alert_options(void)
{
    return settings_alert_table;
}

void llmreg_service_reset(void)
{
    memset(&shared.settings, 0, sizeof shared.settings);
}

/* ---- stages ---- */

static int start_bus(struct llmreg_service *s, struct llmreg_error *err)
{
    int rc = llmreg_bus_new(&s->bus, RING, 1);

    if (rc != LLMREG_OK)
        llmreg_error_set(err, "bus: %s", llmreg_status_text(rc));
    else
        s->first_event = llmreg_bus_last(s->bus);
    return rc;
}

static void stop_bus(struct llmreg_service *s)
{
    llmreg_bus_free(s->bus);
}

static int start_registry(struct llmreg_service *s, struct llmreg_error *err)
{
    s->limits = settings_registry(&s->settings);
    int rc = llmreg_registry_new(&s->registry, &s->limits, s->bus,
                                 &llmreg_clock_system);

    if (rc != LLMREG_OK)
        llmreg_error_set(err, "registry: %s", llmreg_status_text(rc));
    s->world = (struct store_world){
        .registry = s->registry,
        .bus = s->bus,
        .clock = &llmreg_clock_system,
        .log = &s->program.log,
    };
    return rc;
}

static void stop_registry(struct llmreg_service *s)
{
    llmreg_registry_free(s->registry);
}

static int start_store(struct llmreg_service *s, struct llmreg_error *err)
{
    struct store_config config = {
        .flush_ns = s->settings.flush_ns,
        .retry_ns = RETRY_NS,
        .keep_events = s->settings.keep_events,
        .keep_audit = s->settings.keep_audit,
        .keep_beats = s->settings.keep_beats,
        .compact_ns = s->settings.compact_ns,
        .check_ns = s->settings.check_ns,
        .ballast = s->settings.ballast_mib << 20,
        .backups = s->settings.backups,
    };

    memcpy(config.dir, s->settings.data_dir, sizeof config.dir);
    return store_open(&s->store, &config, &s->world, err);
}

static void stop_store(struct llmreg_service *s)
{
    store_close(s->store);
}

static int start_timer(struct llmreg_service *s, struct llmreg_error *err)
{
    const struct alerter_conf alerts = {.rules = s->settings.rules,
                                        .limits = &s->limits,
                                        .store = store_standing(s->store),
                                        .care = store_care(s->store),
                                        .guard_above =
                                            (size_t)s->settings.guard_above};
    int rc = timer_new(&s->timer, &s->world, &alerts, s->first_event);

    if (rc == LLMREG_OK)
        rc = timer_start(s->timer);
    if (rc == LLMREG_OK)
        return rc;
    timer_free(s->timer);
    llmreg_error_set(err, "timer: %s", llmreg_status_text(rc));
    return rc;
}

static void stop_timer(struct llmreg_service *s)
{
    timer_free(s->timer);
}

static int start_notifier(struct llmreg_service *s, struct llmreg_error *err)
{
    int rc = notifier_new(&s->notifier, &s->world, &s->program);

    if (rc == LLMREG_OK)
        rc = notifier_start(s->notifier);
    if (rc == LLMREG_OK)
        return rc;
    notifier_free(s->notifier);
    llmreg_error_set(err, "notifier: %s", llmreg_status_text(rc));
    return rc;
}

static void stop_notifier(struct llmreg_service *s)
{
    notifier_free(s->notifier);
}

/* Started downwards, stopped upwards. */
static const struct {
    int (*start)(struct llmreg_service *s, struct llmreg_error *err);
    void (*stop)(struct llmreg_service *s);
} stages[] = {
    {start_bus, stop_bus},           /* the registry publishes on it */
    {start_registry, stop_registry}, /* empty */
    {start_store, stop_store},       /* fills it; must see the last change */
    {start_timer, stop_timer},       /* needs what was filled in */
    {start_notifier, stop_notifier}, /* tells nothing once we are leaving */
};

static void stop_all(struct llmreg_service *s)
{
    while (s->stages > 0)
        stages[--s->stages].stop(s);
    free(s);
}

static int start_all(struct llmreg_service *s, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    while (s->stages < sizeof stages / sizeof stages[0]) {
        rc = stages[s->stages].start(s, err);
        if (rc != LLMREG_OK)
            return rc;
        s->stages++;
    }
    return rc;
}

/* ---- attaching ---- */

static int start(const struct llmreg_program *program, struct llmreg_error *err)
{
    struct llmreg_service *s = calloc(1, sizeof *s);
    int rc = LLMREG_ENOMEM;

    if (s == NULL)
        return rc;
    s->program = *program;
    rc = settings_get(&shared.settings, &s->settings, err);
    if (rc == LLMREG_OK)
        rc = start_all(s, err);
    if (rc != LLMREG_OK) {
        stop_all(s);
        return rc;
    }
    shared.instance = s;
    return LLMREG_OK;
}

int llmreg_service_attach(const struct llmreg_program *program,
                          struct llmreg_service **out, struct llmreg_error *err)
{
    struct settings_values unused;
    int rc = settings_get(&shared.settings, &unused, err);

    if (rc == LLMREG_OK && shared.instance == NULL)
        rc = start(program, err);
    if (rc != LLMREG_OK)
        return rc;
    shared.instance->users++;
    *out = shared.instance;
    return LLMREG_OK;
}

void llmreg_service_detach(struct llmreg_service *s)
{
    if (s == NULL || --s->users > 0)
        return;
    shared.instance = NULL;
    stop_all(s);
}

/* ---- what it gives ---- */

struct llmreg_registry *llmreg_service_registry(struct llmreg_service *s)
{
    return s->registry;
}

struct llmreg_bus *llmreg_service_bus(struct llmreg_service *s)
{
    return s->bus;
}

const struct llmreg_clock *llmreg_service_clock(struct llmreg_service *s)
{
    (void)s;
    return &llmreg_clock_system;
}

const struct llmreg_log *llmreg_service_log(struct llmreg_service *s)
{
    return &s->program.log;
}

void llmreg_service_rules(const struct llmreg_service *s,
                          struct llmreg_rule_conf out[static LLMREG_RULES])
{
    memcpy(out, s->settings.rules, sizeof s->settings.rules);
}

int llmreg_service_sync(struct llmreg_service *s, int64_t timeout_ms)
{
    return store_sync(s->store, timeout_ms);
}

/* ---- what is on disk ---- */

uint64_t llmreg_service_durable(struct llmreg_service *s)
{
    return durable_on_disk(store_durable(s->store));
}

bool llmreg_service_store_works(struct llmreg_service *s)
{
    return durable_works(store_durable(s->store));
}

void llmreg_service_standing(struct llmreg_service *s,
                             struct llmreg_standing *out)
{
    struct standing_word word;

    standing_get(store_standing(s->store), &word);
    *out = (struct llmreg_standing){.works = llmreg_service_store_works(s),
                                    .status = word.status,
                                    .since_ms = word.since_ms,
                                    .what = word.what};
}

void llmreg_service_want(struct llmreg_service *s, uint64_t seq)
{
    store_want(s->store, seq);
}

int llmreg_service_backup(struct llmreg_service *s,
                          char out[static LLMREG_BACKUP_ID_SIZE])
{
    return store_backup(s->store, out);
}

struct llmreg_backups *llmreg_service_backups(struct llmreg_service *s)
{
    return store_backups(s->store);
}

void llmreg_service_backup_work(struct llmreg_service *s,
                                struct llmreg_backup_work *out)
{
    store_backup_work(s->store, out);
}

int llmreg_service_restore(struct llmreg_service *s,
                           const struct llmreg_restore_wish *wish)
{
    return store_restore(s->store, wish);
}

void llmreg_service_restore_look(struct llmreg_service *s,
                                 struct llmreg_restore *out,
                                 struct llmreg_difference **difference)
{
    store_restore_look(s->store, out, difference);
}

void llmreg_service_store_health(struct llmreg_service *s,
                                 struct llmreg_store_health *out)
{
    store_health(s->store, out);
}

int llmreg_service_compact(struct llmreg_service *s)
{
    return store_compact(s->store);
}

_Static_assert(LLMREG_DURABLE_WATCHES_MAX == DURABLE_WATCHES,
               "service.h promises as many");

int llmreg_durable_watch_new(struct llmreg_service *s,
                             struct llmreg_durable_watch **out)
{
    return durable_watch(store_durable(s->store), out);
}

void llmreg_durable_watch_free(struct llmreg_durable_watch *w)
{
    if (w != NULL)
        durable_unwatch(w);
}

int llmreg_durable_watch_fd(const struct llmreg_durable_watch *w)
{
    return w->fd;
}

uint64_t llmreg_durable_watch_read(struct llmreg_durable_watch *w, bool *works)
{
    return durable_read(w, works);
}
