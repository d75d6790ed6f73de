/* SPDX-License-Identifier: MIT */
/* options.c - tables of options: find a row, set it once, merge two blocks.
 *
 * Each function checks all before it changes anything; what a value of a type
 * may be is options_value.c's.
 */
#include <llmreg/options.h>

#include "common/base/options_value.h"

#include <strings.h>

int llmreg_options_preset(const struct llmreg_option *table, void *conf)
{
    char storage[256];
    struct llmreg_text allowed;

    for (const struct llmreg_option *o = table; o->name != NULL; o++) {
        const struct llmreg_value v = {.type = LLMREG_VALUE_STRING,
                                       .string = o->preset};

        llmreg_text_init(&allowed, storage, sizeof storage);
        if (o - table >= LLMREG_OPTIONS_MAX)
            return LLMREG_EINVAL;
        if (o->preset != NULL &&
            option_value_set(o, conf, &v, &allowed) != LLMREG_OK)
            return LLMREG_EINVAL;
    }
    return LLMREG_OK;
}

const struct llmreg_option *
llmreg_options_find(const struct llmreg_option *table, const char *name)
{
    for (const struct llmreg_option *o = table; o->name != NULL; o++)
        if (strcasecmp(o->name, name) == 0)
            return o;
    return NULL;
}

static llmreg_given bit_of(const struct llmreg_option *table,
                           const struct llmreg_option *o)
{
    return UINT64_C(1) << (o - table);
}

static int say_unknown(const struct llmreg_option *table, const char *where,
                       const char *name, struct llmreg_error *err)
{
    char storage[sizeof err->text];
    struct llmreg_text names;

    llmreg_text_init(&names, storage, sizeof storage);
    for (const struct llmreg_option *o = table; o->name != NULL; o++)
        llmreg_text_addf(&names, "%s%s", o == table ? "" : ", ", o->name);
    llmreg_error_set(err, "%s: unknown option %.64s: allowed are %s%s", where,
                     name, storage, names.failed ? ", ..." : "");
    return LLMREG_ENOENT;
}

static int set_value(const struct llmreg_option *o, void *conf,
                     const struct llmreg_value *value, const char *where,
                     struct llmreg_error *err)
{
    char allowed_storage[256];
    char shown_storage[sizeof err->text];
    struct llmreg_text allowed;
    struct llmreg_text shown;

    llmreg_text_init(&allowed, allowed_storage, sizeof allowed_storage);
    if (option_value_set(o, conf, value, &allowed) == LLMREG_OK)
        return LLMREG_OK;
    llmreg_text_init(&shown, shown_storage, sizeof shown_storage);
    option_value_show(value, &shown);
    llmreg_error_set(err, "%s: %s %s: %s", where, o->name, shown.data,
                     allowed.data);
    return LLMREG_EINVAL;
}

int llmreg_options_set(const struct llmreg_option *table,
                       struct llmreg_settings *s,
                       const struct llmreg_item *item, struct llmreg_error *err)
{
    const struct llmreg_option *o = llmreg_options_find(table, item->key);
    int rc;

    if (o == NULL)
        return say_unknown(table, s->where, item->key, err);
    if (item->nchildren > 0) {
        llmreg_error_set(err, "%s: %s is an option, not a block", s->where,
                         o->name);
        return LLMREG_EINVAL;
    }
    if (item->nvalues != 1) {
        llmreg_error_set(err, "%s: %s has %zu values: allowed is one", s->where,
                         o->name, item->nvalues);
        return LLMREG_EINVAL;
    }
    if ((s->given & bit_of(table, o)) != 0) {
        llmreg_error_set(err, "%s: %s is given twice", s->where, o->name);
        return LLMREG_EEXIST;
    }
    rc = set_value(o, s->conf, &item->values[0], s->where, err);
    if (rc == LLMREG_OK)
        s->given |= bit_of(table, o);
    return rc;
}

static int say_different(const struct llmreg_option *o,
                         const struct llmreg_settings *to,
                         const struct llmreg_settings *from,
                         struct llmreg_error *err)
{
    char ours_storage[sizeof err->text];
    char theirs_storage[sizeof err->text];
    struct llmreg_text ours;
    struct llmreg_text theirs;

    llmreg_text_init(&ours, ours_storage, sizeof ours_storage);
    llmreg_text_init(&theirs, theirs_storage, sizeof theirs_storage);
    option_field_show(o, to->conf, &ours);
    option_field_show(o, from->conf, &theirs);
    llmreg_error_set(err, "%s: %s %s differs from %s in %s", from->where,
                     o->name, theirs.data, ours.data, to->where);
    return LLMREG_EEXIST;
}

int llmreg_options_merge(const struct llmreg_option *table,
                         struct llmreg_settings *to,
                         const struct llmreg_settings *from,
                         struct llmreg_error *err)
{
    const llmreg_given both = to->given & from->given;

    for (const struct llmreg_option *o = table; o->name != NULL; o++)
        if ((both & bit_of(table, o)) != 0 &&
            !option_field_equal(o, to->conf, from->conf))
            return say_different(o, to, from, err);
    for (const struct llmreg_option *o = table; o->name != NULL; o++)
        if ((from->given & bit_of(table, o)) != 0)
            option_field_copy(o, to->conf, from->conf);
    to->given |= from->given;
    return LLMREG_OK;
}

bool llmreg_options_given(const struct llmreg_option *table, llmreg_given given,
                          const char *name)
{
    const struct llmreg_option *o = llmreg_options_find(table, name);

    return o != NULL && (given & bit_of(table, o)) != 0;
}
