/* SPDX-License-Identifier: MIT */
/* fake_collectd.h - the daemon as far as our plugins use it: it keeps what
 * they register and dispatch, and calls them when a test says so.
 *
 * Threads: dispatches may come from any thread; the rest is for the test's.
 */
#ifndef LLMREG_FAKE_COLLECTD_H
#define LLMREG_FAKE_COLLECTD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Calls the config callback with a block as collectd.conf writes it, without
 * the line <Plugin ...> itself: one option a line, "quoted" or bare values,
 * nested <Block "name"> ... </Block>.  The callback's status. */
int fake_config(const char *plugin, const char *text);
int fake_init(const char *plugin);
int fake_shutdown(const char *plugin);
/* 0 if it is registered; its status is in *status. */
bool fake_read(const char *plugin, int *status);
/* A value arrives, as from another plugin or another host: the write callback
 * gets it, with a data set of as many sources as it has values, all of type
 * ds_type (DS_TYPE_GAUGE...).  False: none is registered. */
struct fake_arrival {
    const char *host, *plugin, *plugin_instance, *type, *type_instance;
    int ds_type;
    const double *values;
    size_t nvalues;
    double time, interval; /* seconds */
};
bool fake_write(const struct fake_arrival *a, int *status);

/* The interval it was registered with, in seconds; 0: it is not. */
double fake_read_interval(const char *plugin);

/* How many lines of the log have text in them (all: ""), by level letter
 * E, W, N, I. */
size_t fake_log_count(char level, const char *text);
/* The last one, or "". */
const char *fake_log_last(char level);

struct fake_value {
    char host[128], plugin[128], plugin_instance[128];
    char type[128], type_instance[128];
    double value;   /* the first one, if its type is GAUGE */
    int64_t derive; /* the first one, if its type is DERIVE */
    double more[2]; /* the others */
    size_t nmore;
    double time, interval; /* seconds */
};
size_t fake_value_count(void);
/* The last one whose type, "-" and type instance are name, of that plugin
 * instance; false: none. */
bool fake_value_find(const char *plugin_instance, const char *name,
                     struct fake_value *out);

struct fake_notification {
    int severity;
    char host[128], plugin[128], plugin_instance[128];
    char type[128], type_instance[128], message[256];
    char meta[2048]; /* name=value, a line each */
};
size_t fake_notification_count(void);
bool fake_notification_at(size_t n, struct fake_notification *out);

/* Forgets everything, also the registrations. */
void fake_reset(void);

#endif
