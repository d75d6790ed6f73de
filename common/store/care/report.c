/* SPDX-License-Identifier: MIT */
/* report.c - one number in the table meta. */
#include "common/store/care/report.h"

#include "common/store/rows/rows.h"

#define KEY "checked_ms"

int report_load(struct care *care, struct database *db,
                struct llmreg_error *err)
{
    int64_t ended_ms = 0;
    int rc = rows_get_number(db, KEY, &ended_ms, err);

    if (rc == LLMREG_OK)
        care_recall_check(care, ended_ms);
    return rc;
}

int report_step(struct care *care, struct database *db,
                struct llmreg_error *err)
{
    struct llmreg_store_health health;
    int rc;

    if (!care_take_check(care, &health))
        return LLMREG_OK;
    if (health.check.bad > 0) {
        llmreg_error_set(err, "%s", health.check.what);
        return LLMREG_ECORRUPT;
    }
    rc = database_begin(db, false, err);
    if (rc == LLMREG_OK)
        rc = rows_put_number(db, KEY, health.check.ended_ms, err);
    return rc == LLMREG_OK ? database_commit(db, err) : rc;
}
