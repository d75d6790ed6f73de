/* SPDX-License-Identifier: MIT */
/* statements.c - all SQL that carries data, as one table.
 *
 * Values are always bound.  The order of the columns is the order in which
 * rows_write.c binds them and rows_read.c reads them.
 */
#include "common/store/database.h"

#define MODEL_COLUMNS                                                          \
    "name, digest, family, parameter_size, quantization, size_bytes,"          \
    " context_max, context_effective, max_output_tokens, loaded_bytes,"        \
    " vram_bytes, expires_ms, loaded, vision, tools, json_mode, remote"

static const char *const sql[DB_STATEMENTS] = {
    [DB_META_GET] = "SELECT value FROM meta WHERE key = ?1",
    [DB_META_PUT] = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)",

    /* An upsert and not a replace: that would delete the children. */
    [DB_ENDPOINT_PUT] =
        "INSERT INTO endpoint (id, url, name, host, series, origin, kind,"
        " source, priority, interval_ms, admin, admin_until_ms,"
        " registered_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        " ON CONFLICT (id) DO UPDATE SET url = ?2, name = ?3, host = ?4,"
        " series = ?5, origin = ?6, kind = ?7, source = ?8, priority = ?9,"
        " interval_ms = ?10, admin = ?11, admin_until_ms = ?12,"
        " registered_ms = ?13",
    [DB_ENDPOINT_DELETE] = "DELETE FROM endpoint WHERE id = ?1",
    [DB_ENDPOINT_COUNTED] = "UPDATE endpoint SET models_not_kept = ?2,"
                            " models_rejected = ?3 WHERE id = ?1",
    [DB_ENDPOINT_IDS] = "SELECT id FROM endpoint",
    [DB_ENDPOINT_LIST] =
        "SELECT e.id, e.url, e.name, e.host, e.series, e.origin, e.kind,"
        " e.source, e.priority, e.interval_ms, e.admin, e.admin_until_ms,"
        " e.registered_ms, e.models_not_kept, e.models_rejected,"
        " h.state, h.reason, h.alarm, h.http_status, h.failures,"
        " h.successes, h.since_ms, h.failing_ms, h.checked_ms, h.ok_ms,"
        " h.total_us, h.connect_us, h.ttfb_us, h.prior, h.prior_since_ms,"
        " h.version, h.detail"
        " FROM endpoint AS e LEFT JOIN health AS h ON h.endpoint = e.id",

    [DB_LABEL_PUT] = "INSERT INTO label (endpoint, place, name, value)"
                     " VALUES (?1, ?2, ?3, ?4)",
    [DB_LABEL_DELETE] = "DELETE FROM label WHERE endpoint = ?1",
    [DB_LABEL_LIST] =
        "SELECT name, value FROM label WHERE endpoint = ?1 ORDER BY place",

    /* Probes are seen in the registry, so that one may be ahead of the event
     * that brings its endpoint into the file, and its health with it. */
    [DB_HEALTH_PUT] =
        "INSERT OR REPLACE INTO health (endpoint, state, reason, alarm,"
        " http_status, failures, successes, since_ms, failing_ms,"
        " checked_ms, ok_ms, total_us, connect_us, ttfb_us, prior,"
        " prior_since_ms, version, detail)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14, ?15, ?16, ?17, ?18"
        " WHERE EXISTS (SELECT 1 FROM endpoint WHERE id = ?1)",

    [DB_MODEL_PUT] =
        "INSERT INTO model (endpoint, " MODEL_COLUMNS ")"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14, ?15, ?16, ?17, ?18)",
    [DB_MODEL_DELETE] = "DELETE FROM model WHERE endpoint = ?1",
    [DB_MODEL_LIST] =
        "SELECT " MODEL_COLUMNS " FROM model WHERE endpoint = ?1 ORDER BY name",

    /* A batch may be written again after a commit of unknown outcome. */
    [DB_EVENT_PUT] =
        "INSERT OR IGNORE INTO event (seq, time_ms, type, subject, name,"
        " before, after, reason, since_ms, before_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [DB_EVENT_COUNT] = "SELECT count(*) FROM event",
    [DB_EVENT_PRUNE] = "DELETE FROM event WHERE seq IN"
                       " (SELECT seq FROM event ORDER BY seq LIMIT ?1)",
};

const char *database_sql(enum db_statement which)
{
    return sql[which];
}
