/* SPDX-License-Identifier: MIT */
/* session.c - is this session fit to be kept? */
#include <llmreg/session.h>

#include "common/domain/check.h"

#include <math.h>
#include <string.h>

#define ID_MARKS      "._:@/+-"
#define WEIGHT_MAX    1e9
#define LATENCY_MAX   (INT64_C(86400) * 1000000)
#define BANDWIDTH_MAX INT64_C(1000000000000000)

bool llmreg_session_lives(enum llmreg_session_status status)
{
    return status == LLMREG_SESSION_ESTABLISHING ||
           status == LLMREG_SESSION_ESTABLISHED ||
           status == LLMREG_SESSION_DEGRADED;
}

static int check_id(const char *name, const char *id, size_t min,
                    struct llmreg_error *err)
{
    int rc = check_text(name, id, min, LLMREG_AGENT_ID_SIZE - 1, err);

    return rc == LLMREG_OK ? check_chars(name, id, ID_MARKS, err) : rc;
}

static int check_ends(const struct llmreg_session *s, struct llmreg_error *err)
{
    int rc = check_id("from", s->from, 1, err);

    if (rc == LLMREG_OK)
        rc = check_id("to", s->to, 1, err);
    if (rc != LLMREG_OK || strcmp(s->from, s->to) != 0)
        return rc;
    llmreg_error_set(err,
                     "from and to are both \"%s\", and nobody has a "
                     "session with itself",
                     s->from);
    return LLMREG_EINVAL;
}

static int check_weight(double weight, struct llmreg_error *err)
{
    if (!isnan(weight))
        return check_number("weight", weight, 0, WEIGHT_MAX, err);
    llmreg_error_set(err, "weight is no number");
    return LLMREG_EINVAL;
}

static int check_numbers(const struct llmreg_session *s,
                         struct llmreg_error *err)
{
    const struct {
        const char *name;
        int64_t value, min, max;
    } rows[] = {
        {"latency_us", s->latency_us, -1, LATENCY_MAX},
        {"bandwidth_bps", s->bandwidth_bps, -1, BANDWIDTH_MAX},
        {"opened_ms", s->opened_ms, 0, INT64_MAX},
        {"active_ms", s->active_ms, 0, INT64_MAX},
        {"closed_ms", s->closed_ms, 0, INT64_MAX},
    };
    int rc = check_weight(s->weight, err);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && rc == LLMREG_OK; i++)
        rc = check_range(rows[i].name, rows[i].value, rows[i].min, rows[i].max,
                         err);
    return rc;
}

int llmreg_session_check(const struct llmreg_session *s,
                         struct llmreg_error *err)
{
    int rc = check_id("id", s->id, 0, err);

    if (rc == LLMREG_OK)
        rc = check_ends(s, err);
    if (rc == LLMREG_OK)
        rc = check_text("connection", s->connection, 0, 64, err);
    if (rc == LLMREG_OK)
        rc = check_text("reason", s->reason, 0, LLMREG_SESSION_REASON_MAX, err);
    if (rc == LLMREG_OK)
        rc = check_word("type", s->type, LLMREG_SESSION_TYPES, err);
    if (rc == LLMREG_OK)
        rc = check_word("status", s->status, LLMREG_SESSION_STATUSES, err);
    if (rc == LLMREG_OK)
        rc = check_numbers(s, err);
    return rc;
}
