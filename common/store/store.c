/* SPDX-License-Identifier: MIT */
/* store.c - the thread around a writer, and how others wait for it.
 *
 * The thread sleeps until an event comes, somebody wants to know that all is
 * on disk, or something is due.  What it tells the others is two facts
 * (durable.h): whether the store works, and up to which event number
 * everything is on disk.
 *
 * There are two ways to want something.  store_sync wants all of it, also what
 * is no event, and waits under the lock.  store_want raises a number, and
 * wakes the thread only if it is asleep; the thread looks at the number once
 * more after it said that it is.
 */
#include "common/store/store.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <llmreg/thread.h>

#include "common/store/care/measure.h"
#include "common/store/care/scrub.h"
#include "common/store/mount.h"
#include "common/store/restore/prepare.h"
#include "common/store/writer.h"

#define HURRY_NS       (3 * LLMREG_NS_PER_S)
/* After a commit that took so long, so much of it is a pause. */
#define GATHER_FROM_NS (2 * LLMREG_NS_PER_MS)
#define GATHER_SHARE   8
#define GATHER_MAX_NS  (5 * LLMREG_NS_PER_MS)

struct store {
    /* fixed after open */
    struct store_world world;
    pthread_t thread;
    int wake_fd;
    struct vault *vault;
    struct prepare prepare; /* of a restore */
    struct measure *measure;
    struct scrub *scrub;
    struct caretaker *caretaker;
    /* guarded by lock */
    struct llmreg_lock lock;
    pthread_cond_t changed;
    uint64_t synced; /* store_sync waits for this number */
    uint64_t turns;  /* of the thread, each with its facts told */
    bool stop;
    /* written by everybody */
    _Atomic uint64_t wanted; /* store_want wants this number */
    _Atomic bool asleep;     /* the thread */
    /* told by the store's thread */
    struct durable durable;
    /* owned by the store's thread while it runs */
    struct writer *writer;
    uint64_t wanting; /* what of wanted the writer was told */
};

static void wake(struct store *s)
{
    const uint64_t one = 1;
    /* Fails only when the counter is full: then it is readable. */
    ssize_t written = write(s->wake_fd, &one, sizeof one);

    (void)written;
}

/* ---- the thread ---- */

static void tell(struct store *s)
{
    durable_tell(&s->durable, writer_on_disk(s->writer),
                 writer_works(s->writer));
    llmreg_lock(&s->lock);
    s->turns++;
    pthread_cond_broadcast(&s->changed);
    llmreg_unlock(&s->lock);
}

/* Somebody waits for something that can be done. */
static bool is_wanted(struct store *s, bool *stop)
{
    bool wanted;

    llmreg_lock(&s->lock);
    wanted =
        durable_works(&s->durable) && s->synced > durable_on_disk(&s->durable);
    *stop = s->stop;
    llmreg_unlock(&s->lock);
    return wanted;
}

static void sleep_until_due(struct store *s, const struct llmreg_now *now)
{
    struct pollfd fds[2] = {
        {.fd = s->wake_fd, .events = POLLIN},
        {.fd = writer_fd(s->writer), .events = POLLIN},
    };
    int64_t pause = writer_pause(s->writer, now);
    struct timespec ts = {
        .tv_sec = (time_t)(pause / LLMREG_NS_PER_S),
        .tv_nsec = (long)(pause % LLMREG_NS_PER_S),
    };
    uint64_t count;

    atomic_store(&s->asleep, true);
    if (atomic_load(&s->wanted) == s->wanting && ppoll(fds, 2, &ts, NULL) > 0 &&
        fds[0].revents != 0) {
        ssize_t got = read(s->wake_fd, &count, sizeof count);

        (void)got;
    }
    atomic_store(&s->asleep, false);
}

/* Who was answered comes back a moment after the commit, and would just miss
 * the next one: on a slow disk only half of them would be in each. */
static void gather(struct store *s, int64_t took_ns)
{
    struct pollfd wanted = {.fd = s->wake_fd, .events = POLLIN};
    int64_t rest_ns = took_ns / GATHER_SHARE;

    if (took_ns < GATHER_FROM_NS)
        return;
    if (rest_ns > GATHER_MAX_NS)
        rest_ns = GATHER_MAX_NS;
    const struct timespec ts = {.tv_nsec = (long)rest_ns};
    (void)ppoll(&wanted, 1, &ts, NULL);
}

