/* SPDX-License-Identifier: MIT */
/* statements.c - all SQL that carries data, as one table.
 *
 * Values are always bound.  The order of the columns is the order in which
 * the files in rows/ bind them and read them; of a row that is put, it is the
 * order of the table, with crc at the end.
 */
#include <llmreg/audit.h>
#include <llmreg/store_health.h>

#include "common/store/database.h"

#define MODEL_COLUMNS                                                          \
    "name, digest, family, parameter_size, quantization, size_bytes,"          \
    " context_max, context_effective, max_output_tokens, loaded_bytes,"        \
    " vram_bytes, expires_ms, loaded, vision, tools, json_mode, remote"

#define AGENT_COLUMNS                                                          \
    "id, type, name, role, domain, cluster, host, url, version, source,"       \
    " interval_ms, registered_ms, capabilities, metadata"
#define PRESENCE_COLUMNS                                                       \
    "presence, health, since_ms, seen_ms, latency_us, activity, peer, other"
#define HOST_COLUMNS   "id, name, agent, interval_ms, registered_ms"
#define REPORT_COLUMNS "sample, since_ms, reported_ms"
#define SESSION_COLUMNS                                                        \
    "id, source, target, connection, reason, type, status, weight,"            \
    " latency_us, bandwidth_bps, opened_ms, active_ms, closed_ms"
#define ALERT_COLUMNS                                                          \
    "id, rule, subject, name, message, state, previous, reason, host, series," \
    " url, severity, told, since_ms, fired_ms, cleared_ms, acknowledged_ms,"   \
    " acknowledged_by, note, times, seq"

#define TOKEN_COLUMNS                                                          \
    "id, digest, name, role, agent, host, origin, created_ms, expires_ms,"     \
    " revoked_ms, used_ms, approved, uses, uses_left"
#define AUDIT_COLUMNS "seq, time_ms, who, peer, what, subject, detail, status"

#define COMPACTION_COLUMNS                                                     \
    "started_ms, ended_ms, trigger, status, reason, bytes_before,"             \
    " bytes_after, longest_us"

/* A number as it stands in SQL. */
#define DIGITS(n)  DIGITS_(n)
#define DIGITS_(n) #n

