/* SPDX-License-Identifier: MIT */
/* vault.c - what is told is under the lock, the rest is the caretaker's. */
#include "common/store/backup/vault.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <llmreg/text.h>

#include "common/store/backup/inspect.h"
#include "common/store/backup/list.h"
#include "common/store/backup/make.h"
#include "common/store/backup/name.h"
#include "common/store/backup/plan.h"

/* People take files away, or put them back. */
#define LOOK_NS (300 * LLMREG_NS_PER_S)

struct vault {
    /* fixed after new */
    struct store_world world;
    char dir[FILES_PATH_SIZE], live[FILES_PATH_SIZE];
    struct retain_conf keep;
    /* guarded by lock */
    struct llmreg_lock lock;
    struct llmreg_backup_work work;
    struct plan plan;
    bool wanted; /* and not running yet */
    unsigned count;
    struct llmreg_backups *list;
    /* owned by the caretaker's thread */
    char hub[40]; /* "" until the live file said */
    bool cleaned;
    int64_t look_ns;
};

/* ---- telling ---- */

static void publish(struct vault *v, bool failed, const char *reason)
{
    const struct llmreg_event event = {
        .time_ms = llmreg_clock_now(v->world.clock).wall_ms,
        .type = LLMREG_EVENT_STORE,
        .entity = LLMREG_ENTITY_STORE,
        .subject = "store",
        .name = "backup",
        .before = "running",
        .after = failed ? "failed" : "complete",
        .reason = reason,
    };

    /* With no memory the number is used: subscribers see a gap. */
    (void)!llmreg_bus_publish(v->world.bus, &event, NULL);
    llmreg_bus_wake(v->world.bus);
}

static void tell(struct vault *v, const char *id, int rc,
                 const struct llmreg_error *err)
{
    if (rc != LLMREG_OK)
        llmreg_log(v->world.log, LLMREG_ERROR,
                   "store: the backup %s failed: %s", id, err->text);
    else
        llmreg_log(v->world.log, LLMREG_INFO,
                   "store: the backup %s/%s.db is made and checked", v->dir,
                   id);
    publish(v, rc != LLMREG_OK, rc != LLMREG_OK ? err->text : id);
}

/* ---- what is there ---- */

static void ask_hub(struct vault *v, struct reader *r)
{
    struct database db;
    char hub[sizeof v->hub];

    if (v->hub[0] == '\0' && reader_open(r, v->live, &db, NULL) == LLMREG_OK) {
        if (inspect_hub(&db, hub, NULL) == LLMREG_OK)
            memcpy(v->hub, hub, sizeof v->hub);
        reader_close(r, &db);
    }
}

/* Where there is no memory or no look, the list before stays. */
static void read_list(struct vault *v)
{
    struct llmreg_backups *list, *before;
    const struct llmreg_backup *newest;
    struct llmreg_error err;

    if (list_read(v->dir, &list, &err) != LLMREG_OK) {
        llmreg_log(v->world.log, LLMREG_WARNING, "store: %s", err.text);
        return;
    }
    newest = list_newest(list, v->hub);
    llmreg_lock(&v->lock);
    before = v->list;
    v->list = list;
    v->plan.good_ms = newest != NULL ? newest->made_ms : 0;
    llmreg_unlock(&v->lock);
    llmreg_backups_put(before);
}

static void look(struct vault *v, struct reader *r,
                 const struct llmreg_now *now)
{
    ask_hub(v, r);
    if (v->hub[0] != '\0' && !v->cleaned) {
        list_clean(v->dir, v->hub);
        v->cleaned = true;
    }
    read_list(v);
    v->look_ns = now->mono_ns + LOOK_NS;
}

static void prune(struct vault *v)
{
    struct llmreg_backups *list = vault_list(v);
    const size_t dropped = list_prune(v->dir, v->hub, &v->keep, list);

    llmreg_backups_put(list);
    if (dropped == 0)
        return;
    llmreg_log(v->world.log, LLMREG_INFO,
               "store: %zu backups that need not be kept were removed",
               dropped);
    read_list(v);
}

/* ---- one ---- */

static void want_locked(struct vault *v, enum llmreg_backup_why why)
    LLMREG_REQUIRES(v->lock)
{
    const struct llmreg_now now = llmreg_clock_now(v->world.clock);

    v->wanted = true;
    v->work.running = true;
    v->work.why = why;
    v->work.since_ms = now.wall_ms;
    backup_name(v->work.id, now.wall_ms, v->count++);
}

/* True: one is to be made, as *out says. */
static bool begin(struct vault *v, struct make *out,
                  char id[static LLMREG_BACKUP_ID_SIZE])
{
    const struct llmreg_now now = llmreg_clock_now(v->world.clock);
    bool wanted;

    llmreg_lock(&v->lock);
    if (!v->wanted && plan_due_ns(&v->plan, &now) <= now.mono_ns)
        want_locked(v, LLMREG_BACKUP_SCHEDULE);
    wanted = v->wanted;
    v->wanted = false;
    memcpy(id, v->work.id, LLMREG_BACKUP_ID_SIZE);
    *out = (struct make){v->live, v->dir, id, v->work.why, v->world.clock};
    llmreg_unlock(&v->lock);
    return wanted;
}

static void end(struct vault *v, int rc, const struct llmreg_error *err)
{
    const struct llmreg_now now = llmreg_clock_now(v->world.clock);

    llmreg_lock(&v->lock);
    v->work.running = false;
    v->work.last.known = true;
    v->work.last.failed = rc != LLMREG_OK;
    v->work.last.ended_ms = now.wall_ms;
    v->work.last.reason = *err;
    memcpy(v->work.last.id, v->work.id, sizeof v->work.last.id);
    v->plan.failures = rc != LLMREG_OK ? v->plan.failures + 1 : 0;
    v->plan.failed_ns = now.mono_ns;
    llmreg_unlock(&v->lock);
}