static void step(struct store *s, const struct llmreg_now *now, bool force)
{
    const uint64_t before = writer_on_disk(s->writer);

    s->wanting = atomic_load(&s->wanted);
    writer_want(s->writer, s->wanting);
    writer_step(s->writer, now, force);
    tell(s);
    if (!force && writer_on_disk(s->writer) != before)
        gather(s, llmreg_clock_now(s->world.clock).mono_ns - now->mono_ns);
}

/* Writes all that was published until now; a broken store gets a last try, and
 * a slow one no more than a few seconds with the history of events. */
static void finish(struct store *s)
{
    const uint64_t last = llmreg_bus_last(s->world.bus);
    struct llmreg_now now = llmreg_clock_now(s->world.clock);
    const int64_t hurry_ns = now.mono_ns + HURRY_NS;

    do {
        if (now.mono_ns >= hurry_ns)
            writer_hurry(s->writer);
        writer_step(s->writer, &now, true);
        now = llmreg_clock_now(s->world.clock);
    } while (writer_works(s->writer) && writer_on_disk(s->writer) < last);
}

static void *run(void *arg)
{
    struct store *s = arg;
    struct llmreg_now now = llmreg_clock_now(s->world.clock);
    bool stop = false;
    bool force = is_wanted(s, &stop);

    while (!stop) {
        if (!force)
            sleep_until_due(s, &now);
        now = llmreg_clock_now(s->world.clock);
        step(s, &now, force);
        force = is_wanted(s, &stop);
    }
    finish(s);
    return NULL;
}

/* ---- waiting ---- */

static struct timespec deadline_after(int64_t timeout_ms)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(timeout_ms / 1000);
    t.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000L;
    }
    return t;
}

/* A store that does not work may just be healing, with its event out already:
 * believe it only after a turn has ended. */
static bool is_pending_locked(const struct store *s, uint64_t target,
                              uint64_t turn) LLMREG_REQUIRES(s->lock)
{
    return durable_on_disk(&s->durable) < target &&
           (durable_works(&s->durable) || s->turns == turn);
}

int store_sync(struct store *s, int64_t timeout_ms)
{
    const uint64_t target = llmreg_bus_last(s->world.bus);
    const struct timespec deadline = deadline_after(timeout_ms);
    int rc = 0;

    llmreg_lock(&s->lock);
    if (s->synced < target)
        s->synced = target;
    const uint64_t turn = s->turns;
    llmreg_unlock(&s->lock);
    wake(s);
    llmreg_lock(&s->lock);
    while (is_pending_locked(s, target, turn) && rc == 0)
        rc = pthread_cond_timedwait(&s->changed, &s->lock.mutex, &deadline);
    llmreg_unlock(&s->lock);
    if (durable_on_disk(&s->durable) >= target)
        return LLMREG_OK;
    return durable_works(&s->durable) ? LLMREG_ETIME : LLMREG_EIO;
}

struct durable *store_durable(struct store *s)
{
    return &s->durable;
}

void store_want(struct store *s, uint64_t seq)
{
    uint64_t old = atomic_load(&s->wanted);

    while (old < seq && !atomic_compare_exchange_weak(&s->wanted, &old, seq))
        ;
    if (old < seq && atomic_exchange(&s->asleep, false))
        wake(s);
}

/* ---- life ---- */

static int init_waiting(struct store *s)
{
    pthread_condattr_t attributes;
    int rc = llmreg_lock_init(&s->lock);

    if (rc != LLMREG_OK)
        return rc;
    rc = LLMREG_ENOMEM;
    if (pthread_condattr_init(&attributes) != 0)
        goto done;
    if (pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
        pthread_cond_init(&s->changed, &attributes) == 0)
        rc = LLMREG_OK;
    pthread_condattr_destroy(&attributes);
done:
    if (rc != LLMREG_OK)
        llmreg_lock_fini(&s->lock);
    return rc;
}

static void fini_waiting(struct store *s)
{
    pthread_cond_destroy(&s->changed);
    llmreg_lock_fini(&s->lock);
}

static void destroy(struct store *s)
{
    caretaker_free(s->caretaker);
    vault_free(s->vault);
    measure_free(s->measure);
    scrub_free(s->scrub);
    writer_free(s->writer);
    if (s->wake_fd >= 0)
        close(s->wake_fd);
    durable_fini(&s->durable);
    fini_waiting(s);
    free(s);
}

