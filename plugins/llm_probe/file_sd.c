/* SPDX-License-Identifier: MIT */
/* file_sd.c - a group is collected while it passes by (its labels may come
 * after its targets) and becomes targets when it ends. */
#include "plugins/llm_probe/file_sd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/json.h>
#include <llmreg/table.h>
#include <llmreg/text.h>

#include <llmreg/arena.h>
#include "plugins/llm_probe/backend.h"

#define NAME_MAX_BYTES  127
#define LABEL_NAME_MAX  64
#define LABEL_VALUE_MAX 256
#define TARGET_MAX      (LLMREG_URL_SIZE - 1)
#define LABELS_PATH     "[].labels."
#define LABELS_PATH_LEN (sizeof LABELS_PATH - 1)

/* What a group says, until it ends. */
struct group {
    struct llmreg_arena arena; /* its strings */
    const char **targets;
    size_t ntargets, room;
    struct llmreg_label labels[LLMREG_LABELS_MAX];
    size_t nlabels;
    const char *name; /* NULL: host:port */
    enum llmreg_kind kind;
    int64_t priority;
    bool has_targets, has_labels;
};

struct reader {
    struct targets *out;
    struct llmreg_table *ids;
    struct group group;
    size_t number; /* of the group, from 1 */
    struct llmreg_error *err;
};

static int wrong(struct reader *r, const char *what, const char *value,
                 const char *allowed)
{
    char storage[200];
    struct llmreg_text shown;
    size_t len = strlen(value);

    llmreg_text_init(&shown, storage, sizeof storage);
    llmreg_text_add_escaped(&shown, value, len < 40 ? len : 40);
    llmreg_error_set(r->err, "group %zu: %s \"%s\": %s", r->number, what,
                     storage, allowed);
    return LLMREG_EINVAL;
}

/* ---- a group ends: its targets ---- */

static void write_series(const struct llmreg_url *url, char *out, size_t size)
{
    uint64_t hash = llmreg_hash(url->path, strlen(url->path));

    if (url->path[0] == '\0')
        snprintf(out, size, "%u", (unsigned)url->port);
    else
        snprintf(out, size, "%u-%08x", (unsigned)url->port, (unsigned)hash);
}

static int add_target(struct reader *r, const char *text)
{
    const struct group *g = &r->group;
    const struct backend *backend = backend_find(g->kind);
    char host[LLMREG_SERIES_SIZE];
    char series[LLMREG_SERIES_SIZE];
    char name[LLMREG_SERIES_SIZE];
    struct llmreg_error why;
    struct llmreg_url url;
    int rc = llmreg_url_parse(text, backend->port, &url, &why);

    if (rc != LLMREG_OK)
        return wrong(r, "target", text, why.text);
    rc = llmreg_table_add(r->ids, url.id, r);
    if (rc == LLMREG_EEXIST)
        return wrong(r, "target", text, "is in the file twice");
    if (rc != LLMREG_OK)
        return rc;
    llmreg_series_name(url.host, host);
    llmreg_series_name(url.id, name);
    write_series(&url, series, sizeof series);
    const struct target t = {
        .id = url.id,
        .url = url.base,
        .name = g->name != NULL                    ? g->name
                : strlen(url.id) <= NAME_MAX_BYTES ? url.id
                                                   : name,
        .host = host,
        .series = series,
        .kind = g->kind,
        .priority = (int32_t)g->priority,
        .labels = g->labels,
        .nlabels = g->nlabels,
    };
    return targets_add(r->out, &t);
}

static void begin_group(struct reader *r)
{
    struct group *g = &r->group;

    llmreg_arena_reset(&g->arena);
    g->ntargets = 0;
    g->nlabels = 0;
    g->name = NULL;
    g->kind = LLMREG_KIND_OLLAMA;
    g->priority = LLMREG_PRIORITY_DEFAULT;
    g->has_targets = false;
    g->has_labels = false;
    r->number++;
}

static int end_group(struct reader *r)
{
    int rc = LLMREG_OK;

    if (!r->group.has_targets)
        return wrong(r, "member", "targets", "is missing");
    for (size_t i = 0; i < r->group.ntargets && rc == LLMREG_OK; i++)
        rc = add_target(r, r->group.targets[i]);
    return rc;
}

/* ---- members of a group ---- */

