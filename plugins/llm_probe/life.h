/* SPDX-License-Identifier: MIT */
/* life.h - the plugin's parts, started and stopped in order.
 *
 *   start:  registry -> endpoints into it -> probes -> watching of files
 *   stop:   the same backwards
 *
 * Threads:   start and stop for the thread that runs init and shutdown;
 *            series for the one that reads.
 * Blocking:  start reads the store, stop joins threads.
 * Ownership: the configuration is lent until stop.
 */
#ifndef LLM_PROBE_LIFE_H
#define LLM_PROBE_LIFE_H

#include <llmreg/metrics.h>
#include <llmreg/service.h>

#include "plugins/llm_probe/config.h"

struct life;

/* config was finished.  Any status, with err: nothing was left running. */
LLMREG_MUSTCHECK int life_start(struct config *config,
                                const struct llmreg_program *program,
                                struct life **out, struct llmreg_error *err);
/* NULL is fine. */
void life_stop(struct life *l);

/* The time, and the interval of the fleet's series in milliseconds. */
struct llmreg_now life_now(const struct life *l, int64_t *interval_ms);
/* Emits what is due since the last call. */
void life_series(struct life *l, const struct llmreg_now *now,
                 llmreg_emit_fn emit, void *ctx);

#endif
