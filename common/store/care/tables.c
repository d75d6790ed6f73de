/* SPDX-License-Identifier: MIT */
/* tables.c - one row a table; columns in the order of the table. */
#include "common/store/care/tables.h"

#include <string.h>

#define ROW(name, columns)                                                     \
    {                                                                          \
        name, "SELECT * FROM " name, "SELECT crc FROM " name,                  \
            "UPDATE " name " SET crc = row_crc('" name "', " columns ")"       \
    }

static const struct table_info tables[TABLES] = {
    [TABLE_META] = ROW("meta", "key, value"),
    [TABLE_ENDPOINT] =
        ROW("endpoint",
            "id, url, name, host, series, origin, kind, source, priority,"
            " interval_ms, admin, admin_until_ms, registered_ms,"
            " models_not_kept, models_rejected, owner, operator_name,"
            " operator_priority, operator_labels"),
    [TABLE_LABEL] = ROW("label", "endpoint, place, name, value"),
    [TABLE_OPERATOR_LABEL] =
        ROW("operator_label", "endpoint, place, name, value"),
    [TABLE_HEALTH] =
        ROW("health",
            "endpoint, state, reason, alarm, http_status, failures,"
            " successes, since_ms, failing_ms, checked_ms, ok_ms, total_us,"
            " connect_us, ttfb_us, prior, prior_since_ms, version, detail"),
    [TABLE_MODEL] =
        ROW("model",
            "endpoint, name, digest, family, parameter_size, quantization,"
            " size_bytes, context_max, context_effective, max_output_tokens,"
            " loaded_bytes, vram_bytes, expires_ms, loaded, vision, tools,"
            " json_mode, remote"),
    [TABLE_AGENT] = ROW(
        "agent", "id, type, name, role, domain, cluster, host, url, version,"
                 " source, interval_ms, registered_ms, capabilities, metadata"),
    [TABLE_PRESENCE] =
        ROW("presence", "agent, presence, health, since_ms, seen_ms,"
                        " latency_us, activity, peer, other"),
    [TABLE_HOST] = ROW("host", "id, name, agent, interval_ms, registered_ms"),
    [TABLE_ADDRESS] = ROW("address", "host, place, address"),
    [TABLE_REPORT] = ROW("report", "host, sample, since_ms, reported_ms"),
    [TABLE_SESSION] =
        ROW("session", "id, source, target, connection, reason, type, status,"
                       " weight, latency_us, bandwidth_bps, opened_ms,"
                       " active_ms, closed_ms"),
    [TABLE_ALERT] =
        ROW("alert",
            "id, rule, subject, name, message, state, previous, reason, host,"
            " series, url, severity, told, since_ms, fired_ms, cleared_ms,"
            " acknowledged_ms, acknowledged_by, note, times, seq"),
    [TABLE_TOKEN] =
        ROW("token", "id, digest, name, role, agent, host, origin, created_ms,"
                     " expires_ms, revoked_ms, used_ms, approved, uses,"
                     " uses_left"),
    [TABLE_AUDIT] = ROW("audit", "seq, time_ms, who, peer, what, subject,"
                                 " detail, status"),
    [TABLE_EVENT] =
        ROW("event", "seq, time_ms, type, subject, name, before, after,"
                     " reason, since_ms, before_ms, entity"),
    [TABLE_HEARTBEAT] = ROW("heartbeat", "time_ms, agent, presence, health,"
                                         " latency_us, activity, metrics"),
    [TABLE_COMPACTION] =
        ROW("compaction", "started_ms, ended_ms, trigger, status, reason,"
                          " bytes_before, bytes_after, longest_us"),
};

const struct table_info *table_info(enum table which)
{
    return &tables[which];
}

enum table table_find(const char *name)
{
    for (int i = 0; i < TABLES; i++)
        if (strcmp(tables[i].name, name) == 0)
            return (enum table)i;
    return TABLES;
}
