/* SPDX-License-Identifier: MIT */
/* writer.c - drains events, writes batches, survives faults.
 *
 * Group commit needs no waiting: while one commit is in fsync the next events
 * gather in the ring, and up to BATCH_EVENTS of them share the next one.
 *
 * A lazy batch is committed without fsync (synchronous = NORMAL).  It counts
 * as on disk only after the next commit with fsync, which covers the whole
 * log up to it.
 */
#include "common/store/writer.h"

#include <stdlib.h>

#include "common/store/care/upkeep.h"
#include "common/store/home.h"
#include "common/store/newer.h"
#include "common/store/restore/hand.h"

/* The time of a change is read before the change is published. */
#define SWEEP_SLACK_NS LLMREG_NS_PER_S
#define SLOW_NS        (60 * LLMREG_NS_PER_S)

struct writer {
    /* fixed after new */
    struct store_config config;
    struct store_world world;
    struct llmreg_subscription *events;
    struct desk *desk;
    /* owned by the store's thread */
    struct home home;
    struct batch batch;
    struct sequence sequence;
    struct keep *keep; /* ids that only the file has */
    struct history history;
    bool works, loaded;
    bool late;     /* others had the registry before the file was loaded */
    bool peeked;   /* into a file of a newer llmreg */
    bool hurries;  /* there is time for one more batch */
    uint64_t seen; /* newest number that is in the batch or before */
    uint64_t on_disk;
    uint64_t wanted; /* somebody waits for this number */
    struct beats beats;
    struct hand hand;
    struct upkeep upkeep;
    /* what moved since then is not written; slow: what may wait longer */
    struct llmreg_now swept, slow;
    /* monotonic times of what is due next */
    int64_t try_ns, check_ns, flush_ns;
};

/* ---- from working to broken ---- */

static void fail(struct writer *w, const struct llmreg_now *now, int rc,
                 const struct llmreg_error *why)
{
    if (rc == LLMREG_ECORRUPT)
        home_doubt(&w->home, why);
    home_abandon(&w->home, now);
    w->works = false;
    w->late = true;
    w->try_ns = now->mono_ns + w->config.retry_ns;
    sequence_jump(&w->sequence, w->world.bus, now);
    if (upkeep_failed(&w->upkeep, now, rc, why->text))
        w->try_ns = now->mono_ns;
}

/* ---- writing ---- */

/* Takes events until there are none or the batch is full. */
static void drain(struct writer *w)
{
    uint64_t last = llmreg_bus_last(w->world.bus);
    const struct llmreg_event *event;
    int rc = LLMREG_OK;

    while (rc != LLMREG_ENOENT && (w->hurries || !batch_is_full(&w->batch))) {
        rc = llmreg_subscription_next(w->events, &event);
        if (rc == LLMREG_EGAP)
            batch_add_everything(&w->batch);
        if (rc != LLMREG_OK)
            continue;
        w->seen = event->seq;
        batch_add(&w->batch, event);
    }
    /* Numbers may have been passed over. */
    if (rc == LLMREG_ENOENT && last > w->seen)
        w->seen = last;
}

static int write_batch(struct writer *w, const struct llmreg_now *now,
                       bool durable, struct llmreg_error *err)
{
    const bool reserve = sequence_is_due(&w->sequence, w->world.bus);
    const struct past past = {
        .batch = &w->batch,
        .beats = &w->beats,
        .registry = w->world.registry,
        .keep_events = w->config.keep_events,
        .keep_audit = w->config.keep_audit,
        .limits = shed_limits(&w->upkeep.shed),
        .now = *now,
    };
    struct history history = w->history;
    struct database *db = &w->home.db;
    const struct passage passage = {db, w->world.registry, *now};
    int rc;

    durable = durable || reserve;
    rc = database_begin(db, durable, err);
    if (rc == LLMREG_OK)
        rc = batch_write(&w->batch, &passage, w->keep, err);
    if (rc == LLMREG_OK)
        rc = history_write(&history, &past, db, err);
    if (rc == LLMREG_OK && reserve)
        rc = sequence_reserve(&w->sequence, db, w->world.bus, err);
    /* Also makes sure that there is something to sync. */
    if (rc == LLMREG_OK && durable)
        rc = sequence_synced(db, w->seen, err);
    if (rc == LLMREG_OK)
        rc = database_commit(db, err);
    if (rc != LLMREG_OK)
        return rc;
    sequence_committed(&w->sequence);
    batch_clear(&w->batch);
    beats_clear(&w->beats);
    w->history = history;
    if (durable)
        w->on_disk = w->seen;
    return LLMREG_OK;
}

