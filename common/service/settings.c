/* SPDX-License-Identifier: MIT */
/* settings.c - the table of the <Registry> options, and how blocks merge.
 *
 * A block is read whole before any of it counts.  Values that stand in
 * different blocks can only be compared with each other at the end.
 */
#include "common/service/settings.h"

#include <string.h>
#include <strings.h>

#include <llmreg/text.h>

#define OFF(field)  offsetof(struct settings_values, field)
#define SIZE(field) sizeof(((struct settings_values *)0)->field)

const struct llmreg_option settings_table[] = {
    {"DataDir", LLMREG_OPT_PATH, OFF(data_dir), SIZE(data_dir), 1,
     STORE_DIR_SIZE - 1, "/var/lib/collectd/llmreg",
     "directory of the store; made if its parent exists"},
    {"BackupDir", LLMREG_OPT_PATH, OFF(backups.dir), SIZE(backups.dir), 1,
     STORE_DIR_SIZE - 1, NULL,
     "directory of the backups, made if its parent exists; \"backups\" in "
     "DataDir if it is not given"},
    {"BackupInterval", LLMREG_OPT_SECONDS, OFF(backups.interval_ns), 0, 0,
     2678400, "86400",
     "seconds from the newest good backup to the next, at least 60; 0: only "
     "when somebody asks"},
    {"KeepBackups", LLMREG_OPT_INTEGER, OFF(backups.newest), 0, 1, 1000, "3",
     "newest backups that are kept"},
    {"KeepDaily", LLMREG_OPT_INTEGER, OFF(backups.daily), 0, 0, 366, "7",
     "days of which the newest backup is kept"},
    {"KeepWeekly", LLMREG_OPT_INTEGER, OFF(backups.weekly), 0, 0, 520, "4",
     "weeks of which the newest backup is kept"},
    {"CheckInterval", LLMREG_OPT_SECONDS, OFF(check_ns), 0, 0, 2678400, "86400",
     "seconds from one check of all that is in the store to the next, at least "
     "3600; 0: none"},
    {"CompactInterval", LLMREG_OPT_SECONDS, OFF(compact_ns), 0, 0, 2678400,
     "21600",
     "seconds between two looks whether the store has many free pages, at "
     "least 300; 0: only when somebody asks"},
    {"FlushInterval", LLMREG_OPT_SECONDS, OFF(flush_ns), 0, 0.1, 3600, "5",
     "seconds between two writes of what may be lost in a power cut"},
    {"KeepEvents", LLMREG_OPT_INTEGER, OFF(keep_events), 0, 0, 1000000, "10000",
     "newest events kept in the store"},
    {"KeepAudit", LLMREG_OPT_INTEGER, OFF(keep_audit), 0, 0, 10000000, "100000",
     "newest entries of the audit kept in the store"},
    {"KeepHeartbeats", LLMREG_OPT_INTEGER, OFF(keep_beats), 0, 0, 100000000,
     "1000000",
     "heartbeats of the last 24 hours kept in the store, over all agents"},
    {"BallastSize", LLMREG_OPT_INTEGER, OFF(ballast_mib), 0, 0, 1024, "16",
     "MiB of a file in DataDir that is given up when the disk is full; 0: "
     "none"},
    {"MaxEndpoints", LLMREG_OPT_INTEGER, OFF(max_endpoints), 0, 1, LLMREG_LIMIT,
     "50000", "endpoints that the registry has room for"},
    {"MaxAgents", LLMREG_OPT_INTEGER, OFF(max_agents), 0, 1, LLMREG_LIMIT,
     "100000", "agents that the registry has room for"},
    {"MaxHosts", LLMREG_OPT_INTEGER, OFF(max_hosts), 0, 1, LLMREG_LIMIT,
     "100000", "hosts that the registry has room for"},
    {"MaxSessions", LLMREG_OPT_INTEGER, OFF(max_sessions), 0, 1, LLMREG_LIMIT,
     "100000", "live sessions that the registry has room for"},
    {"LateAfter", LLMREG_OPT_NUMBER, OFF(late_after), 0, 1, 1000, "1.5",
     "heartbeat intervals of silence after which an agent is late"},
    {"StaleAfter", LLMREG_OPT_NUMBER, OFF(stale_after), 0, 1, 1000, "3",
     "the same for stale, at least LateAfter"},
    {"OfflineAfter", LLMREG_OPT_NUMBER, OFF(offline_after), 0, 1, 1000, "10",
     "the same for offline, at least StaleAfter and LateAfter + 1"},
    {"ReapAfter", LLMREG_OPT_SECONDS, OFF(reap_ns), 0, 60, 31536000, "86400",
     "seconds after which an agent that registered itself and is offline or "
     "stopped, and a host that nobody reports, are removed"},
    {"HostStaleAfter", LLMREG_OPT_SECONDS, OFF(host_stale_ns), 0, 1, 86400,
     "90", "seconds after which a host's resources are stale, and vanish"},
    {"MassGuardAbove", LLMREG_OPT_INTEGER, OFF(guard_above), 0, 1, LLMREG_LIMIT,
     "10",
     "more than so many must fall silent at once for the mass guard to hold "
     "single alerts"},
    {0},
};

/* ---- one block ---- */

static bool is_alert(const struct llmreg_item *item)
{
    return strcasecmp(item->key, "Alert") == 0;
}

static int read_block(const struct llmreg_item *block,
                      struct llmreg_settings *out, struct settings_alert *alert,
                      struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    for (size_t i = 0; i < block->nchildren && rc == LLMREG_OK; i++) {
        const struct llmreg_item *item = &block->children[i];
        rc = is_alert(item)
                 ? settings_alert_read(alert, item, out->where, err)
                 : llmreg_options_set(settings_table, out, item, err);
    }
    return rc;
}