static void make_one(struct vault *v, struct reader *r, const struct make *m)
{
    struct llmreg_error err = {{0}};
    struct llmreg_backup made;
    int rc = make_backup(m, r, &made, &err);

    if (rc == LLMREG_OK) {
        memcpy(v->hub, made.hub, sizeof v->hub);
        read_list(v);
        prune(v);
    }
    end(v, rc, &err);
    if (rc == LLMREG_OK || !reader_is_halted(r))
        tell(v, m->id, rc, &err);
}

/* A copy that was not made is no backup that failed: the restore has. */
int vault_make_safety(struct vault *v, struct reader *r,
                      char id[static LLMREG_BACKUP_ID_SIZE],
                      struct llmreg_error *err)
{
    const struct llmreg_now now = llmreg_clock_now(v->world.clock);
    const struct make m = {v->live, v->dir, id, LLMREG_BACKUP_SAFETY,
                           v->world.clock};
    struct llmreg_backup made;
    int rc;

    llmreg_lock(&v->lock);
    backup_name(id, now.wall_ms, v->count++);
    llmreg_unlock(&v->lock);
    rc = make_backup(&m, r, &made, err);
    if (rc != LLMREG_OK) {
        id[0] = '\0';
        return rc;
    }
    memcpy(v->hub, made.hub, sizeof v->hub);
    read_list(v);
    prune(v);
    return rc;
}

/* ---- the chore ---- */

static int64_t due_ns(void *ctx, const struct llmreg_now *now)
{
    struct vault *v = ctx;
    int64_t due;

    llmreg_lock(&v->lock);
    due = v->wanted ? now->mono_ns : plan_due_ns(&v->plan, now);
    llmreg_unlock(&v->lock);
    return due < v->look_ns ? due : v->look_ns;
}

/* The first time it only looks: then it is known when one is due. */
static void run(void *ctx, struct reader *reader, const struct llmreg_now *now)
{
    struct vault *v = ctx;
    char id[LLMREG_BACKUP_ID_SIZE];
    struct make m;

    if (now->mono_ns >= v->look_ns)
        look(v, reader, now);
    if (begin(v, &m, id))
        make_one(v, reader, &m);
}

struct chore vault_chore(struct vault *v)
{
    return (struct chore){"backup", due_ns, run, v};
}

/* ---- others ---- */

int vault_request(struct vault *v, enum llmreg_backup_why why,
                  char out[static LLMREG_BACKUP_ID_SIZE])
{
    int rc = LLMREG_EBUSY;

    llmreg_lock(&v->lock);
    if (!v->work.running) {
        want_locked(v, why);
        rc = LLMREG_OK;
    }
    memcpy(out, v->work.id, LLMREG_BACKUP_ID_SIZE);
    llmreg_unlock(&v->lock);
    return rc;
}

void vault_work(struct vault *v, struct llmreg_backup_work *out)
{
    const struct llmreg_now now = llmreg_clock_now(v->world.clock);
    int64_t due;

    llmreg_lock(&v->lock);
    *out = v->work;
    out->good_ms = v->plan.good_ms;
    due = plan_due_ns(&v->plan, &now);
    llmreg_unlock(&v->lock);
    if (due != INT64_MAX)
        out->next_ms = now.wall_ms + (due - now.mono_ns) / LLMREG_NS_PER_MS;
}

struct llmreg_backups *vault_list(struct vault *v)
{
    struct llmreg_backups *list;

    llmreg_lock(&v->lock);
    list = list_hold(v->list);
    llmreg_unlock(&v->lock);
    return list;
}

void vault_path(struct vault *v, const char *id,
                char out[static FILES_PATH_SIZE])
{
    backup_path(out, v->dir, id, ".db");
}

/* ---- life ---- */

static void configure(struct vault *v, const struct store_config *config,
                      const char *live)
{
    const struct store_backups *b = &config->backups;

    if (b->dir[0] != '\0')
        llmreg_copy_message(v->dir, sizeof v->dir, b->dir);
    else
        files_path(v->dir, config->dir, "backups");
    llmreg_copy_message(v->live, sizeof v->live, live);
    v->keep = (struct retain_conf){b->newest, b->daily, b->weekly};
    v->plan.interval_ns = b->interval_ns;
    v->plan.started_ns = llmreg_clock_now(v->world.clock).mono_ns;
    /* Two programs that share a directory do not count alike.  If it fails,
     * they meet within a millisecond at worst, and one says so. */
    (void)!getrandom(&v->count, sizeof v->count, 0);
}

int vault_new(struct vault **out, const struct store_config *config,
              const char *live, const struct store_world *world)
{
    struct vault *v = calloc(1, sizeof *v);
    struct llmreg_backups *none = calloc(1, sizeof *none);
    int rc = LLMREG_ENOMEM;

    if (v == NULL || none == NULL)
        goto done;
    rc = llmreg_lock_init(&v->lock);
    if (rc != LLMREG_OK)
        goto done;
    none->refs = 1;
    v->list = none;
    v->world = *world;
    configure(v, config, live);
    *out = v;
    return LLMREG_OK;
done:
    free(none);
    free(v);
    return rc;
}

void vault_free(struct vault *v)
{
    if (v == NULL)
        return;
    llmreg_backups_put(v->list);
    llmreg_lock_fini(&v->lock);
    free(v);
}
