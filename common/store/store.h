/* SPDX-License-Identifier: MIT */
/* store.h - what the registry remembers over a restart, in one SQLite file.
 *
 * The store listens to the bus like everybody else.  Its thread learns from
 * the events what changed, reads the present values from the registry and
 * writes them.  Memory is the truth: nobody reads the file while
 * the program runs, no request waits for the disk, and after a fault or a gap
 * the file is made like the registry again.
 *
 * Two classes of change.  What people decide and what they are woken for
 * (registered, removed, intent, health state, sessions, alerts, tokens, the
 * audit) is durable:
 * written at once, with fsync.  What moves all the time (models, time and
 * latency of the last probe, what agents say, heartbeats) is lazy: put together
 * and written every flush_ns; when an agent or a session was seen last, once a
 * minute.
 *
 * A store that cannot be used is a fault, not an end: it is said once in the
 * log and as a STORE event, and tried again every retry_ns.
 *
 * Threads:   open and close belong to one thread; the rest may be called by
 *            any.
 * Blocking:  open, close and sync wait for the disk; nothing else does.
 * Ownership: what is in struct store_world is lent and must outlive the store.
 */
#ifndef LLMREG_STORE_H
#define LLMREG_STORE_H

#include <llmreg/backup.h>
#include <llmreg/bus.h>
#include <llmreg/clock.h>
#include <llmreg/log.h>
#include <llmreg/registry.h>
#include <llmreg/restore.h>
#include <llmreg/store_health.h>

#include "common/store/durable.h"
#include "common/store/standing.h"

#define STORE_DIR_SIZE 1024
#define STORE_FILE     "registry.db"

struct store_backups {
    char dir[STORE_DIR_SIZE]; /* absolute; "": dir/backups */
    int64_t interval_ns;      /* between two; 0: on request only */
    int64_t newest;           /* so many are kept, */
    int64_t daily, weekly;    /* and these (backup/retain.h) */
};

struct store_config {
    char dir[STORE_DIR_SIZE]; /* absolute; made if its parent is there */
    int64_t flush_ns;         /* pause between two lazy writes */
    int64_t retry_ns;         /* between attempts; between looks at the file */
    int64_t keep_events;      /* newest rows of event; 0: none */
    int64_t keep_audit;       /* newest rows of audit; 0: none */
    int64_t keep_beats;       /* rows of heartbeat; 0: none */
    int64_t compact_ns;       /* between two compactions; 0: if wanted */
    int64_t check_ns;         /* between two full checks; 0: none */
    int64_t ballast;          /* bytes (ballast.h); 0: none */
    struct store_backups backups;
};

struct store_world {
    struct llmreg_registry *registry;
    struct llmreg_bus *bus;
    const struct llmreg_clock *clock;
    const struct llmreg_log *log;
};

struct care;
struct store;
struct vault;

/* Takes the life lock, puts what the file remembers into the registry, raises
 * the bus above every number that was ever used, and starts the thread.  A
 * file or directory that cannot be used is not an error here.
 * LLMREG_ELOCKED: another process has it; err names it.  LLMREG_ENOMEM,
 * LLMREG_EIO (no thread, no descriptor). */
LLMREG_MUSTCHECK int store_open(struct store **out,
                                const struct store_config *config,
                                const struct store_world *world,
                                struct llmreg_error *err);

/* Writes what is left, if it can be written, and ends.  NULL is fine. */
void store_close(struct store *s);

/* Waits until every change so far is on disk, lazy ones too.  LLMREG_ETIME
 * after timeout_ms; LLMREG_EIO while the store does not work. */
LLMREG_MUSTCHECK int store_sync(struct store *s, int64_t timeout_ms);

/* Without waiting: up to where, who watches it, and who wants more of it.  What
 * the store's thread looks up now and then (batch.h) is not waited for. */
struct durable *store_durable(struct store *s);
void store_want(struct store *s, uint64_t seq);

/* Does it work?  Lent, until the store is closed. */
struct standing *store_standing(struct store *s);
/* How is it (care/care.h)?  Lent likewise. */
struct care *store_care(struct store *s);
/* Its backups (backup/vault.h); lent likewise. */
struct vault *store_vault(struct store *s);
/* Wants a backup now; as vault_request. */
LLMREG_MUSTCHECK int store_backup(struct store *s,
                                  char id[static LLMREG_BACKUP_ID_SIZE]);
/* As vault_list and vault_work (backup/vault.h). */
struct llmreg_backups *store_backups(struct store *s);
void store_backup_work(struct store *s, struct llmreg_backup_work *out);
/* Wants a restore; as desk_request, and as desk_look (restore/desk.h). */
LLMREG_MUSTCHECK int store_restore(struct store *s,
                                   const struct llmreg_restore_wish *wish);
void store_restore_look(struct store *s, struct llmreg_restore *out,
                        struct llmreg_difference **difference);

/* As of the last look; nothing is waited for. */
void store_health(struct store *s, struct llmreg_store_health *out);
/* Wants one now.  LLMREG_EBUSY: one is wanted or runs. */
LLMREG_MUSTCHECK int store_compact(struct store *s);

#endif