static void add_where(struct settings *s, const char *where)
{
    char both[sizeof s->where + 2 + sizeof s->where];
    struct llmreg_text t;

    if (s->where[0] == '\0') {
        llmreg_copy_message(s->where, sizeof s->where, where);
        return;
    }
    llmreg_text_init(&t, both, sizeof both);
    llmreg_text_addf(&t, "%s or %.*s", s->where, (int)sizeof s->where - 1,
                     where);
    llmreg_copy_message(s->where, sizeof s->where, both);
}

static int merge(struct settings *s, const struct llmreg_item *block,
                 const char *where, struct llmreg_error *err)
{
    struct settings_values values = {.flush_ns = 0};
    struct settings_alert alert = {.rules = {{.given = 0}}};
    struct llmreg_settings to = {&s->values, s->given, s->where};
    struct llmreg_settings from = {&values, 0, where};
    int rc;

    if (block->nvalues != 0) {
        llmreg_error_set(err, "%s: the block takes no argument", where);
        return LLMREG_EINVAL;
    }
    rc = read_block(block, &from, &alert, err);
    if (rc == LLMREG_OK)
        rc = llmreg_options_merge(settings_table, &to, &from, err);
    if (rc == LLMREG_OK)
        rc = settings_alert_merge(&s->alert, s->where, &alert, where, err);
    if (rc != LLMREG_OK)
        return rc;
    s->given = to.given;
    add_where(s, where);
    return rc;
}

int settings_add(struct settings *s, const struct llmreg_item *block,
                 const char *where, struct llmreg_error *err)
{
    struct llmreg_error why = {{0}};
    int rc = merge(s, block, where, &why);

    if (rc == LLMREG_OK)
        return rc;
    if (s->mistake == LLMREG_OK) {
        s->mistake = rc;
        s->text = why;
    }
    llmreg_error_set(err, "%s", why.text);
    return rc;
}

/* ---- all of them ---- */

/* Phases are spread over an interval: when the first agent of a fleet that fell
 * silent at once is offline, the last one must be late, for the mass guard to
 * count it. */
static int check_ladder(const struct settings_values *v,
                        struct llmreg_error *err)
{
    if (v->stale_after < v->late_after || v->offline_after < v->stale_after) {
        llmreg_error_set(err,
                         "LateAfter %.15g, StaleAfter %.15g, OfflineAfter "
                         "%.15g: each must be at least the one before",
                         v->late_after, v->stale_after, v->offline_after);
        return LLMREG_EINVAL;
    }
    if (v->offline_after >= v->late_after + 1)
        return LLMREG_OK;
    llmreg_error_set(err,
                     "LateAfter %.15g, OfflineAfter %.15g: there must be an "
                     "interval between them, or the first agents are offline "
                     "before it shows that all are silent",
                     v->late_after, v->offline_after);
    return LLMREG_EINVAL;
}

/* A row of the table has one range, and 0 is not in this one. */
static int check_interval(const char *name, int64_t ns, int64_t least,
                          struct llmreg_error *err)
{
    if (ns == 0 || ns >= least * LLMREG_NS_PER_S)
        return LLMREG_OK;
    llmreg_error_set(err, "%s %.15g: must be 0, or %lld at least", name,
                     (double)ns / LLMREG_NS_PER_S, (long long)least);
    return LLMREG_EINVAL;
}

static int check_intervals(const struct settings_values *v,
                           struct llmreg_error *err)
{
    int rc = check_interval("BackupInterval", v->backups.interval_ns, 60, err);

    if (rc == LLMREG_OK)
        rc = check_interval("CheckInterval", v->check_ns, 3600, err);
    if (rc == LLMREG_OK)
        rc = check_interval("CompactInterval", v->compact_ns, 300, err);
    return rc;
}

static int put_together(const struct settings *s, struct settings_values *out,
                        struct llmreg_error *err)
{
    struct settings_values given = s->values;
    struct llmreg_settings to = {out, 0, ""};
    const struct llmreg_settings from = {&given, s->given, ""};
    int rc = llmreg_options_preset(settings_table, out);

    if (rc == LLMREG_OK)
        rc = llmreg_options_merge(settings_table, &to, &from, err);
    if (rc == LLMREG_OK)
        rc = check_ladder(out, err);
    if (rc == LLMREG_OK)
        rc = check_intervals(out, err);
    if (rc == LLMREG_OK)
        rc = settings_alert_get(&s->alert, out->rules, err);
    return rc;
}

int settings_get(const struct settings *s, struct settings_values *out,
                 struct llmreg_error *err)
{
    struct settings_values values = {.flush_ns = 0};

    if (s->mistake != LLMREG_OK) {
        llmreg_error_set(err, "%s", s->text.text);
        return LLMREG_EINVAL;
    }
    int rc = put_together(s, &values, err);
    if (rc == LLMREG_OK)
        *out = values;
    return rc;
}

struct llmreg_registry_conf
settings_registry(const struct settings_values *values)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    conf.endpoints = (size_t)values->max_endpoints;
    conf.agents = (size_t)values->max_agents;
    conf.hosts = (size_t)values->max_hosts;
    conf.sessions = (size_t)values->max_sessions;
    conf.presence.late = values->late_after;
    conf.presence.stale = values->stale_after;
    conf.presence.offline = values->offline_after;
    conf.presence.reap_ns = values->reap_ns;
    conf.host_reap_ns = values->reap_ns;
    conf.stale_ns = values->host_stale_ns;
    return conf;
}
