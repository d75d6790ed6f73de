/* SPDX-License-Identifier: MIT */
/* catalog.h - what the configuration and the EndpointFiles name together.
 *
 * Names come from several places: the blocks, then the files in the order in
 * which they were given.  Who names an endpoint first has it.  Applying the
 * catalog puts every endpoint into the registry, and takes out of it the
 * static ones that nobody names any more.
 *
 * Threads:   one thread at a time.
 * Blocking:  never, but for the log.
 * Ownership: all is borrowed from the configuration.
 */
#ifndef LLM_PROBE_CATALOG_H
#define LLM_PROBE_CATALOG_H

#include <llmreg/log.h>
#include <llmreg/registry.h>

#include "plugins/llm_probe/target.h"

#define CATALOG_CONFIG "config" /* the origin of what a block names */

struct catalog_file {
    const char *path; /* borrowed */
    struct targets targets;
};

struct catalog {
    struct llmreg_registry *registry;
    const struct llmreg_log *log;
    int64_t interval_ms;
    const struct targets *config;
    struct catalog_file *files;
    size_t nfiles;
};

/* LLMREG_ENOMEM, LLMREG_EFULL: some of it was not applied. */
LLMREG_MUSTCHECK int catalog_apply(struct catalog *c);

#endif
