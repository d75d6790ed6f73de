/* SPDX-License-Identifier: MIT */
/* config.c - the <Plugin llm_listen> block: a table of its options, and a
 * table of what may come more than once. */
#include "plugins/llm_listen/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <llmreg/resources.h>
#include <llmreg/text.h>

#include "plugins/llm_listen/api/body_trees.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "plugins/llm_listen/observe_facts.h"

#define WHERE       "<Plugin llm_listen>"
#define OFF(field)  offsetof(struct config_options, field)
#define SIZE(field) sizeof((struct config_options){.threads = 0}.field)

const struct llmreg_option config_options[] = {
    {"TokenFile", LLMREG_OPT_PATH, OFF(token_file), SIZE(token_file), 1,
     DOOR_PATH_SIZE - 1, NULL, "tokens that are known from the start"},
    {"HeartbeatInterval", LLMREG_OPT_SECONDS, OFF(heartbeat_ns), 0, 1, 86400,
     "30", "seconds between heartbeats, for agents that say nothing else"},
    {"ProbeInterval", LLMREG_OPT_SECONDS, OFF(probe_ns), 0, 1, 3600, "30",
     "seconds between probes of endpoints that agents or operators add"},
    {"MaxConnections", LLMREG_OPT_INTEGER, OFF(connections), 0, 8, 100000,
     "4096", "connections at once"},
    {"MaxConnectionsPerAddress", LLMREG_OPT_INTEGER, OFF(connections_each), 0,
     1, 100000, "64", "of one IPv4 address, or IPv6 /64"},
    {"MaxStreams", LLMREG_OPT_INTEGER, OFF(streams), 0, 0, 100000, "256",
     "streams of events at once"},
    {"MaxStreamsPerAddress", LLMREG_OPT_INTEGER, OFF(streams_each), 0, 0,
     100000, "8", "of one IPv4 address, or IPv6 /64"},
    {"Threads", LLMREG_OPT_INTEGER, OFF(threads), 0, 1, 64, "2", "that answer"},
    {"TokenRate", LLMREG_OPT_NUMBER, OFF(token_rate), 0, 0, 1e6, "50",
     "requests per second of one token; 0 is no limit"},
    {"AddressRate", LLMREG_OPT_NUMBER, OFF(address_rate), 0, 0, 1e6, "100",
     "requests per second without a token of one address; 0 is no limit"},
    {"FailureRate", LLMREG_OPT_NUMBER, OFF(failures), 0, 1, 1e6, "10",
     "wrong tokens per minute of one address"},
    {"NewHosts", LLMREG_OPT_NUMBER, OFF(new_hosts), 0, 1, 1e6, "50",
     "hosts per minute that were not known before, of all together"},
    {"EndpointsPerAgent", LLMREG_OPT_INTEGER, OFF(endpoints_each), 0, 0,
     BODY_ENDPOINTS_MAX, "64", "that one agent may announce"},
    {"GPUSeries", LLMREG_OPT_INTEGER, OFF(gpus), 0, 0, LLMREG_GPUS_MAX, "8",
     "GPUs of a host that have series, 6 each"},
    {"ObserveSelf", LLMREG_OPT_BOOL, OFF(observe_self), 0, 0, 0, "false",
     "observe this collectd's own machine, too"},
    {"MaxObserved", LLMREG_OPT_INTEGER, OFF(observed), 0, 1, 1e6, "10000",
     "hosts that are observed"},
    {.name = NULL},
};

/* ---- what may come more than once ---- */

static int wrong(struct llmreg_error *err, const char *option,
                 const char *allowed)
{
    llmreg_error_set(err, WHERE ": %s: %s", option, allowed);
    return LLMREG_EINVAL;
}

static int add_name(struct config_names *names, const char *option,
                    const struct llmreg_value *v, struct llmreg_error *err)
{
    if (v->type != LLMREG_VALUE_STRING || v->string[0] == '\0' ||
        strlen(v->string) > LLMREG_HOST_ID_MAX ||
        !llmreg_is_clean(v->string, strlen(v->string)))
        return wrong(err, option, "allowed are names of 1 to 253 bytes");
    if (names->count == CONFIG_NAMES)
        return wrong(err, option, "allowed are 32 names");
    names->items[names->count] = strdup(v->string);
    if (names->items[names->count] == NULL)
        return LLMREG_ENOMEM;
    names->count++;
    return LLMREG_OK;
}

static int add_host(struct config *c, const struct llmreg_value *v,
                    struct llmreg_error *err)
{
    return add_name(&c->hosts, "AllowHost", v, err);
}

static int add_source(struct config *c, const struct llmreg_value *v,
                      struct llmreg_error *err)
{
    char allowed[120];
    struct llmreg_text t;
    enum observe_source source;

    if (v->type == LLMREG_VALUE_STRING &&
        observe_source_parse(v->string, &source) == LLMREG_OK) {
        c->sources |= UINT32_C(1) << source;
        return LLMREG_OK;
    }
    llmreg_text_init(&t, allowed, sizeof allowed);
    llmreg_text_add(&t, "allowed are the plugins");
    for (unsigned i = 0; i < OBSERVE_SOURCES; i++)
        llmreg_text_addf(&t, " \"%s\"", observe_source_text(i));
    return wrong(err, "Observe", allowed);
}

