/* SPDX-License-Identifier: MIT */
/* ollama_list.c - a table of the members that are read, by their paths.
 *
 * The order of the answer says nothing (Ollama shuffles models of the same
 * second), so the list is sorted by name.  A name that comes twice is one
 * model, the first: while reading, an index keeps the order of names.
 * LLMREG_MODELS_MAX are kept, the rest is counted. */
#include "plugins/llm_probe/ollama_list.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/clock.h>
#include <llmreg/text.h>

#define ELEMENT       "models[]"
#define ELEMENT_LEN   (sizeof ELEMENT - 1)
#define ROOM_KEPT     64 /* models that a list keeps room for */
#define NEVER_MS      (INT64_C(20) * 366 * 86400 * 1000)
#define CONTEXT_LIMIT INT32_MAX

/* ---- members of an element ---- */

typedef int (*member_fn)(struct ollama_list *l,
                         const struct llmreg_json_event *e);

static void take_identity(struct ollama_element *now,
                          const struct llmreg_json_event *e,
                          char out[static LLMREG_MODEL_SIZE])
{
    if (e->type != LLMREG_JSON_STRING || e->too_long)
        return;
    if (!llmreg_is_clean(e->text, e->len))
        now->unclean = true;
    else if (llmreg_model_name(e->text, e->len, out) != LLMREG_OK)
        out[0] = '\0';
}

static bool is_end(const struct llmreg_json_event *e)
{
    return e->type == LLMREG_JSON_OBJECT_END ||
           e->type == LLMREG_JSON_ARRAY_END;
}

static int take_model(struct ollama_list *l, const struct llmreg_json_event *e)
{
    if (is_end(e))
        return LLMREG_OK;
    l->now.models++;
    take_identity(&l->now, e, l->now.by_model);
    return LLMREG_OK;
}

static int take_name(struct ollama_list *l, const struct llmreg_json_event *e)
{
    if (is_end(e))
        return LLMREG_OK;
    l->now.names++;
    take_identity(&l->now, e, l->now.by_name);
    return LLMREG_OK;
}

/* A string for people: unknown unless clean. */
static int take_text(struct ollama_list *l, const struct llmreg_json_event *e,
                     const char **out)
{
    const char *copy = NULL;

    if (e->type != LLMREG_JSON_STRING || e->too_long ||
        !llmreg_is_clean(e->text, e->len))
        return LLMREG_OK;
    copy = llmreg_arena_copy(&l->arena, e->text, e->len);
    if (copy == NULL)
        return LLMREG_ENOMEM;
    *out = copy;
    return LLMREG_OK;
}

static int take_digest(struct ollama_list *l, const struct llmreg_json_event *e)
{
    return take_text(l, e, &l->now.model.digest);
}

static int take_family(struct ollama_list *l, const struct llmreg_json_event *e)
{
    return take_text(l, e, &l->now.model.family);
}

static int take_parameters(struct ollama_list *l,
                           const struct llmreg_json_event *e)
{
    return take_text(l, e, &l->now.model.parameter_size);
}

static int take_quantization(struct ollama_list *l,
                             const struct llmreg_json_event *e)
{
    return take_text(l, e, &l->now.model.quantization);
}

static void take_number(const struct llmreg_json_event *e, int64_t min,
                        int64_t max, int64_t *out)
{
    if (!llmreg_json_int(e, min, max, out))
        *out = -1;
}

static int take_size(struct ollama_list *l, const struct llmreg_json_event *e)
{
    take_number(e, 0, INT64_MAX,
                l->kind == OLLAMA_TAGS ? &l->now.model.size_bytes
                                       : &l->now.model.loaded_bytes);
    return LLMREG_OK;
}

static int take_vram(struct ollama_list *l, const struct llmreg_json_event *e)
{
    take_number(e, 0, INT64_MAX, &l->now.model.vram_bytes);
    return LLMREG_OK;
}

static int take_context_max(struct ollama_list *l,
                            const struct llmreg_json_event *e)
{
    take_number(e, 1, CONTEXT_LIMIT, &l->now.model.context_max);
    return LLMREG_OK;
}

static int take_context_effective(struct ollama_list *l,
                                  const struct llmreg_json_event *e)
{
    take_number(e, 1, CONTEXT_LIMIT, &l->now.model.context_effective);
    return LLMREG_OK;
}

/* Before 1970 it is Go's zero time; centuries ahead it means "never". */
static int take_expires(struct ollama_list *l,
                        const struct llmreg_json_event *e)
{
    int64_t ms = -1;

    l->now.model.expires_ms = -1;
    if (e->type != LLMREG_JSON_STRING || e->too_long ||
        llmreg_time_parse(e->text, e->len, &ms) != LLMREG_OK || ms < 0)
        return LLMREG_OK;
    l->now.model.expires_ms = ms - l->wall_ms > NEVER_MS ? INT64_MAX : ms;
    return LLMREG_OK;
}

