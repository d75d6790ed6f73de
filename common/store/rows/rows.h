/* SPDX-License-Identifier: MIT */
/* rows.h - values to rows and rows to values.
 *
 * One file rows_*.c a table with what is below it; ids and single numbers are
 * in event.c.  statements.c fixes the order of the columns.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: values are lent; a row that was read lives until the next one.
 */
#ifndef LLMREG_STORE_ROWS_H
#define LLMREG_STORE_ROWS_H

#include <llmreg/agents.h>
#include <llmreg/alerts.h>
#include <llmreg/bus.h>
#include <llmreg/hosts.h>
#include <llmreg/registry.h>
#include <llmreg/sessions.h>

#include "common/store/database.h"

/* ---- writing; inside a transaction ---- */

LLMREG_MUSTCHECK int rows_put_endpoint(struct database *db,
                                       struct llmreg_endpoint *e,
                                       struct llmreg_error *err);
/* How many models are not kept, which is in the endpoint's own row. */
LLMREG_MUSTCHECK int rows_put_counts(struct database *db,
                                     struct llmreg_endpoint *e,
                                     struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_health(struct database *db,
                                     struct llmreg_endpoint *e,
                                     struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_models(struct database *db,
                                     struct llmreg_endpoint *e,
                                     struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_agent(struct database *db,
                                    const struct llmreg_agent *a,
                                    struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_presence(struct database *db,
                                       const struct llmreg_agent *a,
                                       struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_host(struct database *db,
                                   const struct llmreg_host *h,
                                   const struct llmreg_now *now,
                                   struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_report(struct database *db,
                                     const struct llmreg_host *h,
                                     const struct llmreg_now *now,
                                     struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_session(struct database *db,
                                      const struct llmreg_session *s,
                                      struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_alert(struct database *db,
                                    const struct llmreg_alert *a,
                                    struct llmreg_error *err);

struct rows_beat {
    int64_t time_ms;
    const char *agent;
    enum llmreg_presence presence;
    enum llmreg_health_state health;
    int64_t latency_us; /* -1 is unknown */
    const char *activity;
    const char *metrics; /* a JSON object */
};
/* *added: 1 if it is a new row, 0 if it was there. */
LLMREG_MUSTCHECK int rows_put_beat(struct database *db,
                                   const struct rows_beat *beat, int64_t *added,
                                   struct llmreg_error *err);
/* DB_BEAT_PRUNE: the oldest, so many.  DB_BEAT_EXPIRE: before that time. */
LLMREG_MUSTCHECK int rows_drop_beats(struct database *db,
                                     enum db_statement which, int64_t limit,
                                     int64_t *dropped,
                                     struct llmreg_error *err);
/* *added: 1 if it is a new row, 0 if it was there. */
LLMREG_MUSTCHECK int rows_put_event(struct database *db,
                                    const struct llmreg_event *event,
                                    int64_t *added, struct llmreg_error *err);
/* Deletes the oldest: DB_EVENT_PRUNE, DB_AUDIT_PRUNE. */
LLMREG_MUSTCHECK int rows_prune(struct database *db, enum db_statement which,
                                int64_t excess, struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_number(struct database *db, const char *key,
                                     int64_t value, struct llmreg_error *err);

/* ---- reading ---- */

/* 0 if there is no such key. */
LLMREG_MUSTCHECK int rows_get_number(struct database *db, const char *key,
                                     int64_t *out, struct llmreg_error *err);
/* The number that a statement without parameters answers with. */
LLMREG_MUSTCHECK int rows_count(struct database *db, enum db_statement which,
                                int64_t *out, struct llmreg_error *err);

/* Return LLMREG_OK to go on.  id may be longer than any we wrote. */
typedef int (*rows_id_fn)(void *ctx, const char *id);
/* which: a statement whose first column is an id. */
LLMREG_MUSTCHECK int rows_each_id(struct database *db, enum db_statement which,
                                  rows_id_fn fn, void *ctx,
                                  struct llmreg_error *err);

/* What follows walks over a table, which must not change meanwhile.  The value
 * is NULL, and problem says why, if the row makes no sense.  Return LLMREG_OK
 * to go on.  LLMREG_ECORRUPT is damage that SQLite saw. */

typedef int (*rows_memory_fn)(void *ctx, const char *id,
                              const struct llmreg_memory *memory,
                              const char *problem);
LLMREG_MUSTCHECK int rows_each_memory(struct database *db, rows_memory_fn fn,
                                      void *ctx, struct llmreg_error *err);

struct rows_agent {
    const struct llmreg_agent_spec *spec;
    const struct llmreg_agent_state *state;
};
typedef int (*rows_agent_fn)(void *ctx, const char *id,
                             const struct rows_agent *agent,
                             const char *problem);
LLMREG_MUSTCHECK int rows_each_agent(struct database *db, rows_agent_fn fn,
                                     void *ctx, struct llmreg_error *err);

struct rows_host {
    const struct llmreg_host_report *spec;
    const struct llmreg_host_state *state;
};
typedef int (*rows_host_fn)(void *ctx, const char *id,
                            const struct rows_host *host, const char *problem);
LLMREG_MUSTCHECK int rows_each_host(struct database *db, rows_host_fn fn,
                                    void *ctx, struct llmreg_error *err);

typedef int (*rows_session_fn)(void *ctx, const char *id,
                               const struct llmreg_session *s,
                               const char *problem);
LLMREG_MUSTCHECK int rows_each_session(struct database *db, rows_session_fn fn,
                                       void *ctx, struct llmreg_error *err);

typedef int (*rows_alert_fn)(void *ctx, const char *id,
                             const struct llmreg_alert *a, const char *problem);
LLMREG_MUSTCHECK int rows_each_alert(struct database *db, rows_alert_fn fn,
                                     void *ctx, struct llmreg_error *err);
/* told is OKAY if the row's word is none. */
typedef int (*rows_told_fn)(void *ctx, const char *id,
                            enum llmreg_severity told);
LLMREG_MUSTCHECK int rows_each_told(struct database *db, rows_told_fn fn,
                                    void *ctx, struct llmreg_error *err);

#endif
