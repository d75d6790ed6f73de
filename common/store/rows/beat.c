/* SPDX-License-Identifier: MIT */
/* beat.c - heartbeats, which are only written: who asks for them reads
 * the file with a connection of his own.
 */
#include "common/store/rows/rows.h"

#include "common/store/rows/binding.h"

int rows_put_beat(struct database *db, const struct rows_beat *beat,
                  int64_t *added, struct llmreg_error *err)
{
    struct binding b = binding_row(db, DB_BEAT_PUT, TABLE_HEARTBEAT);
    int rc;

    binding_number(&b, beat->time_ms);
    binding_text(&b, beat->agent);
    binding_text(&b, llmreg_presence_text(beat->presence));
    binding_text(&b, llmreg_health_text(beat->health));
    binding_known(&b, beat->latency_us);
    binding_text(&b, beat->activity);
    binding_text(&b, beat->metrics);
    rc = binding_finish(&b, err);
    *added = rc == LLMREG_OK ? sqlite3_changes(db->handle) : 0;
    return rc;
}

int rows_drop_beats(struct database *db, enum db_statement which, int64_t limit,
                    int64_t *dropped, struct llmreg_error *err)
{
    struct binding b = binding_start(db, which);
    int rc;

    binding_number(&b, limit);
    rc = binding_finish(&b, err);
    *dropped = rc == LLMREG_OK ? sqlite3_changes(db->handle) : 0;
    return rc;
}