static int add_dialect(struct config *c, const struct llmreg_value *v,
                       struct llmreg_error *err)
{
    char allowed[120];
    struct llmreg_text t;
    enum dialect dialect;

    if (v->type == LLMREG_VALUE_STRING &&
        dialect_parse(v->string, &dialect) == LLMREG_OK) {
        c->dialects |= 1u << dialect;
        return LLMREG_OK;
    }
    llmreg_text_init(&t, allowed, sizeof allowed);
    llmreg_text_add(&t, "allowed are");
    for (unsigned i = 0; i < DIALECTS; i++)
        llmreg_text_addf(&t, " \"%s\"", dialect_text(i));
    return wrong(err, "Dialect", allowed);
}

static int add_registry(struct config *c, const struct llmreg_item *item,
                        struct llmreg_error *err)
{
    (void)c;
    return llmreg_service_configure(item, "<Registry> of " WHERE, err);
}

static const struct part {
    const char *name;
    int (*add)(struct config *c, const struct llmreg_item *item,
               struct llmreg_error *err);
} parts[] = {
    {"Listen", config_listen},
    {"Registry", add_registry},
};

/* Each of the values, of which there may be many. */
static const struct many {
    const char *name;
    int (*add)(struct config *c, const struct llmreg_value *v,
               struct llmreg_error *err);
    const char *needs;
} manys[] = {
    {"AllowHost", add_host, "needs names in quotes"},
    {"Observe", add_source, "needs names of plugins in quotes"},
    {"Dialect", add_dialect, "needs names of dialects in quotes"},
};

static int add_values(struct config *c, const struct many *m,
                      const struct llmreg_item *item, struct llmreg_error *err)
{
    int rc = item->nvalues == 0 ? wrong(err, m->name, m->needs) : LLMREG_OK;

    for (size_t i = 0; i < item->nvalues && rc == LLMREG_OK; i++)
        rc = m->add(c, &item->values[i], err);
    return rc;
}

/* block: the options of one block, before they are merged. */
static int add_item(struct config *c, struct llmreg_settings *block,
                    const struct llmreg_item *item, struct llmreg_error *err)
{
    struct llmreg_error why = {.text = ""};
    int rc;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strcasecmp(parts[i].name, item->key) == 0)
            return parts[i].add(c, item, err);
    for (size_t i = 0; i < sizeof manys / sizeof manys[0]; i++)
        if (strcasecmp(manys[i].name, item->key) == 0)
            return add_values(c, &manys[i], item, err);
    rc = llmreg_options_set(config_options, block, item, &why);
    if (rc == LLMREG_ENOENT)
        llmreg_error_set(
            err, "%s, AllowHost, Observe, Dialect, <Listen>, <Registry>",
            why.text);
    else if (rc != LLMREG_OK)
        *err = why;
    return rc;
}

static int add_block(struct config *c, const struct llmreg_item *block,
                     struct llmreg_error *err)
{
    struct config_options options = {.threads = 0};
    struct llmreg_settings from = {&options, 0, WHERE};
    struct llmreg_settings to = {&c->options, c->given, "an earlier " WHERE};
    int rc = LLMREG_OK;

    for (size_t i = 0; i < block->nchildren && rc == LLMREG_OK; i++)
        rc = add_item(c, &from, &block->children[i], err);
    if (rc == LLMREG_OK)
        rc = llmreg_options_merge(config_options, &to, &from, err);
    if (rc == LLMREG_OK)
        c->given = to.given;
    return rc;
}

/* The first mistake stays; one without words gets its status' words. */
void config_fail(struct config *c, int status)
{
    if (c->status == LLMREG_OK)
        c->status = status;
    if (c->status != LLMREG_OK && c->error.text[0] == '\0')
        llmreg_error_set(&c->error, WHERE ": %s",
                         llmreg_status_text(c->status));
}

void config_block(struct config *c, const struct llmreg_item *block)
{
    if (c->status == LLMREG_OK)
        config_fail(c, add_block(c, block, &c->error));
}

/* ---- what needs all blocks ---- */

/* Nothing was said of where to listen: where only this machine can call. */
static int listen_somewhere(struct config *c)
{
    static const struct llmreg_value name = {.type = LLMREG_VALUE_STRING,
                                             .string = "127.0.0.1"};
    const struct llmreg_item block = {
        .key = "Listen", .values = &name, .nvalues = 1};

    if (c->status != LLMREG_OK || c->ndoors > 0)
        return LLMREG_OK;
    return config_listen(c, &block, &c->error);
}

int config_finish(struct config *c, struct llmreg_error *err)
{
    config_fail(c, listen_somewhere(c));
    if (c->status != LLMREG_OK)
        *err = c->error;
    return c->status;
}

/* ---- life ---- */

int config_new(struct config **out)
{
    struct config *c = calloc(1, sizeof *c);
    int rc = LLMREG_ENOMEM;

    if (c == NULL)
        return rc;
    rc = llmreg_options_preset(config_options, &c->options);
    if (rc == LLMREG_OK)
        *out = c;
    else
        config_free(c);
    return rc;
}

void config_free(struct config *c)
{
    if (c == NULL)
        return;
    while (c->hosts.count > 0)
        free(c->hosts.items[--c->hosts.count]);
    free(c->doors);
    free(c);
}
