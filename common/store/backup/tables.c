/* SPDX-License-Identifier: MIT */
/* tables.c - one row a table. */
#include "common/store/backup/tables.h"

#define COUNT(t)      "SELECT count(*) FROM " t
#define WRONG(t, how) "SELECT count(*) FROM " t " WHERE " how

static const struct backup_table tables[] = {
    {"meta", 1, 0, COUNT("meta"),
     "SELECT 3 - count(*) FROM meta WHERE (key = 'hub_id' AND"
     " length(value) = 32) OR (key IN ('seq_reserved', 'synced_seq') AND"
     " typeof(value) = 'integer' AND value >= 0)"},
    {"endpoint", 1, 0, COUNT("endpoint"),
     WRONG("endpoint", "id = '' OR url = ''")},
    {"label", 1, 0, COUNT("label"), WRONG("label", "place < 0 OR name = ''")},
    {"health", 1, 0, COUNT("health"), WRONG("health", "state = ''")},
    {"model", 1, 0, COUNT("model"), WRONG("model", "name = ''")},
    {"event", 1, 0, COUNT("event"),
     WRONG("event", "seq < 1 OR seq > (SELECT value FROM meta"
                    " WHERE key = 'seq_reserved')")},
    {"agent", 2, 0, COUNT("agent"), WRONG("agent", "id = ''")},
    {"presence", 2, 0, COUNT("presence"), WRONG("presence", "presence = ''")},
    {"capability", 2, 3, COUNT("capability"),
     WRONG("capability", "place < 0 OR name = ''")},
    {"metadata", 2, 3, COUNT("metadata"),
     WRONG("metadata", "place < 0 OR name = ''")},
    {"session", 2, 0, COUNT("session"),
     WRONG("session", "id = '' OR opened_ms < 0")},
    {"alert", 2, 0, COUNT("alert"), WRONG("alert", "id = '' OR rule = ''")},
    {"heartbeat", 2, 0, COUNT("heartbeat"),
     WRONG("heartbeat", "agent = '' OR time_ms < 0")},
    {"operator_label", 3, 0, COUNT("operator_label"),
     WRONG("operator_label", "place < 0 OR name = ''")},
    {"host", 3, 0, COUNT("host"), WRONG("host", "id = ''")},
    {"address", 3, 0, COUNT("address"),
     WRONG("address", "place < 0 OR address = ''")},
    {"report", 3, 0, COUNT("report"), WRONG("report", "sample = ''")},
    {"token", 4, 0, COUNT("token"),
     WRONG("token", "id = '' OR length(digest) <> 32")},
    {"audit", 4, 0, COUNT("audit"), WRONG("audit", "seq < 1")},
    {"compaction", 5, 0, COUNT("compaction"),
     WRONG("compaction", "status = ''")},
    {"digest", 5, 0, COUNT("digest"), WRONG("digest", "rows < 0")},
};

const struct backup_table *backup_table(size_t i)
{
    return i < sizeof tables / sizeof tables[0] ? &tables[i] : NULL;
}
