/* SPDX-License-Identifier: MIT */
/* letter.h - a notification with everything that is written in it.
 *
 * Where it goes in collectd, so that the end of a thing closes its beginning:
 *
 *   an endpoint        its host, its series, bool-up or bool-RULE
 *   a host, an agent   its host, gpuN or the agent's id or "", bool-RULE
 *   model, kind, ...   the host this process runs on, "fleet",
 *                      bool-RULE-SUBJECT
 *   all of it          the same, bool-RULE
 *
 * Threads:   one at a time for each letter.
 * Blocking:  never.
 * Ownership: the letter lends from the alert, which must be held as long.
 */
#ifndef LLMREG_SERVICE_LETTER_H
#define LLMREG_SERVICE_LETTER_H

#include <llmreg/alerts.h>
#include <llmreg/service.h>

struct letter {
    struct llmreg_notification n;
    char instance[128]; /* of the type */
    char since[LLMREG_TIME_SIZE];
    char seq[24];
    char lost_count[24];
    char lost[1024];
};

/* What there is to tell of a. */
void letter_alert(struct letter *l, struct llmreg_registry *r,
                  const struct llmreg_alert *a, const struct llmreg_now *now);

#endif