static struct llmreg_now slack_before(const struct llmreg_now *now)
{
    return (struct llmreg_now){
        .mono_ns = now->mono_ns - SWEEP_SLACK_NS,
        .wall_ms = now->wall_ms - SWEEP_SLACK_NS / LLMREG_NS_PER_MS,
    };
}

/* Looks for what changed without an event. */
static int sweep(struct writer *w, const struct llmreg_now *now, bool force,
                 struct llmreg_error *err)
{
    const bool slow = force || now->mono_ns - w->slow.mono_ns >= SLOW_NS;
    const struct sweep s = {
        .db = &w->home.db,
        .registry = w->world.registry,
        .keep = w->keep,
        .since_ns = w->swept.mono_ns,
        .slow = {slow, w->slow.mono_ns, w->slow.wall_ms},
    };
    int rc = batch_sweep(&w->batch, &s, err);

    if (rc != LLMREG_OK)
        return rc;
    beats_sweep(&w->beats, now);
    w->swept = slack_before(now);
    if (slow)
        w->slow = w->swept;
    return LLMREG_OK;
}

/* Must be on disk now: it says so itself, or somebody waits for what was taken,
 * though it may be lazy, or written without fsync already. */
static bool is_durable(const struct writer *w)
{
    return w->batch.durable || (w->wanted > w->on_disk && w->seen > w->on_disk);
}

static int flush(struct writer *w, const struct llmreg_now *now, bool force,
                 struct llmreg_error *err)
{
    const bool durable = force || is_durable(w);
    int rc = sweep(w, now, force, err);

    w->flush_ns = now->mono_ns + w->config.flush_ns;
    if (rc != LLMREG_OK)
        return rc;
    if (batch_is_empty(&w->batch) && beats_is_empty(&w->beats) && !durable)
        return LLMREG_OK;
    return write_batch(w, now, durable || w->batch.durable, err);
}

/* At most one batch: what is left keeps the descriptor readable. */
static int write_due(struct writer *w, const struct llmreg_now *now, bool force,
                     struct llmreg_error *err)
{
    drain(w);
    if (force || now->mono_ns >= w->flush_ns)
        return flush(w, now, force, err);
    if (is_durable(w) || batch_is_full(&w->batch) ||
        sequence_is_due(&w->sequence, w->world.bus))
        return write_batch(w, now, is_durable(w), err);
    return LLMREG_OK;
}

static int check_due(struct writer *w, const struct llmreg_now *now,
                     struct llmreg_error *err)
{
    if (now->mono_ns < w->check_ns)
        return LLMREG_OK;
    w->check_ns = now->mono_ns + w->config.retry_ns;
    upkeep_look(&w->upkeep, now);
    return home_check(&w->home, err);
}

/* ---- from broken to working ---- */

static int load_once(struct writer *w, struct llmreg_error *err)
{
    struct load load = {.world = &w->world, .keep = w->keep, .late = w->late};
    int rc;

    if (w->loaded)
        return LLMREG_OK;
    rc = load_run(&load, &w->home.db, err);
    if (rc == LLMREG_OK)
        rc = upkeep_load(&w->upkeep, &w->home.db, err);
    w->loaded = rc == LLMREG_OK;
    return rc;
}