static int make_chores(struct store *s, const struct store_config *config)
{
    struct prepare *p = &s->prepare;
    struct care *care = writer_care(s->writer);
    int rc;

    files_path(p->live, config->dir, STORE_FILE);
    rc = vault_new(&s->vault, config, p->live, &s->world);
    p->desk = writer_desk(s->writer);
    p->vault = s->vault;
    p->world = &s->world;
    if (rc == LLMREG_OK)
        rc = measure_new(
            &s->measure,
            &(struct measure_conf){care, s->vault, p->live, s->world.clock});
    if (rc == LLMREG_OK)
        rc = scrub_new(&s->scrub, &(struct scrub_conf){care, p->live, &s->world,
                                                       config->check_ns});
    return rc;
}

/* In the order in which what is due is done. */
static int start_caretaker(struct store *s)
{
    const struct chore chores[] = {
        vault_chore(s->vault), /* its first look is measured, too */
        measure_chore(s->measure),
        prepare_chore(&s->prepare),
        scrub_chore(s->scrub),
    };
    int rc = caretaker_new(&s->caretaker, s->world.clock);

    for (size_t i = 0; i < sizeof chores / sizeof chores[0]; i++)
        if (rc == LLMREG_OK)
            rc = caretaker_add(s->caretaker, &chores[i]);
    return rc == LLMREG_OK ? caretaker_start(s->caretaker) : rc;
}

static int start(struct store *s, const struct store_config *config,
                 struct llmreg_error *err)
{
    int rc;

    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->wake_fd < 0) {
        llmreg_error_set(err, "store: no descriptor is left");
        return LLMREG_EIO;
    }
    rc = writer_new(&s->writer, config, &s->world, err);
    if (rc != LLMREG_OK)
        return rc;
    mount_look(config->dir, s->world.log);
    tell(s);
    rc = make_chores(s, config);
    if (rc == LLMREG_OK)
        rc = start_caretaker(s);
    if (rc == LLMREG_OK)
        rc = llmreg_thread_start(&s->thread, run, s, "llmreg-store");
    if (rc != LLMREG_OK)
        llmreg_error_set(err, "store: %s",
                         rc == LLMREG_ENOMEM ? llmreg_status_text(rc)
                                             : "the system gives no thread");
    return rc;
}

int store_open(struct store **out, const struct store_config *config,
               const struct store_world *world, struct llmreg_error *err)
{
    struct store *s = calloc(1, sizeof *s);
    int rc;

    if (s == NULL)
        return LLMREG_ENOMEM;
    s->world = *world;
    rc = init_waiting(s);
    if (rc != LLMREG_OK) {
        free(s);
        return rc;
    }
    rc = durable_init(&s->durable);
    if (rc != LLMREG_OK) {
        fini_waiting(s);
        free(s);
        return rc;
    }
    rc = start(s, config, err);
    if (rc != LLMREG_OK) {
        destroy(s);
        return rc;
    }
    *out = s;
    return LLMREG_OK;
}

struct standing *store_standing(struct store *s)
{
    return writer_standing(s->writer);
}

struct vault *store_vault(struct store *s)
{
    return s->vault;
}

int store_backup(struct store *s, char id[static LLMREG_BACKUP_ID_SIZE])
{
    int rc = vault_request(s->vault, LLMREG_BACKUP_REQUEST, id);

    caretaker_wake(s->caretaker);
    return rc;
}

struct llmreg_backups *store_backups(struct store *s)
{
    return vault_list(s->vault);
}

void store_backup_work(struct store *s, struct llmreg_backup_work *out)
{
    vault_work(s->vault, out);
}

int store_restore(struct store *s, const struct llmreg_restore_wish *wish)
{
    int rc = desk_request(s->prepare.desk, wish);

    caretaker_wake(s->caretaker);
    return rc;
}

void store_restore_look(struct store *s, struct llmreg_restore *out,
                        struct llmreg_difference **difference)
{
    desk_look(s->prepare.desk, out, difference);
}

struct care *store_care(struct store *s)
{
    return writer_care(s->writer);
}

void store_health(struct store *s, struct llmreg_store_health *out)
{
    const struct llmreg_now now = llmreg_clock_now(s->world.clock);

    care_get(writer_care(s->writer), now.wall_ms, out);
}

int store_compact(struct store *s)
{
    const int rc = care_want_compaction(writer_care(s->writer));

    if (rc == LLMREG_OK)
        wake(s);
    return rc;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    caretaker_free(s->caretaker);
    s->caretaker = NULL;
    llmreg_lock(&s->lock);
    s->stop = true;
    llmreg_unlock(&s->lock);
    wake(s);
    pthread_join(s->thread, NULL);
    destroy(s);
}
