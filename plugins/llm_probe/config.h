/* SPDX-License-Identifier: MIT */
/* config.h - what collectd.conf says, as structs.
 *
 * collectd hands over one block after the other and must be told that all is
 * well; so the first mistake is kept and every later block is only looked at
 * for being one.  config_finish() checks what needs all blocks, reads the
 * files, and says what was wrong.
 *
 * Threads:   one thread at a time; immutable once the threads run.
 * Blocking:  config_finish reads files.
 * Ownership: the config owns everything in it.
 */
#ifndef LLM_PROBE_CONFIG_H
#define LLM_PROBE_CONFIG_H

#include <llmreg/options.h>

#include "plugins/llm_probe/access.h"
#include "plugins/llm_probe/catalog.h"
#include "plugins/llm_probe/secrets.h"
#include "plugins/llm_probe/target.h"

struct config_options {
    int64_t interval_ns, timeout_ns, connect_ns, ps_ns;
    int64_t unhealthy_after, healthy_after, max_concurrent;
};

struct config {
    struct config_options options;
    llmreg_given given;
    struct targets targets; /* of the <Endpoint> blocks */
    struct access_list access;
    struct secrets *secrets;
    struct catalog_file *files;
    size_t nfiles;
    int status; /* of the first mistake */
    struct llmreg_error error;
};

LLMREG_MUSTCHECK int config_new(struct config **out);
void config_free(struct config *c);

/* One <Plugin llm_probe> block. */
void config_block(struct config *c, const struct llmreg_item *block);
/* A block could not even be looked at: that is a mistake too. */
void config_fail(struct config *c, int status);
/* No more blocks: LLMREG_OK, or the first mistake in err. */
LLMREG_MUSTCHECK int config_finish(struct config *c, struct llmreg_error *err);

/* One <Endpoint> block; where it stands is part of err. */
LLMREG_MUSTCHECK int config_endpoint(struct config *c,
                                     const struct llmreg_item *block,
                                     struct llmreg_error *err);

/* The tables, for the manual and its test. */
extern const struct llmreg_option config_options[];
extern const struct llmreg_option config_endpoint_options[];

#endif
