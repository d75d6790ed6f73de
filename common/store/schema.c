/* SPDX-License-Identifier: MIT */
/* schema.c - one row a version: the SQL that makes it of the one before.
 *
 * A released row is never edited; a change is a new row at the end.  Version
 * 0 is the empty file, so that making a store and migrating one are the same.
 *
 * Every table is STRICT and WITHOUT ROWID: damage to a page then concerns the
 * rows on it and no second index.  Words are stored as words, times as wall
 * milliseconds, and what is not known as NULL, because people read this file
 * with sqlite3 when nothing else works any more.  The parts of an endpoint
 * are separate tables, like in the registry, so that a probe every few
 * seconds rewrites a short row and not a long one.
 */
#include "common/store/schema.h"

#include <stddef.h>

#define PARENT "TEXT NOT NULL REFERENCES endpoint (id) ON DELETE CASCADE"
#define TABLE  ") STRICT, WITHOUT ROWID;"
#define AGENT  "TEXT NOT NULL REFERENCES agent (id) ON DELETE CASCADE"
#define HOST   "TEXT NOT NULL REFERENCES host (id) ON DELETE CASCADE"
#define SEALED(name)                                                           \
    "ALTER TABLE " name " ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;"
/* What was so when an alarm was open: a state that was not confirmed since the
 * last restart is in prior. */
#define ALARMED                                                                \
    "SELECT e.id, e.name, e.host, e.series, e.url,"                            \
    " h.reason || CASE h.detail WHEN '' THEN '' ELSE ': ' || h.detail END"     \
    " AS reason,"                                                              \
    " CASE h.state WHEN 'unknown' THEN h.prior ELSE h.state END AS state,"     \
    " CASE h.state WHEN 'unknown' THEN h.prior_since_ms ELSE h.since_ms END"   \
    " AS since_ms,"                                                            \
    " CASE h.alarm WHEN 'warning' THEN 'warning' ELSE 'failure' END"           \
    " AS severity"                                                             \
    " FROM endpoint AS e JOIN health AS h ON h.endpoint = e.id"                \
    " WHERE h.alarm <> 'none'"

