/* SPDX-License-Identifier: MIT */
/* settings.c - the table of the <Registry> options, and how blocks merge.
 *
 * A block is read whole before any of it counts.
 */
#include "common/service/settings.h"

#include <string.h>

#include <llmreg/text.h>

#define OFF(field)  offsetof(struct settings_values, field)
#define SIZE(field) sizeof(((struct settings_values *)0)->field)

const struct llmreg_option settings_table[] = {
    {"DataDir", LLMREG_OPT_PATH, OFF(data_dir), SIZE(data_dir), 1,
     STORE_DIR_SIZE - 1, "/var/lib/collectd/llmreg",
     "directory of the store; made if its parent exists"},
    {"FlushInterval", LLMREG_OPT_SECONDS, OFF(flush_ns), 0, 0.1, 3600, "5",
     "seconds between two writes of what may be lost in a power cut"},
    {"KeepEvents", LLMREG_OPT_INTEGER, OFF(keep_events), 0, 0, 1000000, "10000",
     "newest events kept in the store"},
    {"MaxEndpoints", LLMREG_OPT_INTEGER, OFF(max_endpoints), 0, 1, LLMREG_LIMIT,
     "50000", "endpoints that the registry has room for"},
    {0},
};

static int read_block(const struct llmreg_item *block,
                      struct llmreg_settings *out, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    for (size_t i = 0; i < block->nchildren && rc == LLMREG_OK; i++)
        rc = llmreg_options_set(settings_table, out, &block->children[i], err);
    return rc;
}

static void add_where(struct settings *s, const char *where)
{
    char both[sizeof s->where + 2 + sizeof s->where];
    struct llmreg_text t;

    if (s->where[0] == '\0') {
        llmreg_copy_message(s->where, sizeof s->where, where);
        return;
    }
    llmreg_text_init(&t, both, sizeof both);
    llmreg_text_addf(&t, "%s or %.*s", s->where, (int)sizeof s->where - 1,
                     where);
    llmreg_copy_message(s->where, sizeof s->where, both);
}

static int merge(struct settings *s, const struct llmreg_item *block,
                 const char *where, struct llmreg_error *err)
{
    struct settings_values values = {.flush_ns = 0};
    struct llmreg_settings to = {&s->values, s->given, s->where};
    struct llmreg_settings from = {&values, 0, where};
    int rc;

    if (block->nvalues != 0) {
        llmreg_error_set(err, "%s: the block takes no argument", where);
        return LLMREG_EINVAL;
    }
    rc = read_block(block, &from, err);
    if (rc == LLMREG_OK)
        rc = llmreg_options_merge(settings_table, &to, &from, err);
    if (rc != LLMREG_OK)
        return rc;
    s->given = to.given;
    add_where(s, where);
    return rc;
}

int settings_add(struct settings *s, const struct llmreg_item *block,
                 const char *where, struct llmreg_error *err)
{
    struct llmreg_error why = {{0}};
    int rc = merge(s, block, where, &why);

    if (rc == LLMREG_OK)
        return rc;
    if (s->mistake == LLMREG_OK) {
        s->mistake = rc;
        s->text = why;
    }
    llmreg_error_set(err, "%s", why.text);
    return rc;
}

int settings_get(const struct settings *s, struct settings_values *out,
                 struct llmreg_error *err)
{
    struct settings_values values = {.flush_ns = 0};
    struct settings_values given = s->values;
    struct llmreg_settings to = {&values, 0, ""};
    const struct llmreg_settings from = {&given, s->given, ""};
    int rc;

    if (s->mistake != LLMREG_OK) {
        llmreg_error_set(err, "%s", s->text.text);
        return LLMREG_EINVAL;
    }
    rc = llmreg_options_preset(settings_table, &values);
    if (rc == LLMREG_OK)
        rc = llmreg_options_merge(settings_table, &to, &from, err);
    if (rc == LLMREG_OK)
        *out = values;
    return rc;
}
