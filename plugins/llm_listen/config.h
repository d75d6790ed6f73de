/* SPDX-License-Identifier: MIT */
/* config.h - what collectd.conf says of the listener, as structs.
 *
 * As with llm_probe: collectd must be told that all is well, so the first
 * mistake is kept, and config_finish() says it.
 *
 * Threads:   one thread at a time; immutable once the threads run.
 * Blocking:  never.
 * Ownership: the config owns everything in it.
 */
#ifndef LLM_LISTEN_CONFIG_H
#define LLM_LISTEN_CONFIG_H

#include <llmreg/options.h>

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/http/door.h"

#define CONFIG_PORT  8437
#define CONFIG_NAMES 32 /* of AllowHost */

struct config_options {
    char token_file[DOOR_PATH_SIZE];
    int64_t heartbeat_ns, probe_ns;
    int64_t connections, connections_each, streams, streams_each, threads;
    double token_rate, address_rate, failures, new_hosts; /* of a minute, but
                                                the first two of a second */
    int64_t endpoints_each;
    int64_t gpus, observed; /* series of so many of a host; hosts */
    bool observe_self;
};

struct config_names {
    char *items[CONFIG_NAMES];
    size_t count;
};

struct config {
    struct config_options options;
    llmreg_given given;
    struct http_door *doors;
    size_t ndoors;
    struct config_names hosts; /* AllowHost */
    uint32_t sources;          /* Observe: bits 1 << enum observe_source */
    const char *own_host;      /* collectd's name of this machine; lent */
    unsigned dialects;         /* bits 1 << enum dialect */
    int status;                /* of the first mistake */
    struct llmreg_error error;
};

LLMREG_MUSTCHECK int config_new(struct config **out);
void config_free(struct config *c); /* NULL is fine */

/* One <Plugin llm_listen> block. */
void config_block(struct config *c, const struct llmreg_item *block);
/* A block could not even be looked at: that is a mistake too. */
void config_fail(struct config *c, int status);
/* No more blocks: LLMREG_OK, or the first mistake in err.  Without a <Listen>
 * there is one on 127.0.0.1, port CONFIG_PORT. */
LLMREG_MUSTCHECK int config_finish(struct config *c, struct llmreg_error *err);

/* One <Listen> block. */
LLMREG_MUSTCHECK int config_listen(struct config *c,
                                   const struct llmreg_item *block,
                                   struct llmreg_error *err);

/* The tables, for the manual and its test. */
extern const struct llmreg_option config_options[];
extern const struct llmreg_option config_listen_options[];

#endif
