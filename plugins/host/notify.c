/* SPDX-License-Identifier: MIT */
/* notify.c - one of our notifications as collectd's.
 *
 * The text is for people; the same facts go along as meta data, for scripts.
 * A name that does not fit its field would be cut by collectd and mean some
 * other thing: such a notification is still sent, because an alarm that is
 * lost is worse, but the field is left empty and the text tells the name. */
#include "plugins/host/host.h"

#include <stdio.h>
#include <string.h>

#include <collectd.h>
#include <plugin.h>

#include <globals.h>

static const int severities[] = {
    [LLMREG_SEVERITY_OKAY] = NOTIF_OKAY,
    [LLMREG_SEVERITY_WARNING] = NOTIF_WARNING,
    [LLMREG_SEVERITY_FAILURE] = NOTIF_FAILURE,
};

static void put_name(char field[static DATA_MAX_NAME_LEN], const char *name)
{
    size_t len = name == NULL ? 0 : strlen(name);

    if (len < DATA_MAX_NAME_LEN && len > 0)
        memcpy(field, name, len + 1);
}

void host_notify(void *ctx, const struct llmreg_notification *n)
{
    notification_t out = {.severity = severities[n->severity],
                          .time = MS_TO_CDTIME_T(n->time_ms)};

    put_name(out.host, n->host != NULL ? n->host : hostname_g);
    put_name(out.plugin, ctx);
    put_name(out.plugin_instance, n->plugin_instance);
    put_name(out.type, n->type);
    put_name(out.type_instance, n->type_instance);
    snprintf(out.message, sizeof out.message, "%s", n->message);
    for (size_t i = 0; i < n->nmeta; i++)
        plugin_notification_meta_add_string(&out, n->meta[i].name,
                                            n->meta[i].value);
    plugin_dispatch_notification(&out);
    plugin_notification_meta_free(out.meta);
}
