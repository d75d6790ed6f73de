/* SPDX-License-Identifier: MIT */
/* life.h - the listener's parts, started and stopped in order.
 *
 * Threads:   start and stop are the daemon's main thread; series is collectd's
 *            read thread.
 * Blocking:  start opens sockets and reads the store; stop joins threads.
 * Ownership: the configuration is lent until stop.
 */
#ifndef LLM_LISTEN_LIFE_H
#define LLM_LISTEN_LIFE_H

#include <llmreg/metrics.h>
#include <llmreg/service.h>

#include "plugins/host/value.h"
#include "plugins/llm_listen/config.h"

struct life;

LLMREG_MUSTCHECK int life_start(struct config *config,
                                const struct llmreg_program *program,
                                struct life **out, struct llmreg_error *err);
void life_stop(struct life *l); /* NULL is fine */

/* Who wants what other plugins measured; NULL: nobody.  Valid until stop. */
struct host_observer *life_observer(struct life *l);

/* Emits the series that are due.  Returns the time it is. */
struct llmreg_now life_now(const struct life *l);
void life_series(struct life *l, const struct llmreg_now *now,
                 llmreg_emit_fn emit, void *ctx);

#endif
