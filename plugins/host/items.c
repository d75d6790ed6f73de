/* SPDX-License-Identifier: MIT */
/* items.c - collectd's configuration tree as ours: a deep copy.
 *
 * The copy is built top down; a half-built one is freed like a whole one.
 * The tree is as deep as somebody nested blocks in collectd.conf, which
 * collectd's own recursive parser has survived. */
#include "plugins/host/host.h"

#include <stdlib.h>
#include <string.h>

#include <collectd.h>
#include <plugin.h>

#include <liboconfig/oconfig.h>

static int copy_string(const char **out, const char *s)
{
    *out = strdup(s == NULL ? "" : s);
    return *out == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

static int copy_value(struct llmreg_value *out, const oconfig_value_t *in)
{
    switch (in->type) {
    case OCONFIG_TYPE_NUMBER:
        out->type = LLMREG_VALUE_NUMBER;
        out->number = in->value.number;
        return LLMREG_OK;
    case OCONFIG_TYPE_BOOLEAN:
        out->type = LLMREG_VALUE_BOOL;
        out->truth = in->value.boolean != 0;
        return LLMREG_OK;
    default:
        out->type = LLMREG_VALUE_STRING;
        return copy_string(&out->string, in->value.string);
    }
}

static int copy_values(struct llmreg_item *out, const oconfig_item_t *ci)
{
    struct llmreg_value *values = NULL;
    int rc = LLMREG_OK;

    if (ci->values_num <= 0)
        return LLMREG_OK;
    values = calloc((size_t)ci->values_num, sizeof *values);
    if (values == NULL)
        return LLMREG_ENOMEM;
    out->values = values;
    out->nvalues = (size_t)ci->values_num;
    for (size_t i = 0; i < out->nvalues && rc == LLMREG_OK; i++)
        rc = copy_value(&values[i], &ci->values[i]);
    return rc;
}

static int copy_item(struct llmreg_item *out, const oconfig_item_t *ci)
{
    struct llmreg_item *children = NULL;
    int rc = copy_string(&out->key, ci->key);

    if (rc == LLMREG_OK)
        rc = copy_values(out, ci);
    if (rc != LLMREG_OK || ci->children_num <= 0)
        return rc;
    children = calloc((size_t)ci->children_num, sizeof *children);
    if (children == NULL)
        return LLMREG_ENOMEM;
    out->children = children;
    out->nchildren = (size_t)ci->children_num;
    for (size_t i = 0; i < out->nchildren && rc == LLMREG_OK; i++)
        rc = copy_item(&children[i], &ci->children[i]);
    return rc;
}

/* What an item lends its readers is const; here it is taken apart. */
static void free_const(const void *p)
{
    union {
        const void *in;
        void *out;
    } u = {.in = p};

    free(u.out);
}

static void fini_item(const struct llmreg_item *item)
{
    for (size_t i = 0; i < item->nvalues; i++)
        free_const(item->values[i].string);
    for (size_t i = 0; i < item->nchildren; i++)
        fini_item(&item->children[i]);
    free_const(item->values);
    free_const(item->children);
    free_const(item->key);
}

int host_items_new(struct llmreg_item **out, const struct oconfig_item_s *ci)
{
    struct llmreg_item *item = calloc(1, sizeof *item);
    int rc = LLMREG_ENOMEM;

    if (item == NULL)
        return rc;
    rc = copy_item(item, ci);
    if (rc == LLMREG_OK)
        *out = item;
    else
        host_items_free(item);
    return rc;
}

void host_items_free(struct llmreg_item *items)
{
    if (items == NULL)
        return;
    fini_item(items);
    free(items);
}
