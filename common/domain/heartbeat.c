/* SPDX-License-Identifier: MIT */
/* heartbeat.c - is this heartbeat one?
 *
 * An agent says of itself that it starts, that it works or that it stops;
 * everything else is what others see of it, and no agent can say it.
 */
#include <llmreg/agent.h>

#include "common/domain/check.h"
#include "common/domain/metadata.h"

#include <math.h>
#include <string.h>

#define LATENCY_MAX_US INT64_C(86400000000) /* a day */

static int check_presence(enum llmreg_presence presence,
                          struct llmreg_error *err)
{
    if (presence == LLMREG_PRESENCE_ONLINE ||
        presence == LLMREG_PRESENCE_STARTING ||
        presence == LLMREG_PRESENCE_STOPPED)
        return LLMREG_OK;
    llmreg_error_set(err,
                     "presence %s: an agent may say online, starting or "
                     "stopped",
                     llmreg_presence_text(presence));
    return LLMREG_EINVAL;
}

static int check_measure(const struct llmreg_measure *m,
                         struct llmreg_error *err)
{
    int rc = check_text("name of a metric", m->name, 1, 64, err);

    if (rc != LLMREG_OK || isfinite(m->value))
        return rc;
    llmreg_error_set(err, "metric \"%s\" is not a finite number", m->name);
    return LLMREG_EINVAL;
}

static int check_metrics(const struct llmreg_heartbeat *beat,
                         struct llmreg_error *err)
{
    int rc = check_range("number of metrics", (int64_t)beat->nmetrics, 0,
                         LLMREG_MEASURES_MAX, err);

    for (size_t i = 0; rc == LLMREG_OK && i < beat->nmetrics; i++)
        rc = check_measure(&beat->metrics[i], err);
    return rc;
}

static int check_texts(const struct llmreg_heartbeat *beat,
                       struct llmreg_error *err)
{
    int rc = check_text("activity", beat->activity, 0, LLMREG_ACTIVITY_SIZE - 1,
                        err);

    if (rc == LLMREG_OK)
        rc = check_text("peer", beat->peer, 0, LLMREG_PEER_SIZE - 1, err);
    if (rc == LLMREG_OK)
        rc = check_text("hub", beat->hub, 0, LLMREG_AGENT_ID_SIZE - 1, err);
    return rc;
}

int llmreg_heartbeat_check(const struct llmreg_heartbeat *beat,
                           struct llmreg_error *err)
{
    int rc = check_presence(beat->presence, err);

    if (rc == LLMREG_OK)
        rc = check_word("health", beat->health, LLMREG_HEALTH_STATES, err);
    if (rc == LLMREG_OK)
        rc = check_range("latency_us", beat->latency_us, -1, LATENCY_MAX_US,
                         err);
    if (rc == LLMREG_OK)
        rc = check_texts(beat, err);
    if (rc == LLMREG_OK)
        rc = check_metrics(beat, err);
    if (rc == LLMREG_OK)
        rc = metadata_check(beat->metadata, beat->nmetadata, err);
    return rc;
}
