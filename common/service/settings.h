/* SPDX-License-Identifier: MIT */
/* settings.h - what <Registry> blocks say, put together.
 *
 * Any number of blocks may say something; they are merged option by option.
 * The first mistake is remembered, and the settings stay unusable with its
 * text.
 *
 * Threads:   one at a time.
 * Blocking:  never.
 * Ownership: a struct settings is the caller's; all zero is none yet.
 */
#ifndef LLMREG_SERVICE_SETTINGS_H
#define LLMREG_SERVICE_SETTINGS_H

#include <llmreg/options.h>

#include "common/service/settings_alert.h"
#include "common/store/store.h"

struct settings_values {
    char data_dir[STORE_DIR_SIZE];
    struct store_backups backups;
    int64_t flush_ns;
    int64_t keep_events;
    int64_t keep_audit;
    int64_t keep_beats;
    int64_t compact_ns, check_ns;
    int64_t ballast_mib;
    int64_t max_endpoints, max_agents, max_hosts, max_sessions;
    double late_after, stale_after, offline_after; /* intervals */
    int64_t reap_ns;
    int64_t host_stale_ns;
    int64_t guard_above;
    struct llmreg_rule_conf rules[LLMREG_RULES]; /* by enum llmreg_rule_id */
};

struct settings {
    struct settings_values values;
    llmreg_given given;
    struct settings_alert alert;
    char where[256]; /* the blocks so far */
    int mistake;     /* LLMREG_OK, or the status of the first one */
    struct llmreg_error text;
};

extern const struct llmreg_option settings_table[];

/* Merges one block.  The status of this block's mistake, with err. */
int settings_add(struct settings *s, const struct llmreg_item *block,
                 const char *where, struct llmreg_error *err);
/* The values, with the defaults for what was not given.  LLMREG_EINVAL with
 * err if there was a mistake, or values that do not go together. */
LLMREG_MUSTCHECK int settings_get(const struct settings *s,
                                  struct settings_values *out,
                                  struct llmreg_error *err);
/* What of them is the registry's. */
struct llmreg_registry_conf
settings_registry(const struct settings_values *values);

#endif
