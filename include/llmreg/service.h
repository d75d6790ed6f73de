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

/* Waits until every change so far is on disk.  LLMREG_ETIME after
 * timeout_ms; LLMREG_EIO while the store does not work. */
LLMREG_MUSTCHECK int llmreg_service_sync(struct llmreg_service *s,
                                         int64_t timeout_ms);

/* Forgets settings and mistakes; only while nobody is attached (tests). */
void llmreg_service_reset(void);

#endif