/* A file that is not ours to write: what can be taken from it is, once. */
static void read_newer(struct writer *w, const struct llmreg_now *now)
{
    struct load load = {.world = &w->world, .keep = w->keep, .late = w->late};
    const struct newer newer = {w->home.path, &load, &w->sequence};

    if (!w->loaded && !w->peeked)
        newer_read(&newer, now);
    w->peeked = true;
}

/* Opens the file and makes it like the registry, or the other way round. */
static int move_in(struct writer *w, const struct llmreg_now *now,
                   struct llmreg_error *err)
{
    struct database *db = &w->home.db;
    struct llmreg_error lost;
    int rc = home_lock(&w->home, now, err);

    lost.text[0] = '\0';
    if (rc == LLMREG_OK && !w->loaded)
        rc = hand_start(&w->hand, &w->config, err);
    if (rc == LLMREG_OK)
        rc = home_open(&w->home, now, &lost, err);
    if (rc == LLMREG_EVERSION)
        read_newer(w, now);
    if (lost.text[0] != '\0') {
        sequence_jump(&w->sequence, w->world.bus, now);
        tell_failed(&w->upkeep.tell, now, LLMREG_ECORRUPT, lost.text);
        recovery_tell(&w->home.recovery, &w->world);
        upkeep_recovered(&w->upkeep, &w->home.recovery);
    }
    if (rc == LLMREG_OK)
        rc = sequence_take_over(&w->sequence, db, w->world.bus, now, err);
    if (rc == LLMREG_OK)
        rc = history_open(&w->history, db, err);
    if (rc == LLMREG_OK)
        rc = load_once(w, err);
    if (rc == LLMREG_OK)
        rc = hand_apply(&w->hand, err);
    /* After an fsync that failed the kernel may have dropped a piece of the
     * log and still show it: what is appended behind it would be lost with
     * the next power cut, however well it is synced. */
    if (rc == LLMREG_OK)
        rc = database_restart_log(db, w->upkeep.shed.on, err);
    if (rc != LLMREG_OK)
        return rc;
    if (w->upkeep.tell.failed || hand_is_applied(&w->hand))
        batch_add_everything(&w->batch);
    return write_due(w, now, true, err);
}

static void heal(struct writer *w, const struct llmreg_now *now, int rc,
                 const struct llmreg_error *err)
{
    if (rc != LLMREG_OK) {
        fail(w, now, rc, err);
        return;
    }
    w->works = true;
    hand_settle(&w->hand);
    w->check_ns = now->mono_ns + w->config.retry_ns;
    upkeep_works(&w->upkeep, now);
}

/* ---- steps ---- */

/* Until all of it is on disk the file is as it was before. */
static int restore_due(struct writer *w, const struct llmreg_now *now,
                       struct llmreg_error *err)
{
    int rc = hand_apply(&w->hand, err);

    if (rc != LLMREG_OK || !hand_is_applied(&w->hand))
        return rc;
    batch_add_everything(&w->batch);
    rc = write_due(w, now, true, err);
    if (rc == LLMREG_OK)
        hand_settle(&w->hand);
    return rc;
}

static void work(struct writer *w, const struct llmreg_now *now, bool force)
{
    struct llmreg_error err = {{0}};
    int rc = check_due(w, now, &err);

    if (rc == LLMREG_OK)
        rc = write_due(w, now, force, &err);
    if (rc == LLMREG_OK)
        rc = restore_due(w, now, &err);
    if (rc == LLMREG_OK)
        rc = upkeep_step(&w->upkeep, &w->home.db, now, &err);
    if (rc != LLMREG_OK)
        fail(w, now, rc, &err);
}

/* Twice, if the first fault made room (shed.h): then nobody sees it. */
static void try_again(struct writer *w, const struct llmreg_now *now)
{
    do {
        struct llmreg_error err = {{0}};
        int rc = move_in(w, now, &err);

        heal(w, now, rc, &err);
    } while (!w->works && now->mono_ns >= w->try_ns);
}