static int take_target(struct reader *r, const struct llmreg_json_event *e)
{
    struct group *g = &r->group;
    const char **targets = g->targets;

    if (e->type != LLMREG_JSON_STRING || e->too_long || e->len > TARGET_MAX ||
        !llmreg_is_clean(e->text, e->len))
        return wrong(r, "member", "targets", "allowed are strings host:port");
    if (r->out->count + g->ntargets >= FILE_SD_TARGETS) {
        llmreg_error_set(r->err, "more than %d targets", FILE_SD_TARGETS);
        return LLMREG_ETOOBIG;
    }
    if (g->ntargets == g->room) {
        size_t room = g->room == 0 ? 16 : g->room * 2;

        targets = realloc(g->targets, room * sizeof *targets);
        if (targets == NULL)
            return LLMREG_ENOMEM;
        g->targets = targets;
        g->room = room;
    }
    targets[g->ntargets] = llmreg_arena_copy(&g->arena, e->text, e->len);
    return targets[g->ntargets++] == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

/* The key at the end of a path, without the path's own escapes. */
static void unescape(const char *path, char out[static LLMREG_JSON_PATH])
{
    while (*path != '\0') {
        if (*path == '\\' && path[1] != '\0')
            path++;
        *out++ = *path++;
    }
    *out = '\0';
}

static int take_kind(struct reader *r, const char *value)
{
    enum llmreg_kind kind;

    if (llmreg_kind_parse(value, &kind) != LLMREG_OK ||
        backend_find(kind) == NULL)
        return wrong(r, "label kind", value, "allowed is ollama");
    r->group.kind = kind;
    return LLMREG_OK;
}

static int take_priority(struct reader *r, const char *value)
{
    if (llmreg_parse_int(value, strlen(value), 0, 1000, &r->group.priority) !=
        LLMREG_OK)
        return wrong(r, "label priority", value, "allowed is 0 to 1000");
    return LLMREG_OK;
}

static int take_name(struct reader *r, const char *value)
{
    if (value[0] == '\0' || strlen(value) > NAME_MAX_BYTES)
        return wrong(r, "label name", value, "allowed are 1 to 127 bytes");
    r->group.name = value;
    return LLMREG_OK;
}

struct meaning {
    const char *label;
    int (*take)(struct reader *r, const char *value);
};

static const struct meaning meanings[] = {
    {"name", take_name},
    {"kind", take_kind},
    {"priority", take_priority},
};

static int keep_label(struct reader *r, const char *key, const char *value)
{
    struct group *g = &r->group;
    const char *copy = NULL;

    if (key[0] == '\0' || strlen(key) > LABEL_NAME_MAX)
        return wrong(r, "label", key, "allowed are names of 1 to 64 bytes");
    for (size_t i = 0; i < g->nlabels; i++)
        if (strcmp(g->labels[i].name, key) == 0)
            return wrong(r, "label", key, "is given twice");
    if (g->nlabels == LLMREG_LABELS_MAX)
        return wrong(r, "label", key, "allowed are 32 labels");
    copy = llmreg_arena_copy(&g->arena, key, strlen(key));
    if (copy == NULL)
        return LLMREG_ENOMEM;
    g->labels[g->nlabels++] =
        (struct llmreg_label){.name = copy, .value = value};
    return LLMREG_OK;
}

static int take_label(struct reader *r, const struct llmreg_json_event *e)
{
    char key[LLMREG_JSON_PATH];
    const char *value = NULL;

    unescape(e->path + LABELS_PATH_LEN, key);
    if (e->type != LLMREG_JSON_STRING || e->too_long ||
        e->len > LABEL_VALUE_MAX || !llmreg_is_clean(e->text, e->len))
        return wrong(r, "label", key, "allowed are strings up to 256 bytes");
    if (strncmp(key, "__", 2) == 0)
        return LLMREG_OK;
    value = llmreg_arena_copy(&r->group.arena, e->text, e->len);
    if (value == NULL)
        return LLMREG_ENOMEM;
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(meanings[i].label, key) == 0)
            return meanings[i].take(r, value);
    return keep_label(r, key, value);
}

/* ---- the document ---- */

static int take_list(struct reader *r, const struct llmreg_json_event *e,
                     enum llmreg_json_type type, bool *given)
{
    if (e->type == LLMREG_JSON_ARRAY_END || e->type == LLMREG_JSON_OBJECT_END)
        return LLMREG_OK;
    if (e->type != type || *given)
        return wrong(r, "member", e->path + 3,
                     *given ? "is given twice" : "is of a wrong type");
    *given = true;
    return LLMREG_OK;
}

static int take_shape(struct reader *r, const struct llmreg_json_event *e,
                      enum llmreg_json_type begin, enum llmreg_json_type end)
{
    if (e->type == begin || e->type == end)
        return LLMREG_OK;
    llmreg_error_set(r->err, "allowed is a list of groups, each an object "
                             "with the members targets and labels");
    return LLMREG_EINVAL;
}

static int take_group(struct reader *r, const struct llmreg_json_event *e)
{
    int rc = take_shape(r, e, LLMREG_JSON_OBJECT, LLMREG_JSON_OBJECT_END);

    if (rc == LLMREG_OK && e->type == LLMREG_JSON_OBJECT)
        begin_group(r);
    else if (rc == LLMREG_OK)
        rc = end_group(r);
    return rc;
}

static int on_value(void *ctx, const struct llmreg_json_event *e)
{
    struct reader *r = ctx;

    if (e->path[0] == '\0')
        return take_shape(r, e, LLMREG_JSON_ARRAY, LLMREG_JSON_ARRAY_END);
    if (strcmp(e->path, "[]") == 0)
        return take_group(r, e);
    if (strcmp(e->path, "[].targets") == 0)
        return take_list(r, e, LLMREG_JSON_ARRAY, &r->group.has_targets);
    if (strcmp(e->path, "[].targets[]") == 0)
        return take_target(r, e);
    if (strcmp(e->path, "[].labels") == 0)
        return take_list(r, e, LLMREG_JSON_OBJECT, &r->group.has_labels);
    if (strncmp(e->path, LABELS_PATH, LABELS_PATH_LEN) == 0)
        return take_label(r, e);
    return wrong(r, "member", e->path, "allowed are targets and labels");
}

int file_sd_read(const char *bytes, size_t len, struct targets *out,
                 struct llmreg_error *err)
{
    static const struct llmreg_json_limits limits = {
        .bytes = FILE_SD_BYTES, .depth = 4, .values = 2000000, .string = 1024};
    struct targets list = {0};
    struct reader r = {.out = &list};
    struct llmreg_error why = {.text = ""};
    int rc = llmreg_table_new(&r.ids);

    r.err = &why;
    if (rc == LLMREG_OK)
        rc = llmreg_json_read(bytes, len, &limits, on_value, &r, err);
    if (rc != LLMREG_OK && why.text[0] != '\0')
        llmreg_error_set(err, "%s", why.text);
    llmreg_table_free(r.ids);
    llmreg_arena_fini(&r.group.arena);
    free(r.group.targets);
    if (rc == LLMREG_OK)
        *out = list;
    else
        targets_fini(&list);
    return rc;
}
