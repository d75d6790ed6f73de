/* SPDX-License-Identifier: MIT */
/* metadata.c - members that are only kept, and so must be harmless: valid
 * JSON in one line, of bounded size and depth.
 *
 * A line feed in a value would tear an event stream apart, so a value has no
 * blanks outside its strings.
 */
#include "common/domain/metadata.h"

#include <llmreg/json.h>

#include "common/domain/check.h"

#include <string.h>

#define DEPTH_MAX 8
#define VALUE_MAX 1024

/* ---- checking ---- */

static int ignore(void *ctx, const struct llmreg_json_event *event)
{
    (void)ctx;
    (void)event;
    return LLMREG_OK;
}

/* No blank outside strings; json is valid. */
static bool is_compact(const char *json)
{
    bool quoted = false;

    for (const char *c = json; *c != '\0'; c++) {
        if (*c == '"')
            quoted = !quoted;
        else if (quoted && *c == '\\')
            c++; /* what it escapes is there, and ends no string */
        else if (!quoted && strchr(" \t\r\n", *c) != NULL)
            return false;
    }
    return true;
}

static int check_value(const char *name, const char *json,
                       struct llmreg_error *err)
{
    static const struct llmreg_json_limits limits = {
        .bytes = VALUE_MAX,
        .depth = DEPTH_MAX,
        .values = VALUE_MAX,
        .string = VALUE_MAX,
    };
    char shown[CHECK_SHOWN];
    struct llmreg_error why = {""};
    int rc = check_text("metadata", json, 1, VALUE_MAX, err);

    if (rc != LLMREG_OK)
        return rc;
    rc = llmreg_json_read(json, strlen(json), &limits, ignore, NULL, &why);
    if (rc == LLMREG_ENOMEM)
        return rc;
    if (rc == LLMREG_OK && is_compact(json))
        return rc;
    check_show(shown, json);
    if (rc == LLMREG_OK)
        llmreg_error_set(err, "metadata %.64s: %s has blanks between its parts",
                         name, shown);
    else
        llmreg_error_set(err,
                         "metadata %.64s: %s is not JSON of at most %d levels: "
                         "%.200s",
                         name, shown, DEPTH_MAX, why.text);
    return LLMREG_EINVAL;
}

static bool is_named_before(const struct llmreg_member *members, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(members[i].name, members[at].name) == 0)
            return true;
    return false;
}

static int check_size(size_t count, size_t bytes, struct llmreg_error *err)
{
    int rc = check_range("number of metadata members", (int64_t)count, 0,
                         LLMREG_METADATA_MAX, err);

    if (rc == LLMREG_OK)
        rc = check_range("size of metadata", (int64_t)bytes, 0,
                         LLMREG_METADATA_BYTES, err);
    return rc;
}

int metadata_check(const struct llmreg_member *members, size_t count,
                   struct llmreg_error *err)
{
    size_t bytes = 0;
    int rc = check_size(count, 0, err);

    for (size_t i = 0; rc == LLMREG_OK && i < count; i++) {
        rc = check_text("name of a metadata member", members[i].name, 1, 64,
                        err);
        if (rc == LLMREG_OK)
            rc = check_value(members[i].name, members[i].json, err);
        if (rc != LLMREG_OK)
            return rc;
        bytes += strlen(members[i].name) + strlen(members[i].json);
        rc = check_size(count, bytes, err);
        if (rc != LLMREG_OK || !is_named_before(members, i))
            continue;
        llmreg_error_set(err, "metadata \"%s\" is given twice",
                         members[i].name);
        rc = LLMREG_EINVAL;
    }
    return rc;
}

/* ---- merging ---- */

static bool removes(const struct llmreg_member *m)
{
    return strcmp(m->json, "null") == 0;
}

/* The first member of old that is not before name. */
static size_t place_of(const struct llmreg_agent_spec *old, const char *name)
{
    size_t low = 0, high = old->nmetadata;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(old->metadata[mid].name, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static const struct llmreg_member *find(const struct llmreg_agent_spec *old,
                                        const char *name)
{
    size_t i = place_of(old, name);

    if (i == old->nmetadata || strcmp(old->metadata[i].name, name) != 0)
        return NULL;
    return &old->metadata[i];
}

bool metadata_has_all(const struct llmreg_agent_spec *old,
                      const struct llmreg_member *update, size_t nupdate)
{
    for (size_t i = 0; i < nupdate; i++) {
        const struct llmreg_member *m = find(old, update[i].name);
        if (m == NULL ? !removes(&update[i])
                      : strcmp(m->json, update[i].json) != 0)
            return false;
    }
    return true;
}

static bool is_updated(const char *name, const struct llmreg_member *update,
                       size_t nupdate)
{
    for (size_t i = 0; i < nupdate; i++)
        if (strcmp(update[i].name, name) == 0)
            return true;
    return false;
}

static void insert(const struct llmreg_member **sorted, size_t count,
                   const struct llmreg_member *m)
{
    size_t i = count;

    for (; i > 0 && strcmp(sorted[i - 1]->name, m->name) > 0; i--)
        sorted[i] = sorted[i - 1];
    sorted[i] = m;
}

int metadata_merge(const struct llmreg_agent_spec *old,
                   const struct llmreg_member *update, size_t nupdate,
                   struct metadata *out, struct llmreg_error *err)
{
    const struct llmreg_member *sorted[2 * LLMREG_METADATA_MAX];
    size_t count = 0, bytes = 0;

    for (size_t i = 0; i < old->nmetadata; i++)
        if (!is_updated(old->metadata[i].name, update, nupdate))
            insert(sorted, count++, &old->metadata[i]);
    for (size_t i = 0; i < nupdate; i++)
        if (!removes(&update[i]))
            insert(sorted, count++, &update[i]);
    for (size_t i = 0; i < count; i++)
        bytes += strlen(sorted[i]->name) + strlen(sorted[i]->json);
    int rc = check_size(count, bytes, err);
    if (rc != LLMREG_OK)
        return rc;
    out->count = count;
    for (size_t i = 0; i < count; i++)
        out->members[i] = *sorted[i];
    return LLMREG_OK;
}