void writer_step(struct writer *w, const struct llmreg_now *now, bool force)
{
    const bool worked = w->works;

    if (worked)
        work(w, now, force);
    if (w->works)
        return;
    if ((force && !worked) || now->mono_ns >= w->try_ns)
        try_again(w, now);
    else
        sequence_jump(&w->sequence, w->world.bus, now);
}

void writer_hurry(struct writer *w)
{
    w->hurries = true;
}

void writer_want(struct writer *w, uint64_t seq)
{
    w->wanted = seq;
}

int64_t writer_pause(const struct writer *w, const struct llmreg_now *now)
{
    int64_t due = w->try_ns;

    if (w->works)
        due = w->flush_ns < w->check_ns ? w->flush_ns : w->check_ns;
    if (w->works && upkeep_due_ns(&w->upkeep) < due)
        due = upkeep_due_ns(&w->upkeep);
    return due > now->mono_ns ? due - now->mono_ns : 0;
}

int writer_fd(const struct writer *w)
{
    return w->works ? llmreg_subscription_fd(w->events) : -1;
}

bool writer_works(const struct writer *w)
{
    return w->works;
}

struct standing *writer_standing(const struct writer *w)
{
    return w->upkeep.tell.standing;
}

struct care *writer_care(const struct writer *w)
{
    return w->upkeep.care;
}

struct desk *writer_desk(const struct writer *w)
{
    return w->desk;
}

uint64_t writer_on_disk(const struct writer *w)
{
    return w->on_disk;
}

/* ---- life ---- */

static int make(struct writer *w, struct llmreg_error *err)
{
    int rc = batch_init(&w->batch);

    if (rc == LLMREG_OK)
        rc = beats_init(&w->beats, w->world.registry, w->config.keep_beats);
    if (rc == LLMREG_OK)
        rc = keep_new(&w->keep);
    if (rc == LLMREG_OK)
        rc = upkeep_init(&w->upkeep, &w->config, &w->world, w->home.path,
                         &w->history);
    if (rc == LLMREG_OK)
        rc = desk_new(&w->desk, &w->world);
    if (rc == LLMREG_OK)
        rc = llmreg_subscribe(w->world.bus, UINT64_MAX, &w->events);
    if (rc != LLMREG_OK)
        llmreg_error_set(err, "store: %s", llmreg_status_text(rc));
    return rc;
}

int writer_new(struct writer **out, const struct store_config *config,
               const struct store_world *world, struct llmreg_error *err)
{
    struct llmreg_now now = llmreg_clock_now(world->clock);
    struct llmreg_error why = {{0}};
    struct writer *w = calloc(1, sizeof *w);
    int rc = LLMREG_ENOMEM;

    if (w == NULL)
        goto done;
    w->config = *config;
    w->world = *world;
    home_init(&w->home, config->dir, config->backups.dir);
    rc = make(w, err);
    if (rc != LLMREG_OK)
        goto done;
    hand_init(&w->hand, w->desk, &w->world, w->home.path);
    rc = move_in(w, &now, &why);
    if (rc == LLMREG_ELOCKED) {
        llmreg_error_set(err, "%s", why.text);
        goto done;
    }
    heal(w, &now, rc, &why);
    if (!w->works && now.mono_ns >= w->try_ns)
        try_again(w, &now);
    *out = w;
    w = NULL; /* now the caller's */
    rc = LLMREG_OK;
done:
    writer_free(w);
    return rc;
}

void writer_free(struct writer *w)
{
    if (w == NULL)
        return;
    home_close(&w->home);
    llmreg_unsubscribe(w->events);
    batch_fini(&w->batch);
    beats_fini(&w->beats);
    keep_free(w->keep);
    desk_free(w->desk);
    upkeep_fini(&w->upkeep);
    free(w);
}