static int take_remote(struct ollama_list *l, const struct llmreg_json_event *e)
{
    l->now.model.remote = e->type == LLMREG_JSON_STRING && e->len > 0;
    return LLMREG_OK;
}

/* A list of capabilities says no to all that it does not name. */
static int open_capabilities(struct ollama_list *l,
                             const struct llmreg_json_event *e)
{
    if (e->type != LLMREG_JSON_ARRAY)
        return LLMREG_OK;
    l->now.model.vision = LLMREG_NO;
    l->now.model.tools = LLMREG_NO;
    l->now.model.json_mode = LLMREG_NO;
    return LLMREG_OK;
}

static int take_capability(struct ollama_list *l,
                           const struct llmreg_json_event *e)
{
    if (e->type != LLMREG_JSON_STRING)
        return LLMREG_OK;
    if (llmreg_json_is(e, "vision"))
        l->now.model.vision = LLMREG_YES;
    else if (llmreg_json_is(e, "tools"))
        l->now.model.tools = LLMREG_YES;
    else if (llmreg_json_is(e, "completion"))
        l->now.model.json_mode = LLMREG_YES;
    return LLMREG_OK;
}

struct member {
    const char *path; /* after "models[]" */
    member_fn take;
    bool in_tags, in_ps;
};

static const struct member members[] = {
    {".name", take_name, true, true},
    {".model", take_model, true, true},
    {".size", take_size, true, true},
    {".digest", take_digest, true, true},
    {".details.family", take_family, true, true},
    {".details.parameter_size", take_parameters, true, true},
    {".details.quantization_level", take_quantization, true, true},
    {".details.context_length", take_context_max, true, true},
    {".capabilities", open_capabilities, true, false},
    {".capabilities[]", take_capability, true, false},
    {".remote_host", take_remote, true, true},
    {".size_vram", take_vram, false, true},
    {".context_length", take_context_effective, false, true},
    {".expires_at", take_expires, false, true},
};

static int take_member(struct ollama_list *l, const struct llmreg_json_event *e)
{
    const char *path = e->path + ELEMENT_LEN;

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct member *m = &members[i];

        if (!(l->kind == OLLAMA_TAGS ? m->in_tags : m->in_ps))
            continue;
        if (strcmp(m->path, path) == 0)
            return m->take(l, e);
    }
    return LLMREG_OK;
}

/* ---- elements ---- */

static void begin_element(struct ollama_list *l)
{
    l->now.model = llmreg_model_unknown("");
    l->now.models = 0;
    l->now.names = 0;
    l->now.unclean = false;
    l->now.by_model[0] = '\0';
    l->now.by_name[0] = '\0';
    if (l->kind == OLLAMA_PS)
        l->now.model.loaded = LLMREG_YES;
}

/* The name of the element, or NULL if it has none or more than one. */
static const char *usable_name(const struct ollama_element *now)
{
    if (now->unclean || now->models > 1 || now->names > 1)
        return NULL;
    if (now->by_model[0] != '\0')
        return now->by_model;
    return now->by_name[0] != '\0' ? now->by_name : NULL;
}

static int compare(const void *a, const void *b)
{
    const struct llmreg_model *x = a;
    const struct llmreg_model *y = b;

    return strcmp(x->name, y->name);
}

