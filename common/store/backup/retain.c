/* SPDX-License-Identifier: MIT */
/* retain.c - one walk from the newest to the oldest. */
#include "common/store/backup/retain.h"

#include <string.h>

#define DAY_MS     INT64_C(86400000)
/* 1970-01-01 was a Thursday. */
#define MONDAY_OFF 3

/* Days or weeks so far, and the number of the one that was seen last. */
struct spans {
    int64_t left, last;
};

/* True for the first of a span, while there are spans left. */
static bool opens(struct spans *s, int64_t number)
{
    if (s->left == 0 || number == s->last)
        return false;
    s->last = number;
    s->left--;
    return true;
}

void retain_choose(const struct retain_conf *conf, const char *hub,
                   const struct llmreg_backup *b, size_t count, bool *drop)
{
    struct spans days = {conf->daily, -1}, weeks = {conf->weekly, -1};
    int64_t newest = conf->newest > 0 ? conf->newest : 1;
    int64_t safety = RETAIN_SAFETY;

    for (size_t i = 0; i < count; i++) {
        const int64_t day = b[i].made_ms / DAY_MS;
        bool keep;

        drop[i] = false;
        if (b[i].problem[0] != '\0' || strcmp(b[i].hub, hub) != 0)
            continue;
        if (b[i].why == LLMREG_BACKUP_SAFETY) {
            drop[i] = safety-- <= 0;
            continue;
        }
        keep = newest-- > 0;
        keep = opens(&days, day) || keep;
        keep = opens(&weeks, (day + MONDAY_OFF) / 7) || keep;
        drop[i] = !keep;
    }
}
