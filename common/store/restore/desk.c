/* SPDX-License-Identifier: MIT */
/* desk.c - one struct under one lock. */
#include "common/store/restore/desk.h"

#include <stdlib.h>

#include <llmreg/thread.h>

#include "common/store/restore/compare.h"

struct desk {
    /* fixed after new */
    struct store_world world;
    /* guarded by lock */
    struct llmreg_lock lock;
    struct llmreg_restore work;
    struct llmreg_difference *difference;
    bool ready; /* for the store's thread */
};

const char *llmreg_restore_step_text(enum llmreg_restore_step step)
{
    static const char *const texts[LLMREG_RESTORE_STEPS] = {
        [LLMREG_RESTORE_NONE] = "none",
        [LLMREG_RESTORE_WANTED] = "wanted",
        [LLMREG_RESTORE_RUNNING] = "running",
        [LLMREG_RESTORE_DONE] = "done",
        [LLMREG_RESTORE_FAILED] = "failed",
    };

    return texts[step];
}

const char *llmreg_change_text(enum llmreg_change change)
{
    static const char *const texts[LLMREG_CHANGES] = {
        [LLMREG_WOULD_APPEAR] = "appear",
        [LLMREG_WOULD_CHANGE] = "change",
        [LLMREG_WOULD_VANISH] = "vanish",
    };

    return texts[change];
}

int desk_new(struct desk **out, const struct store_world *world)
{
    struct desk *d = calloc(1, sizeof *d);
    int rc;

    if (d == NULL)
        return LLMREG_ENOMEM;
    d->world = *world;
    rc = llmreg_lock_init(&d->lock);
    if (rc != LLMREG_OK) {
        free(d);
        return rc;
    }
    *out = d;
    return LLMREG_OK;
}

void desk_free(struct desk *d)
{
    if (d == NULL)
        return;
    llmreg_difference_put(d->difference);
    llmreg_lock_fini(&d->lock);
    free(d);
}

static void publish(struct desk *d, const char *before, const char *after,
                    const char *reason)
{
    const struct llmreg_event event = {
        .time_ms = llmreg_clock_now(d->world.clock).wall_ms,
        .type = LLMREG_EVENT_STORE,
        .entity = LLMREG_ENTITY_STORE,
        .subject = "store",
        .name = "restore",
        .before = before,
        .after = after,
        .reason = reason,
    };

    /* With no memory the number is used: subscribers see a gap. */
    (void)!llmreg_bus_publish(d->world.bus, &event, NULL);
    llmreg_bus_wake(d->world.bus);
}

static bool is_open(const struct llmreg_restore *work)
{
    return work->step == LLMREG_RESTORE_WANTED ||
           work->step == LLMREG_RESTORE_RUNNING;
}

int desk_request(struct desk *d, const struct llmreg_restore_wish *wish)
{
    const struct llmreg_now now = llmreg_clock_now(d->world.clock);
    struct llmreg_difference *before = NULL;
    int rc = LLMREG_EBUSY;

    llmreg_lock(&d->lock);
    if (!is_open(&d->work)) {
        d->work = (struct llmreg_restore){
            .step = LLMREG_RESTORE_WANTED,
            .wish = *wish,
            .since_ms = now.wall_ms,
        };
        before = d->difference;
        d->difference = NULL;
        rc = LLMREG_OK;
    }
    llmreg_unlock(&d->lock);
    llmreg_difference_put(before);
    return rc;
}

void desk_look(struct desk *d, struct llmreg_restore *out,
               struct llmreg_difference **difference)
{
    llmreg_lock(&d->lock);
    *out = d->work;
    if (difference != NULL)
        *difference = compare_hold(d->difference);
    llmreg_unlock(&d->lock);
}

bool desk_is_wanted(struct desk *d)
{
    bool wanted;

    llmreg_lock(&d->lock);
    wanted = d->work.step == LLMREG_RESTORE_WANTED;
    llmreg_unlock(&d->lock);
    return wanted;
}

bool desk_begin(struct desk *d, struct llmreg_restore *out)
{
    bool wanted;

    llmreg_lock(&d->lock);
    wanted = d->work.step == LLMREG_RESTORE_WANTED;
    if (wanted)
        d->work.step = LLMREG_RESTORE_RUNNING;
    *out = d->work;
    llmreg_unlock(&d->lock);
    return wanted;
}

void desk_compared(struct desk *d, struct llmreg_difference *difference)
{
    llmreg_lock(&d->lock);
    d->difference = difference;
    llmreg_unlock(&d->lock);
}

/* Its event is what the store's thread wakes for. */
void desk_hand_over(struct desk *d, const struct llmreg_restore *work)
{
    llmreg_lock(&d->lock);
    d->work = *work;
    d->ready = true;
    llmreg_unlock(&d->lock);
    publish(d, "wanted", "running", work->wish.id);
}

bool desk_take(struct desk *d, struct llmreg_restore *out)
{
    bool ready;

    llmreg_lock(&d->lock);
    ready = d->ready;
    d->ready = false;
    *out = d->work;
    llmreg_unlock(&d->lock);
    return ready;
}

static void tell(struct desk *d, const struct llmreg_restore *work, int rc,
                 const struct llmreg_error *err)
{
    const char *how = work->wish.dry_run ? "would be possible" : "is done";

    if (rc != LLMREG_OK)
        llmreg_log(d->world.log, LLMREG_ERROR,
                   "store: the restore of the backup %s failed: %s",
                   work->wish.id, err->text);
    else
        llmreg_log(
            d->world.log, LLMREG_INFO,
            "store: the restore of the backup %s %s%s%s", work->wish.id, how,
            work->safety[0] != '\0' ? "; what was before is the backup " : "",
            work->safety);
    if (!work->wish.dry_run)
        publish(d, "running", rc != LLMREG_OK ? "failed" : "complete",
                rc != LLMREG_OK ? err->text : work->wish.id);
}

void desk_end(struct desk *d, const struct llmreg_restore *work, int rc,
              const struct llmreg_error *err)
{
    const struct llmreg_now now = llmreg_clock_now(d->world.clock);

    llmreg_lock(&d->lock);
    d->work = *work;
    d->work.step =
        rc == LLMREG_OK ? LLMREG_RESTORE_DONE : LLMREG_RESTORE_FAILED;
    d->work.ended_ms = now.wall_ms;
    d->work.status = rc;
    if (rc != LLMREG_OK)
        d->work.reason = *err;
    llmreg_unlock(&d->lock);
    tell(d, work, rc, err);
}
