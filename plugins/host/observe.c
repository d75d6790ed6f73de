/* SPDX-License-Identifier: MIT */
/* observe.c - a value list as a value that knows no collectd.
 *
 * It runs for every value that passes through collectd, and nearly all are not
 * observed: so it asks before it copies anything. */
#include "plugins/host/host.h"

#include <collectd.h>
#include <plugin.h>

static const enum observe_kind kinds[] = {
    [DS_TYPE_COUNTER] = OBSERVE_COUNTER,
    [DS_TYPE_GAUGE] = OBSERVE_GAUGE,
    [DS_TYPE_DERIVE] = OBSERVE_DERIVE,
    [DS_TYPE_ABSOLUTE] = OBSERVE_ABSOLUTE,
};

static double number(value_t value, enum observe_kind kind)
{
    switch (kind) {
    case OBSERVE_COUNTER:
        return (double)value.counter;
    case OBSERVE_DERIVE:
        return (double)value.derive;
    case OBSERVE_ABSOLUTE:
        return (double)value.absolute;
    default:
        return value.gauge;
    }
}

/* False: of no kind that types.db knows. */
static bool put_value(struct observe_value *out, size_t i, int type,
                      value_t value)
{
    if (type < 0 || (size_t)type >= sizeof kinds / sizeof kinds[0])
        return false;
    out->kinds[i] = kinds[type];
    out->values[i] = number(value, kinds[type]);
    return true;
}

int host_observe(const struct data_set_s *ds, const struct value_list_s *vl,
                 struct user_data_s *user)
{
    const struct host_observer *o = user->data;
    struct observe_value v = {
        .host = vl->host,
        .plugin = vl->plugin,
        .plugin_instance = vl->plugin_instance,
        .type = vl->type,
        .type_instance = vl->type_instance,
        .nvalues = vl->values_len,
        .time_ms = (int64_t)CDTIME_T_TO_MS(vl->time),
        .interval_ms = (int64_t)CDTIME_T_TO_MS(vl->interval),
    };

    if (!o->wants(o->ctx, vl->plugin) || ds->ds_num != vl->values_len)
        return 0;
    for (size_t i = 0; i < v.nvalues && i < OBSERVE_VALUES_MAX; i++)
        if (!put_value(&v, i, ds->ds[i].type, vl->values[i]))
            return 0;
    o->take(o->ctx, &v);
    return 0;
}