static const char *const sql[DB_STATEMENTS] = {
    [DB_BEGIN] = "BEGIN IMMEDIATE",
    [DB_COMMIT] = "COMMIT",

    [DB_META_GET] = "SELECT value FROM meta WHERE key = ?1",
    [DB_META_PUT] = "INSERT OR REPLACE INTO meta (key, value, crc)"
                    " VALUES (?1, ?2, ?3)",

    /* An upsert and not a replace: that would delete the children. */
    [DB_ENDPOINT_PUT] =
        "INSERT INTO endpoint (id, url, name, host, series, origin, kind,"
        " source, priority, interval_ms, admin, admin_until_ms,"
        " registered_ms, models_not_kept, models_rejected, owner,"
        " operator_name, operator_priority, operator_labels, crc)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
        " ON CONFLICT (id) DO UPDATE SET url = ?2, name = ?3, host = ?4,"
        " series = ?5, origin = ?6, kind = ?7, source = ?8, priority = ?9,"
        " interval_ms = ?10, admin = ?11, admin_until_ms = ?12,"
        " registered_ms = ?13, models_not_kept = ?14, models_rejected = ?15,"
        " owner = ?16, operator_name = ?17, operator_priority = ?18,"
        " operator_labels = ?19, crc = ?20",
    [DB_ENDPOINT_DELETE] = "DELETE FROM endpoint WHERE id = ?1",
    [DB_ENDPOINT_IDS] = "SELECT id FROM endpoint",
    [DB_ENDPOINT_LIST] =
        "SELECT e.id, e.url, e.name, e.host, e.series, e.origin, e.owner,"
        " e.kind, e.source, e.priority, e.interval_ms, e.admin, "
        "e.admin_until_ms,"
        " e.registered_ms, e.operator_name, e.operator_priority,"
        " e.operator_labels, e.models_not_kept, e.models_rejected,"
        " h.state, h.reason, h.alarm, h.http_status, h.failures,"
        " h.successes, h.since_ms, h.failing_ms, h.checked_ms, h.ok_ms,"
        " h.total_us, h.connect_us, h.ttfb_us, h.prior, h.prior_since_ms,"
        " h.version, h.detail"
        " FROM endpoint AS e LEFT JOIN health AS h ON h.endpoint = e.id",

    [DB_LABEL_PUT] = "INSERT INTO label (endpoint, place, name, value, crc)"
                     " VALUES (?1, ?2, ?3, ?4, ?5)",
    [DB_LABEL_DELETE] = "DELETE FROM label WHERE endpoint = ?1",
    [DB_LABEL_LIST] =
        "SELECT name, value FROM label WHERE endpoint = ?1 ORDER BY place",

    [DB_OPERATOR_LABEL_PUT] =
        "INSERT INTO operator_label (endpoint, place, name, value, crc)"
        " VALUES (?1, ?2, ?3, ?4, ?5)",
    [DB_OPERATOR_LABEL_DELETE] =
        "DELETE FROM operator_label WHERE endpoint = ?1",
    [DB_OPERATOR_LABEL_LIST] = "SELECT name, value FROM operator_label"
                               " WHERE endpoint = ?1 ORDER BY place",

    /* Probes are seen in the registry, so that one may be ahead of the event
     * that brings its endpoint into the file, and its health with it. */
    [DB_HEALTH_PUT] =
        "INSERT OR REPLACE INTO health (endpoint, state, reason, alarm,"
        " http_status, failures, successes, since_ms, failing_ms,"
        " checked_ms, ok_ms, total_us, connect_us, ttfb_us, prior,"
        " prior_since_ms, version, detail, crc)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14, ?15, ?16, ?17, ?18, ?19"
        " WHERE EXISTS (SELECT 1 FROM endpoint WHERE id = ?1)",

    [DB_MODEL_PUT] =
        "INSERT INTO model (endpoint, " MODEL_COLUMNS ", crc)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14, ?15, ?16, ?17, ?18, ?19)",
    [DB_MODEL_DELETE] = "DELETE FROM model WHERE endpoint = ?1",
    [DB_MODEL_LIST] =
        "SELECT " MODEL_COLUMNS " FROM model WHERE endpoint = ?1 ORDER BY name",

    [DB_AGENT_PUT] =
        "INSERT INTO agent (" AGENT_COLUMNS ", crc)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14, ?15)"
        " ON CONFLICT (id) DO UPDATE SET type = ?2, name = ?3, role = ?4,"
        " domain = ?5, cluster = ?6, host = ?7, url = ?8, version = ?9,"
        " source = ?10, interval_ms = ?11, registered_ms = ?12,"
        " capabilities = ?13, metadata = ?14, crc = ?15",
    [DB_AGENT_DELETE] = "DELETE FROM agent WHERE id = ?1",
    [DB_AGENT_IDS] = "SELECT id FROM agent",
    [DB_AGENT_LIST] = "SELECT " AGENT_COLUMNS ", " PRESENCE_COLUMNS
                      " FROM agent LEFT JOIN presence ON agent = id",
    [DB_PRESENCE_PUT] = "INSERT OR REPLACE INTO presence"
                        " (agent, " PRESENCE_COLUMNS ", crc)"
                        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10"
                        " WHERE EXISTS (SELECT 1 FROM agent WHERE id = ?1)",

    [DB_HOST_PUT] = "INSERT INTO host (" HOST_COLUMNS ", crc)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                    " ON CONFLICT (id) DO UPDATE SET name = ?2, agent = ?3,"
                    " interval_ms = ?4, registered_ms = ?5, crc = ?6",
    [DB_HOST_DELETE] = "DELETE FROM host WHERE id = ?1",
    [DB_HOST_IDS] = "SELECT id FROM host",
    [DB_HOST_LIST] = "SELECT " HOST_COLUMNS ", " REPORT_COLUMNS
                     " FROM host LEFT JOIN report ON host = id",
    [DB_REPORT_PUT] = "INSERT OR REPLACE INTO report (host, " REPORT_COLUMNS
                      ", crc) SELECT ?1, ?2, ?3, ?4, ?5"
                      " WHERE EXISTS (SELECT 1 FROM host WHERE id = ?1)",
    [DB_ADDRESS_PUT] = "INSERT INTO address (host, place, address, crc)"
                       " VALUES (?1, ?2, ?3, ?4)",
    [DB_ADDRESS_DELETE] = "DELETE FROM address WHERE host = ?1",
    [DB_ADDRESS_LIST] =
        "SELECT address FROM address WHERE host = ?1 ORDER BY place",

    [DB_SESSION_PUT] =
        "INSERT OR REPLACE INTO session (" SESSION_COLUMNS ", crc)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14)",
    [DB_SESSION_DELETE] = "DELETE FROM session WHERE id = ?1",
    [DB_SESSION_IDS] = "SELECT id FROM session",
    /* The newest last, so that they stay if there are too many. */
    [DB_SESSION_LIST] = "SELECT " SESSION_COLUMNS " FROM session"
                        " ORDER BY coalesce(closed_ms, active_ms)",

    [DB_ALERT_PUT] = "INSERT OR REPLACE INTO alert (" ALERT_COLUMNS ", crc)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                     " ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
    [DB_ALERT_DELETE] = "DELETE FROM alert WHERE id = ?1",
    [DB_ALERT_IDS] = "SELECT id FROM alert",
    [DB_ALERT_LIST] = "SELECT " ALERT_COLUMNS " FROM alert",
    [DB_ALERT_TOLD] = "SELECT id, told FROM alert",

    [DB_TOKEN_PUT] =
        "INSERT OR REPLACE INTO token (" TOKEN_COLUMNS ", crc)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14, ?15)",
    [DB_TOKEN_DELETE] = "DELETE FROM token WHERE id = ?1",
    [DB_TOKEN_IDS] = "SELECT id FROM token",
    [DB_TOKEN_LIST] = "SELECT " TOKEN_COLUMNS " FROM token",

    [DB_AUDIT_PUT] = "INSERT OR IGNORE INTO audit (" AUDIT_COLUMNS ", crc)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [DB_AUDIT_COUNT] = "SELECT count(*) FROM audit",
    [DB_AUDIT_PRUNE] = "DELETE FROM audit WHERE seq IN"
                       " (SELECT seq FROM audit ORDER BY seq LIMIT ?1)",
    [DB_AUDIT_NEWEST] =
        "SELECT " AUDIT_COLUMNS " FROM (SELECT * FROM audit"
        " ORDER BY seq DESC LIMIT " DIGITS(LLMREG_AUDIT_KEPT) ") ORDER BY seq",

    [DB_BEAT_PUT] =
        "INSERT OR IGNORE INTO heartbeat (time_ms, agent, presence, health,"
        " latency_us, activity, metrics, crc)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [DB_BEAT_COUNT] = "SELECT count(*) FROM heartbeat",
    [DB_BEAT_PRUNE] =
        "DELETE FROM heartbeat WHERE (time_ms, agent) IN"
        " (SELECT time_ms, agent FROM heartbeat ORDER BY time_ms, agent"
        " LIMIT ?1)",
    [DB_BEAT_EXPIRE] = "DELETE FROM heartbeat WHERE time_ms < ?1",

    [DB_COMPACTION_PUT] =
        "INSERT OR REPLACE INTO compaction (" COMPACTION_COLUMNS ", crc)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [DB_COMPACTION_PRUNE] =
        "DELETE FROM compaction WHERE started_ms NOT IN (SELECT started_ms"
        " FROM compaction ORDER BY started_ms DESC LIMIT " DIGITS(
            LLMREG_COMPACTIONS) ")",
    [DB_COMPACTION_LIST] =
        "SELECT " COMPACTION_COLUMNS " FROM compaction ORDER BY started_ms",

    /* A batch may be written again after a commit of unknown outcome. */
    [DB_EVENT_PUT] =
        "INSERT OR IGNORE INTO event (seq, time_ms, type, subject, name,"
        " before, after, reason, since_ms, before_ms, entity, crc)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [DB_EVENT_COUNT] = "SELECT count(*) FROM event",
    [DB_EVENT_PRUNE] = "DELETE FROM event WHERE seq IN"
                       " (SELECT seq FROM event ORDER BY seq LIMIT ?1)",
};

const char *database_sql(enum db_statement which)
{
    return sql[which];
}
