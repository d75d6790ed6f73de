/* SPDX-License-Identifier: MIT */
/* race_alerts.c - a mistake with the published value of an alert. */
#include <llmreg/alerts.h>

#include "common/registry/table.h"
#include "tests/stress/race.h"

#define ID "model_lost/m"

static struct llmreg_registry *r;
static const struct llmreg_alert alert = {
    .id = ID, .s = {.severity = LLMREG_SEVERITY_WARNING}};

static void open_alert(void)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);

    r = race_registry();
    race_must(llmreg_alert_set(r, &alert, LLMREG_ALERT_NOTHING, &now, NULL) ==
              LLMREG_OK);
}

static void close_alert(void)
{
    race_registry_free(r);
}

static void read_alert(void)
{
    const struct llmreg_alert *a = llmreg_alert_get(r, ID);

    race_sink += a->s.severity;
    llmreg_alert_put(a);
}

static void write_alert(bool wrong)
{
    llmreg_lock(&r->alerts.lock);
    struct alert_item *item = alerts_find_locked(&r->alerts, ID);
    struct alert_part *old = item->value;
    struct alert_part *new = alert_part_new(&old->alert);
    race_must(new != NULL);
    rcu_publish(&item->value, new);
    llmreg_unlock(&r->alerts.lock);
    if (wrong)
        part_put(&old->part);
    else
        part_retire(&old->part);
}

const struct race races_of_alerts[] = {
    {"alert", open_alert, read_alert, write_alert, close_alert},
    {NULL, NULL, NULL, NULL, NULL},
};
