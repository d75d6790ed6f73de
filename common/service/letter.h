/* SPDX-License-Identifier: MIT */
/* letter.h - a notification with everything that is written in it.
 *
 * Threads:   one at a time for each letter.
 * Blocking:  never.
 * Ownership: the letter holds its own copies, but for constant words.
 */
#ifndef LLMREG_SERVICE_LETTER_H
#define LLMREG_SERVICE_LETTER_H

#include <llmreg/service.h>

struct letter {
    struct llmreg_notification n;
    char host[LLMREG_HOST_SIZE];
    char series[LLMREG_SERIES_SIZE];
    char id[LLMREG_ID_SIZE];
    char name[128];
    char url[LLMREG_URL_SIZE];
    char reason[256];
    char since[LLMREG_TIME_SIZE];
    char seq[24];
    char lost_count[24];
    char lost[1024];
};

/* What happened to an endpoint.  Words are constants. */
struct letter_news {
    enum llmreg_alarm_action action; /* not SILENT */
    uint64_t seq;
    int64_t time_ms;
    const char *state, *previous; /* words */
    const char *reason;
    int64_t since_ms;
    int64_t lasted_ms; /* how long the previous state; < 0: not known */
    bool removed;
};

/* About the endpoint e, which may be gone from r. */
void letter_endpoint(struct letter *l, struct llmreg_registry *r,
                     const struct llmreg_endpoint *e,
                     const struct letter_news *news);
/* About the store, from its event. */
void letter_store(struct letter *l, const struct llmreg_event *event);

#endif
