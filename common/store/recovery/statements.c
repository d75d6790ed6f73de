/* SPDX-License-Identifier: MIT */
/* statements.c - one row a table; a test compares the rows with the schema. */
#include "common/store/recovery/statements.h"

/* So many parameters. */
#define P3  "?, ?, ?"
#define P4  P3 ", ?"
#define P5  P4 ", ?"
#define P6  P5 ", ?"
#define P8  P6 ", ?, ?"
#define P9  P8 ", ?"
#define P10 P9 ", ?"
#define P12 P10 ", ?, ?"
#define P14 P12 ", ?, ?"
#define P15 P14 ", ?"
#define P19 P15 ", ?, ?, ?, ?"
#define P20 P19 ", ?"
#define P22 P20 ", ?, ?"

#define REMOVED(name)                                                          \
    "DELETE FROM main." name                                                   \
    " WHERE id IN (SELECT subject FROM saved.event AS e"                       \
    " WHERE entity = '" name "' AND type = 'removed' AND seq > ?1"             \
    " AND NOT EXISTS (SELECT 1 FROM saved.event AS l"                          \
    " WHERE l.subject = e.subject AND l.entity = e.entity"                     \
    " AND l.type = 'registered' AND l.seq > e.seq))"
#define ORPHANS(name, parent)                                                  \
    "DELETE FROM main." name " WHERE " parent                                  \
    " NOT IN (SELECT id FROM main." parent ")"
#define ROW(name, params, removed, orphans)                                    \
    {                                                                          \
        "INSERT OR REPLACE INTO " name " VALUES (" params ")",                 \
            "DELETE FROM main." name,                                          \
            "INSERT OR REPLACE INTO main." name " SELECT * FROM saved." name,  \
            removed, orphans                                                   \
    }

static const struct recovery_sql sql[TABLES] = {
    [TABLE_META] = ROW("meta", P3, NULL, NULL),
    [TABLE_ENDPOINT] = ROW("endpoint", P20, REMOVED("endpoint"), NULL),
    [TABLE_LABEL] = ROW("label", P5, NULL, ORPHANS("label", "endpoint")),
    [TABLE_OPERATOR_LABEL] =
        ROW("operator_label", P5, NULL, ORPHANS("operator_label", "endpoint")),
    [TABLE_HEALTH] = ROW("health", P19, NULL, ORPHANS("health", "endpoint")),
    [TABLE_MODEL] = ROW("model", P19, NULL, ORPHANS("model", "endpoint")),
    [TABLE_AGENT] = ROW("agent", P15, REMOVED("agent"), NULL),
    [TABLE_PRESENCE] = ROW("presence", P10, NULL, ORPHANS("presence", "agent")),
    [TABLE_HOST] = ROW("host", P6, REMOVED("host"), NULL),
    [TABLE_ADDRESS] = ROW("address", P4, NULL, ORPHANS("address", "host")),
    [TABLE_REPORT] = ROW("report", P5, NULL, ORPHANS("report", "host")),
    [TABLE_SESSION] = ROW("session", P14, NULL, NULL),
    [TABLE_ALERT] = ROW("alert", P22, NULL, NULL),
    [TABLE_TOKEN] = ROW("token", P15, NULL, NULL),
    [TABLE_AUDIT] = ROW("audit", P9, NULL, NULL),
    [TABLE_EVENT] = ROW("event", P12, NULL, NULL),
    [TABLE_HEARTBEAT] = ROW("heartbeat", P8, NULL, NULL),
    [TABLE_COMPACTION] = ROW("compaction", P9, NULL, NULL),
};

const struct recovery_sql *recovery_sql(enum table which)
{
    return &sql[which];
}

#define DOUBT                                                                  \
    "UPDATE main.token SET approved = 0 WHERE approved <> 0 AND revoked_ms "   \
    "IS NULL"

const char recovery_doubt_all[] = DOUBT;
const char recovery_doubt_some[] =
    DOUBT " AND id NOT IN (SELECT id FROM saved.token) AND (?2 = 0 OR"
          " id IN (SELECT subject FROM saved.event"
          " WHERE entity = 'token' AND seq > ?1))";
