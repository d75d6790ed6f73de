/* SPDX-License-Identifier: MIT */
/* submit.c - one metric as a value list.
 *
 * collectd cuts long names and turns '/' into '_' without a word, so that two
 * series become one.  The names that come here were made short and clean by
 * the registry; this is the last look before they become file names. */
#include "plugins/host/host.h"

#include <math.h>
#include <string.h>

#include <collectd.h>
#include <plugin.h>

/* It sizes value_list_t: another length is another ABI. */
_Static_assert(DATA_MAX_NAME_LEN == 128, "collectd with other names");
_Static_assert(LLMREG_SERIES_SIZE <= DATA_MAX_NAME_LEN, "names are cut");

/* Copies a part of an identifier; false if collectd would change it. */
static bool put_part(char field[static DATA_MAX_NAME_LEN], const char *part)
{
    size_t len = strlen(part);

    if (len >= DATA_MAX_NAME_LEN)
        return false;
    for (size_t i = 0; i < len; i++)
        if (part[i] == '/' || (unsigned char)part[i] < ' ' || part[i] == 127)
            return false;
    memcpy(field, part, len + 1);
    return true;
}

static bool put_names(value_list_t *vl, const char *plugin,
                      const struct llmreg_metric *m)
{
    return put_part(vl->host, m->host == NULL ? "" : m->host) &&
           put_part(vl->plugin, plugin) &&
           put_part(vl->plugin_instance, m->plugin_instance) &&
           put_part(vl->type, m->type) &&
           put_part(vl->type_instance, m->type_instance) && vl->type[0] != '\0';
}

#define VALUES_MAX                                                             \
    (sizeof((struct llmreg_metric *)0)->more / sizeof(double) + 1)

/* The values of a metric, and how many; 0: no database can store them.  One
 * of several may be unknown. */
static size_t put_values(value_t values[static VALUES_MAX],
                         const struct llmreg_metric *m)
{
    if (!isfinite(m->value) || m->nmore >= VALUES_MAX)
        return 0;
    if (m->derive)
        values[0].derive = (derive_t)m->value;
    else
        values[0].gauge = m->value;
    for (size_t i = 0; i < m->nmore; i++) {
        if (isinf(m->more[i]))
            return 0;
        values[i + 1].gauge = m->more[i];
    }
    return m->nmore + 1;
}

void host_submit(void *ctx, const struct llmreg_metric *metric)
{
    struct host_pass *pass = ctx;
    value_t values[VALUES_MAX];
    value_list_t vl = VALUE_LIST_INIT;
    int64_t interval_ms = metric->interval_ms;

    if (interval_ms == 0)
        interval_ms = pass->interval_ms;
    vl.values = values;
    vl.values_len = put_values(values, metric);
    vl.time = MS_TO_CDTIME_T(pass->wall_ms);
    vl.interval = MS_TO_CDTIME_T(interval_ms);
    if (vl.values_len == 0 || !put_names(&vl, pass->plugin, metric)) {
        pass->refused++;
        return;
    }
    plugin_dispatch_values(&vl);
    pass->submitted++;
}
