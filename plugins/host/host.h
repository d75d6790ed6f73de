/* SPDX-License-Identifier: MIT */
/* host.h - the narrow waist to collectd: all that our plugins ask of it.
 *
 * Log lines, notifications, values and the configuration tree pass through
 * here and are checked here: what would become a wrong file name, a cut name
 * or a value that no database can store is refused, never repaired.
 *
 * Threads:   host_log's sink, host_notify, host_submit and host_observe may be
 *            called from any thread; host_items_* belong to configuration.
 * Blocking:  host_notify as long as the notification plugins do; the others
 *            as long as collectd holds a queue's lock.
 * Ownership: plugin names are static strings; host_items_new gives a deep
 *            copy that host_items_free frees.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <llmreg/metrics.h>
#include <llmreg/options.h>
#include <llmreg/service.h>

#include "plugins/host/value.h"

/* The program around a plugin called plugin: collectd. */
struct llmreg_program host_make(const char *plugin);

/* Severity and fields become a notification_t, meta becomes typed meta data.
 * ctx is the plugin's name. */
void host_notify(void *ctx, const struct llmreg_notification *n);

/* One pass of submitting values: where they come from and when. */
struct host_pass {
    const char *plugin;
    int64_t wall_ms;     /* vl.time of all values of the pass */
    int64_t interval_ms; /* vl.interval of a metric that says none */
    size_t submitted;
    size_t refused; /* not finite, or a name that collectd would change */
};

/* An llmreg_emit_fn; ctx is a struct host_pass. */
void host_submit(void *ctx, const struct llmreg_metric *metric);

struct data_set_s;
struct value_list_s;
struct user_data_s;

/* A write callback of collectd's; its user data is a struct host_observer.
 * Always 0: what we do not take is no failure of the value. */
int host_observe(const struct data_set_s *ds, const struct value_list_s *vl,
                 struct user_data_s *user);

struct oconfig_item_s;

/* A deep copy of collectd's configuration item: it outlives the callback
 * that was lent the original.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int host_items_new(struct llmreg_item **out,
                                    const struct oconfig_item_s *ci);
void host_items_free(struct llmreg_item *items);

#endif
