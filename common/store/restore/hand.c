/* SPDX-License-Identifier: MIT */
/* hand.c - does it again where memory was short, but not for ever. */
#include "common/store/restore/hand.h"

#include <string.h>

#include <llmreg/text.h>

#include "common/store/backup/revive.h"
#include "common/store/recovery/marks.h"
#include "common/store/restore/apply.h"
#include "common/store/restore/offline.h"
#include "common/store/restore/prepare.h"

#define FAILURES_MAX 10

void hand_init(struct hand *h, struct desk *desk,
               const struct store_world *world, const char *live)
{
    memset(h, 0, sizeof *h);
    h->desk = desk;
    h->world = world;
    prepare_path(h->part, live);
}

int hand_start(const struct hand *h, const struct store_config *config,
               struct llmreg_error *err)
{
    char hub[40] = "";

    revive_drop(h->part);
    (void)marks_read(config->dir, MARKS_HUB, hub, sizeof hub);
    return offline_run(config, h->world, hub, err);
}

static void end(struct hand *h, int rc, const struct llmreg_error *err)
{
    revive_drop(h->part);
    h->taken = h->applied = false;
    h->failures = 0;
    desk_end(h->desk, &h->work, rc, err);
}

int hand_apply(struct hand *h, struct llmreg_error *err)
{
    bool touched = false;
    int rc;

    if (!h->taken)
        h->taken = desk_take(h->desk, &h->work);
    if (!h->taken || h->applied)
        return LLMREG_OK;
    rc = apply_file(h->part, h->world, &h->work, &touched, err);
    h->applied = rc == LLMREG_OK;
    if (rc == LLMREG_OK)
        return rc;
    if (h->failures == 0 && !touched) {
        end(h, rc, err);
        return LLMREG_OK;
    }
    if (++h->failures < FAILURES_MAX)
        return rc;
    end(h, rc, err);
    return LLMREG_OK;
}

bool hand_is_applied(const struct hand *h)
{
    return h->applied;
}

void hand_settle(struct hand *h)
{
    if (h->applied)
        end(h, LLMREG_OK, NULL);
}