/* Where name is, or would be, in the order of names. */
static size_t place_of(const struct ollama_list *l, const char *name,
                       bool *there)
{
    size_t low = 0;
    size_t high = l->count;

    *there = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(l->items[l->order[middle]].name, name);

        if (order == 0) {
            *there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Puts the models themselves into the order of names. */
static void sort(struct ollama_list *l)
{
    if (l->count > 1)
        qsort(l->items, l->count, sizeof l->items[0], compare);
    for (size_t i = 0; i < l->count; i++)
        l->order[i] = (uint16_t)i;
}

static int make_room(struct ollama_list *l)
{
    size_t room = l->room == 0 ? 8 : l->room * 2;
    struct llmreg_model *items = NULL;

    if (l->count < l->room)
        return LLMREG_OK;
    items = realloc(l->items, room * sizeof *items);
    if (items == NULL)
        return LLMREG_ENOMEM;
    l->items = items;
    l->room = room;
    return LLMREG_OK;
}

/* Adds a model whose other strings live as long as the list. */
static int insert(struct ollama_list *l, const struct llmreg_model *model)
{
    bool there = false;
    size_t place = place_of(l, model->name, &there);
    struct llmreg_model copy = *model;
    int rc;

    if (there)
        return LLMREG_OK;
    if (l->count == LLMREG_MODELS_MAX) {
        l->not_kept++;
        return LLMREG_OK;
    }
    rc = make_room(l);
    if (rc != LLMREG_OK)
        return rc;
    copy.name = llmreg_arena_copy(&l->arena, model->name, strlen(model->name));
    if (copy.name == NULL)
        return LLMREG_ENOMEM;
    memmove(&l->order[place + 1], &l->order[place],
            (l->count - place) * sizeof l->order[0]);
    l->order[place] = (uint16_t)l->count;
    l->items[l->count++] = copy;
    return LLMREG_OK;
}

static int end_element(struct ollama_list *l)
{
    struct llmreg_model *m = &l->now.model;

    m->name = usable_name(&l->now);
    if (m->name == NULL) {
        l->rejected++;
        return LLMREG_OK;
    }
    if (m->loaded_bytes >= 0 && m->vram_bytes > m->loaded_bytes)
        m->vram_bytes = -1;
    return insert(l, m);
}

static int take_element(struct ollama_list *l,
                        const struct llmreg_json_event *e)
{
    switch (e->type) {
    case LLMREG_JSON_OBJECT:
        begin_element(l);
        return LLMREG_OK;
    case LLMREG_JSON_OBJECT_END:
        return end_element(l);
    case LLMREG_JSON_ARRAY_END:
        return LLMREG_OK;
    default:
        l->rejected++;
        return LLMREG_OK;
    }
}

/* ---- the document ---- */

void ollama_list_begin(struct ollama_list *l, enum ollama_list_kind kind,
                       int64_t wall_ms)
{
    llmreg_arena_reset(&l->arena);
    if (l->room > ROOM_KEPT) {
        free(l->items);
        l->items = NULL;
        l->room = 0;
    }
    l->count = 0;
    l->rejected = 0;
    l->not_kept = 0;
    l->kind = kind;
    l->wall_ms = wall_ms;
    l->found = false;
}

static int take_models(struct ollama_list *l, enum llmreg_json_type type)
{
    if (type == LLMREG_JSON_ARRAY_END)
        return LLMREG_OK;
    if (l->found || (type != LLMREG_JSON_ARRAY && type != LLMREG_JSON_NULL))
        return LLMREG_EPARSE;
    l->found = true;
    return LLMREG_OK;
}

int ollama_list_event(void *ctx, const struct llmreg_json_event *e)
{
    struct ollama_list *l = ctx;

    if (strncmp(e->path, ELEMENT, ELEMENT_LEN) == 0) {
        if (e->path[ELEMENT_LEN] == '\0')
            return take_element(l, e);
        return take_member(l, e);
    }
    if (e->path[0] == '\0')
        return e->type == LLMREG_JSON_OBJECT ||
                       e->type == LLMREG_JSON_OBJECT_END
                   ? LLMREG_OK
                   : LLMREG_EPARSE;
    if (strcmp(e->path, "models") == 0)
        return take_models(l, e->type);
    return LLMREG_OK;
}

int ollama_list_end(struct ollama_list *l)
{
    if (!l->found || (l->count == 0 && l->rejected > 0))
        return LLMREG_EPARSE;
    sort(l);
    return LLMREG_OK;
}

struct llmreg_model *ollama_list_find(struct ollama_list *l, const char *name)
{
    bool there = false;
    size_t place = place_of(l, name, &there);

    return there ? &l->items[l->order[place]] : NULL;
}

static void mark_loaded(struct llmreg_model *m, const struct llmreg_model *ps)
{
    m->loaded = LLMREG_YES;
    m->context_effective = ps->context_effective;
    m->loaded_bytes = ps->loaded_bytes;
    m->vram_bytes = ps->vram_bytes;
    m->expires_ms = ps->expires_ms;
}

int ollama_list_merge(struct ollama_list *tags, const struct ollama_list *ps)
{
    int rc = LLMREG_OK;

    for (size_t i = 0; i < tags->count; i++)
        tags->items[i].loaded = LLMREG_NO;
    for (size_t i = 0; i < ps->count && rc == LLMREG_OK; i++) {
        struct llmreg_model *m = ollama_list_find(tags, ps->items[i].name);

        if (m != NULL)
            mark_loaded(m, &ps->items[i]);
        else if (tags->count < LLMREG_MODELS_MAX)
            rc = insert(tags, &ps->items[i]);
    }
    sort(tags);
    return rc;
}

void ollama_list_fini(struct ollama_list *l)
{
    llmreg_arena_fini(&l->arena);
    free(l->items);
    l->items = NULL;
    l->count = 0;
    l->room = 0;
}
