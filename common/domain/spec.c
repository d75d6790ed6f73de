/* SPDX-License-Identifier: MIT */
/* spec.c - is this specification of an endpoint fit to be registered?
 *
 * Whatever came from a configuration, a file, a person or a database passes
 * here once, and after that nobody checks again: bounds of every string, no
 * control characters, no name that would leave its directory when it becomes
 * a path, words and numbers in range, and an id that belongs to the URL.
 * Text fields are rows of a table.
 */
#include <llmreg/endpoint.h>

#include <llmreg/names.h>

#include "common/domain/check.h"

#include <stddef.h>
#include <string.h>

#define INTERVAL_MAX_MS INT64_C(86400000)

struct field {
    const char *name;
    size_t offset;
    size_t min, max; /* bytes */
    bool file_name;  /* becomes one: no '/', no '.' at the start */
};

#define FIELD(name) #name, offsetof(struct llmreg_spec, name)

static const struct field fields[] = {
    {FIELD(id), 1, LLMREG_ID_SIZE - 1, false},
    {FIELD(url), 1, LLMREG_URL_SIZE - 1, false},
    {FIELD(name), 1, 127, false},
    {FIELD(host), 1, LLMREG_SERIES_SIZE - 1, true},
    {FIELD(series), 1, LLMREG_SERIES_SIZE - 1, true},
    {FIELD(origin), 0, 4095, false},
};

static int check_file_name(const char *name, const char *s,
                           struct llmreg_error *err)
{
    if (s[0] != '.' && strchr(s, '/') == NULL)
        return LLMREG_OK;
    llmreg_error_set(err,
                     "%s \"%s\" names files: no '/' and no '.' at its "
                     "start are allowed",
                     name, s);
    return LLMREG_EINVAL;
}

static int check_fields(const struct llmreg_spec *spec,
                        struct llmreg_error *err)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct field *f = &fields[i];
        const char *s = NULL;
        memcpy(&s, (const char *)spec + f->offset, sizeof s);
        if (s == NULL && f->min == 0)
            continue;
        int rc = check_text(f->name, s, f->min, f->max, err);
        if (rc == LLMREG_OK && f->file_name)
            rc = check_file_name(f->name, s, err);
        if (rc != LLMREG_OK)
            return rc;
    }
    return LLMREG_OK;
}

/* One endpoint has one id, or it would be probed and counted twice: the URL is
 * in the one form that llmreg_url_parse gives it, and the id is of that. */
static int check_url(const struct llmreg_spec *spec, struct llmreg_error *err)
{
    struct llmreg_url url;
    int rc = llmreg_url_parse(spec->url, 0, &url, err);

    if (rc != LLMREG_OK)
        return rc;
    if (strcmp(spec->url, url.base) != 0) {
        llmreg_error_set(err,
                         "url \"%.200s\" must be in its canonical form "
                         "\"%.200s\"",
                         spec->url, url.base);
        return LLMREG_EINVAL;
    }
    if (strcmp(spec->id, url.id) != 0) {
        llmreg_error_set(err,
                         "id \"%.200s\" does not belong to its url: it must "
                         "be \"%.200s\"",
                         spec->id, url.id);
        return LLMREG_EINVAL;
    }
    return LLMREG_OK;
}

static int check_owner(const struct llmreg_spec *spec, struct llmreg_error *err)
{
    if (spec->owner == NULL || spec->owner[0] == '\0')
        return LLMREG_OK;
    return check_host_key("owner", spec->owner, err);
}

static int check_words(const struct llmreg_spec *spec, struct llmreg_error *err)
{
    if ((unsigned)spec->kind >= LLMREG_KINDS) {
        llmreg_error_set(err, "kind %d is none", (int)spec->kind);
        return LLMREG_EINVAL;
    }
    if ((unsigned)spec->source >= LLMREG_SOURCES) {
        llmreg_error_set(err, "source %d is none", (int)spec->source);
        return LLMREG_EINVAL;
    }
    return LLMREG_OK;
}

static int check_numbers(const struct llmreg_spec *spec,
                         struct llmreg_error *err)
{
    int rc = check_range("priority", spec->priority, 0, 1000, err);

    if (rc == LLMREG_OK)
        rc = check_range("interval_ms", spec->interval_ms, 1, INTERVAL_MAX_MS,
                         err);
    return rc;
}

static bool is_named_before(const struct llmreg_spec *spec, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(spec->labels[i].name, spec->labels[at].name) == 0)
            return true;
    return false;
}

static int check_labels(const struct llmreg_spec *spec,
                        struct llmreg_error *err)
{
    if (spec->nlabels > LLMREG_LABELS_MAX) {
        llmreg_error_set(err, "%zu labels, allowed are %d", spec->nlabels,
                         LLMREG_LABELS_MAX);
        return LLMREG_EINVAL;
    }
    for (size_t i = 0; i < spec->nlabels; i++) {
        const struct llmreg_label *l = &spec->labels[i];
        int rc = check_text("label name", l->name, 1, 64, err);
        if (rc == LLMREG_OK)
            rc = check_text("label value", l->value, 0, 256, err);
        if (rc != LLMREG_OK)
            return rc;
        if (is_named_before(spec, i)) {
            llmreg_error_set(err, "label \"%s\" is given twice", l->name);
            return LLMREG_EINVAL;
        }
    }
    return LLMREG_OK;
}

int llmreg_spec_check(const struct llmreg_spec *spec, struct llmreg_error *err)
{
    int (*const checks[])(const struct llmreg_spec *, struct llmreg_error *) = {
        check_fields, check_url,     check_owner,
        check_words,  check_numbers, check_labels,
    };

    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        int rc = checks[i](spec, err);
        if (rc != LLMREG_OK)
            return rc;
    }
    return LLMREG_OK;
}
