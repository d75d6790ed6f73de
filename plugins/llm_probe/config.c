/* SPDX-License-Identifier: MIT */
/* config.c - the <Plugin llm_probe> block: a table of its options, and a
 * table of what may come more than once. */
#include "plugins/llm_probe/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <llmreg/clock.h>
#include <llmreg/service.h>
#include <llmreg/table.h>

#include "plugins/llm_probe/files.h"

#define WHERE      "<Plugin llm_probe>"
#define OFF(field) offsetof(struct config_options, field)

const struct llmreg_option config_options[] = {
    {"Interval", LLMREG_OPT_SECONDS, OFF(interval_ns), 0, 1, 3600, "30",
     "seconds between two probes of an endpoint"},
    {"Timeout", LLMREG_OPT_SECONDS, OFF(timeout_ns), 0, 0.05, 60, "5",
     "seconds for what decides the health, not over Interval"},
    {"ConnectTimeout", LLMREG_OPT_SECONDS, OFF(connect_ns), 0, 0.05, 60, "3",
     "seconds for look-up, connection and TLS, within Timeout"},
    {"PsTimeout", LLMREG_OPT_SECONDS, OFF(ps_ns), 0, 0.05, 60, "2",
     "seconds for /api/ps, which does not decide the health"},
    {"UnhealthyAfter", LLMREG_OPT_INTEGER, OFF(unhealthy_after), 0, 1, 100, "2",
     "failures in a row that make an endpoint down"},
    {"HealthyAfter", LLMREG_OPT_INTEGER, OFF(healthy_after), 0, 1, 100, "1",
     "successes in a row that end a down"},
    {"MaxConcurrent", LLMREG_OPT_INTEGER, OFF(max_concurrent), 0, 1, 4096,
     "256", "probes in flight at once"},
    {.name = NULL},
};

/* ---- what may come more than once ---- */

struct path {
    char text[ACCESS_PATH_SIZE];
};

static const struct llmreg_option file_option[] = {
    {"EndpointFile", LLMREG_OPT_PATH, offsetof(struct path, text),
     ACCESS_PATH_SIZE, 1, ACCESS_PATH_SIZE - 1, NULL,
     "a JSON file that names endpoints"},
    {.name = NULL},
};

static int add_file(struct config *c, const struct llmreg_item *item,
                    struct llmreg_error *err)
{
    struct catalog_file *files = NULL;
    struct path path;
    struct llmreg_settings s = {&path, 0, WHERE};
    int rc = llmreg_options_set(file_option, &s, item, err);

    if (rc != LLMREG_OK)
        return rc;
    for (size_t i = 0; i < c->nfiles; i++) {
        if (strcmp(c->files[i].path, path.text) == 0) {
            llmreg_error_set(err, WHERE ": EndpointFile \"%s\" is given twice",
                             path.text);
            return LLMREG_EEXIST;
        }
    }
    files = realloc(c->files, (c->nfiles + 1) * sizeof *files);
    if (files == NULL)
        return LLMREG_ENOMEM;
    c->files = files;
    files[c->nfiles] = (struct catalog_file){.path = strdup(path.text)};
    return files[c->nfiles++].path == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

static int add_registry(struct config *c, const struct llmreg_item *item,
                        struct llmreg_error *err)
{
    (void)c;
    return llmreg_service_configure(item, "<Registry> of " WHERE, err);
}

struct part {
    const char *name;
    int (*add)(struct config *c, const struct llmreg_item *item,
               struct llmreg_error *err);
};

static const struct part parts[] = {
    {"Endpoint", config_endpoint},
    {"EndpointFile", add_file},
    {"Registry", add_registry},
};

/* block: the options of one block, before they are merged. */
static int add_item(struct config *c, struct llmreg_settings *block,
                    const struct llmreg_item *item, struct llmreg_error *err)
{
    struct llmreg_error why = {.text = ""};
    int rc;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strcasecmp(parts[i].name, item->key) == 0)
            return parts[i].add(c, item, err);
    rc = llmreg_options_set(config_options, block, item, &why);
    if (rc == LLMREG_ENOENT)
        llmreg_error_set(err, "%s, EndpointFile, <Endpoint>, <Registry>",
                         why.text);
    else if (rc != LLMREG_OK)
        *err = why;
    return rc;
}

