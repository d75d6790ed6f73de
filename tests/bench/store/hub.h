/* SPDX-License-Identifier: MIT */
/* hub.h - the service on a directory, as a daemon has it, without a network.
 *
 * Threads:   one.
 * Blocking:  start, wait and stop on the disk.
 * Ownership: a struct hub is the caller's.
 */
#ifndef LLMREG_BENCH_HUB_H
#define LLMREG_BENCH_HUB_H

#include <llmreg/service.h>

#include "tests/bench/registry/measure.h"

struct hub {
    struct llmreg_service *service;
    struct llmreg_registry *r;
    struct llmreg_durable_watch *watch;
};

/* Once a process: what is configured stays. */
void hub_configure(const char *dir);
void hub_start(struct hub *h);
/* Until that event is on disk. */
void hub_wait(struct hub *h, uint64_t seq);
void hub_stop(struct hub *h);

#define HUB_DIR_SIZE 192

#endif
