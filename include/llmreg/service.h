/* SPDX-License-Identifier: MIT */
/* service.h - the registry of this process: one, shared, started once.
 *
 * Two plugins in one daemon must meet in one registry.  The first to attach
 * starts it (bus, registry, store, timer, notifier, in this order), the last
 * to detach stops it (in the reverse order).  Settings arrive before that, from
 * any number of <Registry> blocks, and are merged option by option.
 *
 * Threads:   configure, attach and detach are for the thread that starts and
 *            stops the program; what they give may be used from any thread.
 * Blocking:  attach reads the store; detach joins threads and flushes it.
 * Ownership: the service is owned by those attached to it.
 */
#ifndef LLMREG_SERVICE_H
#define LLMREG_SERVICE_H

#include <llmreg/alert.h>
#include <llmreg/bus.h>
#include <llmreg/clock.h>
#include <llmreg/log.h>
#include <llmreg/options.h>
#include <llmreg/registry.h>
#include <llmreg/restore.h>

#define LLMREG_META_MAX 12

struct llmreg_meta {
    const char *name;
    const char *value;
};

struct llmreg_notification {
    enum llmreg_severity severity;
    int64_t time_ms;
    const char *host;            /* NULL: the host this process runs on */
    const char *plugin_instance; /* as in the endpoint's series; may be "" */
    const char *type, *type_instance;
    char message[LLMREG_MESSAGE_SIZE];
    struct llmreg_meta meta[LLMREG_META_MAX];
    size_t nmeta;
};

/* The program around us.  notify is called on a thread of ours and may block;
 * log from any thread of ours.  Both stay valid until the last detach. */
struct llmreg_program {
    struct llmreg_log log;
    void (*notify)(void *ctx, const struct llmreg_notification *n);
    void *ctx; /* of notify */
};

/* One <Registry> block; where names it for messages.  A mistake is remembered
 * and fails every later attach with the same text, and is returned here too:
 * LLMREG_EINVAL, LLMREG_ENOENT, LLMREG_EEXIST. */
int llmreg_service_configure(const struct llmreg_item *block, const char *where,
                             struct llmreg_error *err);
/* The tables of the <Registry> options and of those of an <Alert> block in it,
 * for the manual and its test. */
const struct llmreg_option *llmreg_service_options(void);
const struct llmreg_option *llmreg_service_alert_options(void);

struct llmreg_service;

/* Starts the service, or takes part in the running one (whose program stays the
 * first one's).  A store that cannot be used is not an error: it is logged
 * and notified, everything goes on from memory, and it is tried again.
 * LLMREG_EINVAL: configuration.  LLMREG_ELOCKED: another process has the
 * store; err names it.  LLMREG_ENOMEM, LLMREG_EIO (no thread). */
LLMREG_MUSTCHECK int llmreg_service_attach(const struct llmreg_program *program,
                                           struct llmreg_service **out,
                                           struct llmreg_error *err);
void llmreg_service_detach(struct llmreg_service *s);

struct llmreg_registry *llmreg_service_registry(struct llmreg_service *s);
struct llmreg_bus *llmreg_service_bus(struct llmreg_service *s);
const struct llmreg_clock *llmreg_service_clock(struct llmreg_service *s);
const struct llmreg_log *llmreg_service_log(struct llmreg_service *s);

/* How the rules are used, as it is configured. */
void llmreg_service_rules(const struct llmreg_service *s,
                          struct llmreg_rule_conf out[static LLMREG_RULES]);

/* Waits until every change so far is on disk.  LLMREG_ETIME after
 * timeout_ms; LLMREG_EIO while the store does not work. */
LLMREG_MUSTCHECK int llmreg_service_sync(struct llmreg_service *s,
                                         int64_t timeout_ms);

/* ---- what is on disk, without waiting for it ---- */

/* Every event up to this number, and what it changed, is on disk with fsync.
 * Whoever acknowledges a change waits until this has reached the number of its
 * event (seq in the results).  Where seq is 0 nothing was changed, but what is
 * there may have been changed a moment before by somebody else: then wait for
 * llmreg_bus_last, read after the call. */
uint64_t llmreg_service_durable(struct llmreg_service *s);
/* False: no more will be on disk before it is well again. */
bool llmreg_service_store_works(struct llmreg_service *s);
/* How the store is, in words.  It may work and do without something all the
 * same: on a full disk the history is not written. */
struct llmreg_standing {
    bool works;
    int status;               /* LLMREG_OK, or what kind of fault there is */
    int64_t since_ms;         /* wall time; 0: it never failed */
    struct llmreg_error what; /* why, or which file works again */
};
void llmreg_service_standing(struct llmreg_service *s,
                             struct llmreg_standing *out);
/* Somebody waits for that number: what is put together otherwise and written
 * every few seconds (a change of an agent that was known) is written at once.
 * Cheap; call it for whatever is waited for. */
void llmreg_service_want(struct llmreg_service *s, uint64_t seq);

/* ---- how it is kept ---- */

struct llmreg_store_health;
/* As it was measured last. */
void llmreg_service_store_health(struct llmreg_service *s,
                                 struct llmreg_store_health *out);
/* Wants a compaction of the store; what became of it is in its health.
 * LLMREG_EBUSY: one is wanted or runs. */
LLMREG_MUSTCHECK int llmreg_service_compact(struct llmreg_service *s);

/* A descriptor that is readable when either of the two may have changed, at
 * the beginning too.  Poll it, do not read it.  One thread at a time; must be
 * freed before the service is detached. */
struct llmreg_durable_watch;
#define LLMREG_DURABLE_WATCHES_MAX 64
/* LLMREG_EFULL: so many are there; LLMREG_EIO: no descriptor. */
LLMREG_MUSTCHECK int
llmreg_durable_watch_new(struct llmreg_service *s,
                         struct llmreg_durable_watch **out);
void llmreg_durable_watch_free(struct llmreg_durable_watch *w);
int llmreg_durable_watch_fd(const struct llmreg_durable_watch *w);
/* What is so now; the descriptor is idle again.  If !*works, what waits for
 * more than is returned cannot be acknowledged. */
uint64_t llmreg_durable_watch_read(struct llmreg_durable_watch *w, bool *works);

/* ---- backups, without waiting for the disk ---- */

/* Wants one now, with its id in out.  LLMREG_EBUSY: one is wanted or running,
 * and out is that one's. */
LLMREG_MUSTCHECK int
llmreg_service_backup(struct llmreg_service *s,
                      char out[static LLMREG_BACKUP_ID_SIZE]);
/* A reference. */
struct llmreg_backups *llmreg_service_backups(struct llmreg_service *s);
void llmreg_service_backup_work(struct llmreg_service *s,
                                struct llmreg_backup_work *out);
/* Wants a restore.  LLMREG_EBUSY: one is wanted or running. */
LLMREG_MUSTCHECK int
llmreg_service_restore(struct llmreg_service *s,
                       const struct llmreg_restore_wish *wish);
/* The last one, and what it changes: a reference, or NULL (not compared yet);
 * difference may be NULL. */
void llmreg_service_restore_look(struct llmreg_service *s,
                                 struct llmreg_restore *out,
                                 struct llmreg_difference **difference);

/* Forgets settings and mistakes; only while nobody is attached (tests). */
void llmreg_service_reset(void);

#endif