static int add_block(struct config *c, const struct llmreg_item *block,
                     struct llmreg_error *err)
{
    struct config_options options = {0};
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

static double seconds(int64_t ns)
{
    return (double)ns / (double)LLMREG_NS_PER_S;
}

/* A default gives way to a short Interval, a wish does not. */
static int check_times(struct config *c, struct llmreg_error *err)
{
    struct config_options *o = &c->options;

    if (o->timeout_ns <= o->interval_ns)
        return LLMREG_OK;
    if (!llmreg_options_given(config_options, c->given, "Timeout")) {
        o->timeout_ns = o->interval_ns;
        return LLMREG_OK;
    }
    llmreg_error_set(err, WHERE ": Timeout %g: allowed is up to Interval, %g s",
                     seconds(o->timeout_ns), seconds(o->interval_ns));
    return LLMREG_EINVAL;
}

static const char *name_of(const struct config *c, const char *id)
{
    for (size_t i = 0; i < c->targets.count; i++)
        if (strcmp(c->targets.items[i].id, id) == 0)
            return c->targets.items[i].name;
    return id;
}

static int check_own_times(struct config *c, struct llmreg_error *err)
{
    for (size_t i = 0; i < c->access.count; i++) {
        const struct access *a = &c->access.items[i];

        if (a->timeout_ns <= c->options.interval_ns)
            continue;
        llmreg_error_set(err,
                         "<Endpoint \"%s\">: Timeout %g: allowed is up to "
                         "Interval, %g s",
                         name_of(c, a->id), seconds(a->timeout_ns),
                         seconds(c->options.interval_ns));
        return LLMREG_EINVAL;
    }
    return LLMREG_OK;
}

/* What no two blocks may share. */
struct identity {
    const char *what;
    void (*write)(const struct target *t, char *out, size_t size);
};

static void write_name(const struct target *t, char *out, size_t size)
{
    snprintf(out, size, "%s", t->name);
}

static void write_id(const struct target *t, char *out, size_t size)
{
    snprintf(out, size, "%s", t->id);
}

static void write_series(const struct target *t, char *out, size_t size)
{
    snprintf(out, size, "%s/%s", t->host, t->series);
}

static const struct identity identities[] = {
    {"name", write_name},
    {"host, port and path", write_id},
    {"Host and name of series", write_series},
};

static int claim(struct llmreg_table *table, const struct identity *identity,
                 struct target *t, struct llmreg_error *err)
{
    char key[LLMREG_ID_SIZE];
    const struct target *other = NULL;

    identity->write(t, key, sizeof key);
    other = llmreg_table_get(table, key);
    if (other == NULL)
        return llmreg_table_add(table, key, t);
    llmreg_error_set(err,
                     "<Endpoint \"%s\"> has the %s of <Endpoint \"%s\">, "
                     "%s: each endpoint needs its own",
                     t->name, identity->what, other->name, key);
    return LLMREG_EEXIST;
}

static int check_identity(struct config *c, const struct identity *identity,
                          struct llmreg_error *err)
{
    struct llmreg_table *table = NULL;
    int rc = llmreg_table_new(&table);

    for (size_t i = 0; i < c->targets.count && rc == LLMREG_OK; i++)
        rc = claim(table, identity, &c->targets.items[i], err);
    llmreg_table_free(table);
    return rc;
}

static int check_twice(struct config *c, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    for (size_t i = 0;
         i < sizeof identities / sizeof identities[0] && rc == LLMREG_OK; i++)
        rc = check_identity(c, &identities[i], err);
    return rc;
}

/* The first endpoint that shows this token. */
static const char *name_with(const struct config *c, size_t token)
{
    for (size_t i = 0; i < c->access.count; i++)
        if (c->access.items[i].token == token)
            return name_of(c, c->access.items[i].id);
    return "";
}

static int load_files(struct config *c, struct llmreg_error *err)
{
    struct llmreg_error why = {.text = ""};
    int rc = LLMREG_OK;

    for (size_t i = 0; i < c->nfiles && rc == LLMREG_OK; i++) {
        rc = files_load_endpoints(c->files[i].path, &c->files[i].targets, &why);
        if (rc != LLMREG_OK)
            llmreg_error_set(err, WHERE ": EndpointFile %s", why.text);
    }
    for (size_t i = 0; i < secrets_count(c->secrets) && rc == LLMREG_OK; i++) {
        rc = files_load_token(c->secrets, i, &why);
        if (rc != LLMREG_OK)
            llmreg_error_set(err, "<Endpoint \"%s\">: BearerTokenFile %s",
                             name_with(c, i), why.text);
    }
    return rc;
}

int config_finish(struct config *c, struct llmreg_error *err)
{
    static int (*const checks[])(struct config *, struct llmreg_error *) = {
        check_times, check_own_times, check_twice, load_files};

    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (c->status == LLMREG_OK)
            config_fail(c, checks[i](c, &c->error));
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
    rc = secrets_new(&c->secrets);
    if (rc == LLMREG_OK)
        rc = llmreg_options_preset(config_options, &c->options);
    if (rc == LLMREG_OK)
        *out = c;
    else
        config_free(c);
    return rc;
}

static void free_access(struct access *a)
{
    for (size_t i = 0; i < a->nheaders; i++) {
        explicit_bzero(a->headers[i], strlen(a->headers[i]));
        free(a->headers[i]);
    }
    free(a->headers);
    free(a->ca);
    free(a->cert);
    free(a->key);
}

static void free_path(const char *path)
{
    union {
        const char *in;
        void *out;
    } u = {.in = path};

    free(u.out);
}

void config_free(struct config *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->access.count; i++)
        free_access(&c->access.items[i]);
    free(c->access.items);
    for (size_t i = 0; i < c->nfiles; i++) {
        targets_fini(&c->files[i].targets);
        free_path(c->files[i].path);
    }
    free(c->files);
    targets_fini(&c->targets);
    secrets_free(c->secrets);
    free(c);
}