static const char *const steps[SCHEMA_VERSION + 1] = {
    [1] =
        /* hub_id: whose registry this is.  seq_reserved: no event number up
         * to here may be used by a later run.  synced_seq: every change up
         * to here is in this file. */
    "CREATE TABLE meta ("
    " key TEXT NOT NULL PRIMARY KEY,"
    " value ANY NOT NULL" TABLE

    "CREATE TABLE endpoint ("
    " id TEXT NOT NULL PRIMARY KEY,"
    " url TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " host TEXT NOT NULL,"
    " series TEXT NOT NULL,"
    " origin TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " source TEXT NOT NULL,"
    " priority INTEGER NOT NULL,"
    " interval_ms INTEGER NOT NULL,"
    " admin TEXT NOT NULL,"
    " admin_until_ms INTEGER,"
    " registered_ms INTEGER NOT NULL,"
    " models_not_kept INTEGER NOT NULL DEFAULT 0,"
    " models_rejected INTEGER NOT NULL DEFAULT 0" TABLE

    "CREATE TABLE label ("
    " endpoint " PARENT ","
    " place INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " value TEXT NOT NULL,"
    " PRIMARY KEY (endpoint, place)" TABLE

    "CREATE TABLE health ("
    " endpoint " PARENT " PRIMARY KEY,"
    " state TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " alarm TEXT NOT NULL,"
    " http_status INTEGER NOT NULL,"
    " failures INTEGER NOT NULL,"
    " successes INTEGER NOT NULL,"
    " since_ms INTEGER NOT NULL,"
    " failing_ms INTEGER NOT NULL,"
    " checked_ms INTEGER NOT NULL,"
    " ok_ms INTEGER NOT NULL,"
    " total_us INTEGER NOT NULL,"
    " connect_us INTEGER NOT NULL,"
    " ttfb_us INTEGER NOT NULL,"
    " prior TEXT NOT NULL,"
    " prior_since_ms INTEGER NOT NULL,"
    " version TEXT NOT NULL,"
    " detail TEXT NOT NULL" TABLE

    "CREATE TABLE model ("
    " endpoint " PARENT ","
    " name TEXT NOT NULL,"
    " digest TEXT NOT NULL,"
    " family TEXT NOT NULL,"
    " parameter_size TEXT NOT NULL,"
    " quantization TEXT NOT NULL,"
    " size_bytes INTEGER,"
    " context_max INTEGER,"
    " context_effective INTEGER,"
    " max_output_tokens INTEGER,"
    " loaded_bytes INTEGER,"
    " vram_bytes INTEGER,"
    " expires_ms INTEGER,"
    " loaded INTEGER,"
    " vision INTEGER,"
    " tools INTEGER,"
    " json_mode INTEGER,"
    " remote INTEGER NOT NULL,"
    " PRIMARY KEY (endpoint, name)" TABLE

    "CREATE TABLE event ("
    " seq INTEGER NOT NULL PRIMARY KEY,"
    " time_ms INTEGER NOT NULL,"
    " type TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " before TEXT NOT NULL,"
    " after TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " since_ms INTEGER NOT NULL,"
    " before_ms INTEGER NOT NULL" TABLE

    "INSERT INTO meta VALUES"
    " ('hub_id', lower(hex(randomblob(16)))),"
    " ('seq_reserved', 0),"
    " ('synced_seq', 0);"
    "PRAGMA application_id = 0x4C4C4D52;"
    "PRAGMA user_version = 1;",

    [2] =
        /* Hosts are not remembered yet. */
    "ALTER TABLE endpoint ADD COLUMN owner TEXT NOT NULL DEFAULT '';"

    "ALTER TABLE event ADD COLUMN entity TEXT NOT NULL DEFAULT 'endpoint';"
    "UPDATE event SET entity = type WHERE type IN ('store', 'clock');"

    "CREATE TABLE agent ("
    " id TEXT NOT NULL PRIMARY KEY,"
    " type TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " role TEXT NOT NULL,"
    " domain TEXT NOT NULL,"
    " cluster TEXT NOT NULL,"
    " host TEXT NOT NULL,"
    " url TEXT NOT NULL,"
    " version TEXT NOT NULL,"
    " source TEXT NOT NULL,"
    " interval_ms INTEGER NOT NULL,"
    " registered_ms INTEGER NOT NULL" TABLE

    /* What moves all the time, apart from the long row. */
    "CREATE TABLE presence ("
    " agent " AGENT " PRIMARY KEY,"
    " presence TEXT NOT NULL,"
    " health TEXT NOT NULL,"
    " since_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL,"
    " latency_us INTEGER,"
    " activity TEXT NOT NULL,"
    " peer TEXT NOT NULL,"
    " other TEXT NOT NULL" TABLE

    "CREATE TABLE capability ("
    " agent " AGENT ","
    " place INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " value TEXT NOT NULL,"
    " PRIMARY KEY (agent, place)" TABLE

    "CREATE TABLE metadata ("
    " agent " AGENT ","
    " place INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " json TEXT NOT NULL,"
    " PRIMARY KEY (agent, place)" TABLE

    /* Without references: history outlives the agents. */
    "CREATE TABLE session ("
    " id TEXT NOT NULL PRIMARY KEY,"
    " source TEXT NOT NULL,"
    " target TEXT NOT NULL,"
    " connection TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " type TEXT NOT NULL,"
    " status TEXT NOT NULL,"
    " weight REAL NOT NULL,"
    " latency_us INTEGER,"
    " bandwidth_bps INTEGER,"
    " opened_ms INTEGER NOT NULL,"
    " active_ms INTEGER NOT NULL,"
    " closed_ms INTEGER" TABLE

    /* told: what people know of.  Where it is not the severity, they are
         * told at the next start. */
    "CREATE TABLE alert ("
    " id TEXT NOT NULL PRIMARY KEY,"
    " rule TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " message TEXT NOT NULL,"
    " state TEXT NOT NULL,"
    " previous TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " host TEXT NOT NULL,"
    " series TEXT NOT NULL,"
    " url TEXT NOT NULL,"
    " severity TEXT NOT NULL,"
    " told TEXT NOT NULL,"
    " since_ms INTEGER NOT NULL,"
    " fired_ms INTEGER,"
    " cleared_ms INTEGER,"
    " acknowledged_ms INTEGER,"
    " acknowledged_by TEXT NOT NULL,"
    " note TEXT NOT NULL,"
    " times INTEGER NOT NULL,"
    " seq INTEGER NOT NULL" TABLE

    /* By time first: what is new and what is dropped are each on a few
         * pages, whatever the number of agents. */
    "CREATE TABLE heartbeat ("
    " time_ms INTEGER NOT NULL,"
    " agent TEXT NOT NULL,"
    " presence TEXT NOT NULL,"
    " health TEXT NOT NULL,"
    " latency_us INTEGER,"
    " activity TEXT NOT NULL,"
    " metrics TEXT NOT NULL,"
    " PRIMARY KEY (time_ms, agent)" TABLE

    /* health.alarm is not used any more. */
    "INSERT INTO alert SELECT 'endpoint_unhealthy/' || id,"
    " 'endpoint_unhealthy', id, name, name || ' is ' || state, state, '',"
    " reason, host, series, url, severity, severity, since_ms,"
    " max(since_ms, 1), NULL, NULL, '', '', 1, 0 FROM (" ALARMED ");"
    "PRAGMA user_version = 2;",

    [3] =
        /* operator_*: what the operator says otherwise, NULL where nothing;
         * operator_labels: 1 if all labels are those in operator_label. */
    "ALTER TABLE endpoint ADD COLUMN operator_name TEXT;"
    "ALTER TABLE endpoint ADD COLUMN operator_priority INTEGER;"
    "ALTER TABLE endpoint ADD COLUMN operator_labels INTEGER;"

    "CREATE TABLE operator_label ("
    " endpoint " PARENT ","
    " place INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " value TEXT NOT NULL,"
    " PRIMARY KEY (endpoint, place)" TABLE

    "CREATE TABLE host ("
    " id TEXT NOT NULL PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " agent TEXT NOT NULL,"
    " interval_ms INTEGER NOT NULL,"
    " registered_ms INTEGER NOT NULL" TABLE

    "CREATE TABLE address ("
    " host " HOST ","
    " place INTEGER NOT NULL,"
    " address TEXT NOT NULL,"
    " PRIMARY KEY (host, place)" TABLE

    /* When it was heard of, but not what it said: a sample of a run before is
     * stale.  sample: 'none', 'fresh' or 'stale'. */
    "CREATE TABLE report ("
    " host " HOST " PRIMARY KEY,"
    " sample TEXT NOT NULL,"
    " since_ms INTEGER NOT NULL,"
    " reported_ms INTEGER NOT NULL" TABLE

    "PRAGMA user_version = 3;",

    [4] =
        /* What was in tables of its own: a name with its value is a line. */
    "ALTER TABLE agent ADD COLUMN capabilities TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE agent ADD COLUMN metadata TEXT NOT NULL DEFAULT '';"
    "UPDATE agent SET"
    " capabilities = coalesce((SELECT group_concat(name ||"
    " CASE value WHEN '' THEN '' ELSE '=' || value END || char(10), '')"
    " FROM (SELECT name, value FROM capability AS c WHERE c.agent = agent.id"
    " ORDER BY place)), ''),"
    " metadata = coalesce((SELECT group_concat(name || char(9) || json ||"
    " char(10), '') FROM (SELECT name, json FROM metadata AS m"
    " WHERE m.agent = agent.id ORDER BY place)), '');"
    "DROP TABLE capability;"
    "DROP TABLE metadata;"

    /* A token that was revoked stays.  digest is of its secret, which is
         * nowhere. */
    "CREATE TABLE token ("
    " id TEXT NOT NULL PRIMARY KEY,"
    " digest BLOB NOT NULL,"
    " name TEXT NOT NULL,"
    " role TEXT NOT NULL,"
    " agent TEXT NOT NULL,"
    " host TEXT NOT NULL,"
    " origin TEXT NOT NULL,"
    " created_ms INTEGER NOT NULL,"
    " expires_ms INTEGER,"
    " revoked_ms INTEGER,"
    " used_ms INTEGER,"
    " approved INTEGER NOT NULL,"
    " uses INTEGER NOT NULL,"
    " uses_left INTEGER NOT NULL" TABLE

    /* peer: from where.  status: what HTTP answered. */
    "CREATE TABLE audit ("
    " seq INTEGER NOT NULL PRIMARY KEY,"
    " time_ms INTEGER NOT NULL,"
    " who TEXT NOT NULL,"
    " peer TEXT NOT NULL,"
    " what TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " detail TEXT NOT NULL,"
    " status INTEGER" TABLE

    "PRAGMA user_version = 4;",

    [5] =
        /* Not yet released: may still grow, before its last line.
         *
         * crc: the row's checksum, which the end of each step computes. */
    SEALED("meta") SEALED("endpoint") SEALED("label") SEALED("operator_label")
        SEALED("health") SEALED("model") SEALED("agent") SEALED("presence")
            SEALED("host") SEALED("address") SEALED("report") SEALED("session")
                SEALED("alert") SEALED("token") SEALED("audit") SEALED("event")
                    SEALED("heartbeat")

    /* trigger: 'auto' or 'manual'.  status: 'compacted', 'skipped' or
     * 'error'. */
    "CREATE TABLE compaction ("
    " started_ms INTEGER NOT NULL PRIMARY KEY,"
    " ended_ms INTEGER NOT NULL,"
    " trigger TEXT NOT NULL,"
    " status TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " bytes_before INTEGER NOT NULL,"
    " bytes_after INTEGER NOT NULL,"
    " longest_us INTEGER NOT NULL,"
    " crc INTEGER NOT NULL" TABLE

    /* How many rows each table has, and what their checksums add up to. */
    "CREATE TABLE digest ("
    " name TEXT NOT NULL PRIMARY KEY,"
    " rows INTEGER NOT NULL,"
    " sum INTEGER NOT NULL,"
    " crc INTEGER NOT NULL" TABLE

    "PRAGMA user_version = 5;",
};

const char *schema_step(int version)
{
    return steps[version];
}
