/* SPDX-License-Identifier: MIT */
/* value.h - what collectd's plugins measured, for those who know no collectd.
 *
 * Every value that passes through this collectd, of its own plugins and of
 * others by the network, comes to the write callback; host_observe (host.h)
 * makes one of these of it for whoever wants that plugin's.
 *
 * Threads:   collectd's write threads, several at once.
 * Blocking:  as an observer does.
 * Ownership: strings are lent for the length of the call.
 */
#ifndef HOST_VALUE_H
#define HOST_VALUE_H

#include <llmreg/status.h>

/* The types of data sources in types.db. */
enum observe_kind {
    OBSERVE_GAUGE,
    OBSERVE_DERIVE,
    OBSERVE_COUNTER,
    OBSERVE_ABSOLUTE
};

#define OBSERVE_VALUES_MAX 3 /* load has three */

struct observe_value {
    const char *host, *plugin, *plugin_instance, *type, *type_instance;
    size_t nvalues;                    /* of the type; the first of them are: */
    double values[OBSERVE_VALUES_MAX]; /* NAN is unknown */
    enum observe_kind kinds[OBSERVE_VALUES_MAX];
    int64_t time_ms; /* the sender's clock, since 1970 */
    int64_t interval_ms;
};

struct host_observer {
    /* Asked first; true: take is called with this value. */
    bool (*wants)(void *ctx, const char *plugin);
    void (*take)(void *ctx, const struct observe_value *v);
    void *ctx;
};

#endif
