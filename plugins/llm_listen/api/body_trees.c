/* SPDX-License-Identifier: MIT */
/* body_trees.c - lists and objects of a body, one function each.
 *
 * A list has room for as many as are allowed from the beginning: that is
 * little, and it is bounded by the form and not by the body. */
#include "plugins/llm_listen/api/body_trees.h"

#include <math.h>
#include <string.h>

/* items: of a list that has room for max, or NULL: there was no memory. */
static int check_room(struct body_reader *b, const void *items, size_t count,
                      size_t max)
{
    if (items == NULL)
        return LLMREG_ENOMEM;
    if (count == max)
        return body_refuse(b, "up to %zu are allowed", max);
    return LLMREG_OK;
}

static void *room(struct body_reader *b, void *items, size_t size, size_t max)
{
    return items != NULL ? items
                         : llmreg_arena_alloc(body_arena(b), size * max);
}

/* The member itself begins, as one of these two types (or one of them twice),
 * or ends: nothing to do. */
static int check_whole(struct body_reader *b, const char *wanted,
                       enum llmreg_json_type a, enum llmreg_json_type c,
                       const struct llmreg_json_event *e)
{
    if (e->type == LLMREG_JSON_ARRAY_END || e->type == LLMREG_JSON_OBJECT_END)
        return LLMREG_OK;
    if (e->type == a || e->type == c)
        return LLMREG_OK;
    return body_refuse(b, "%s is needed", wanted);
}

static int object_only(struct body_reader *b, const struct llmreg_json_event *e)
{
    return check_whole(b, "an object", LLMREG_JSON_OBJECT, LLMREG_JSON_OBJECT,
                       e);
}

static int array_only(struct body_reader *b, const struct llmreg_json_event *e)
{
    return check_whole(b, "an array", LLMREG_JSON_ARRAY, LLMREG_JSON_ARRAY, e);
}

static bool is_end(const struct llmreg_json_event *e)
{
    return e->type == LLMREG_JSON_ARRAY_END ||
           e->type == LLMREG_JSON_OBJECT_END;
}

/* ---- capabilities ---- */

/* "gpu=h100" is taken apart in place. */
static int word_capability(struct body_reader *b,
                           const struct llmreg_json_event *e,
                           struct llmreg_capability *out)
{
    const char *word = NULL, *equals;
    int rc = body_text(b, e, 1, 64 + 1 + 256, &word);

    if (rc != LLMREG_OK)
        return rc;
    equals = strchr(word, '=');
    out->value = equals == NULL ? "" : equals + 1;
    out->name = word;
    if (equals == NULL)
        return LLMREG_OK;
    out->name = llmreg_arena_copy(body_arena(b), word, (size_t)(equals - word));
    return out->name == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

static int member_capability(struct body_reader *b, const char *path,
                             const struct llmreg_json_event *e,
                             struct llmreg_capability *out)
{
    int rc = body_key(b, path, &out->name);

    out->value = "";
    if (rc != LLMREG_OK || (e->type == LLMREG_JSON_BOOL && e->truth))
        return rc;
    if (e->type != LLMREG_JSON_NUMBER)
        return body_text(b, e, 0, 256, &out->value);
    out->value = llmreg_arena_copy(body_arena(b), e->text, e->len);
    return out->value == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

int body_capabilities(struct body_reader *b, void *member, const char *path,
                      const struct llmreg_json_event *e)
{
    struct body_capabilities *list = member;
    struct llmreg_capability *next;
    int rc;

    if (path[0] == '\0')
        return check_whole(b, "an array or an object", LLMREG_JSON_ARRAY,
                           LLMREG_JSON_OBJECT, e);
    /* Not there is what false says. */
    if (e->type == LLMREG_JSON_NULL ||
        (path[0] == '.' && e->type == LLMREG_JSON_BOOL && !e->truth))
        return LLMREG_OK;
    list->items =
        room(b, list->items, sizeof *list->items, LLMREG_CAPABILITIES_MAX);
    rc = check_room(b, list->items, list->count, LLMREG_CAPABILITIES_MAX);
    if (rc != LLMREG_OK)
        return rc;
    next = &list->items[list->count];
    rc = path[0] == '[' ? word_capability(b, e, next)
                        : member_capability(b, path, e, next);
    list->count += rc == LLMREG_OK;
    return rc;
}

/* ---- metadata ---- */

int body_metadata(struct body_reader *b, void *member, const char *path,
                  const struct llmreg_json_event *e)
{
    struct body_metadata *list = member;
    const char *json = NULL;
    int rc = LLMREG_OK;

    if (path[0] == '\0')
        return object_only(b, e);
    if (list->key == NULL)
        rc = body_key(b, path, &list->key);
    if (rc == LLMREG_OK)
        rc = body_raw(b, e, 1024, &json);
    if (rc != LLMREG_OK || json == NULL)
        return rc;
    list->items =
        room(b, list->items, sizeof *list->items, LLMREG_METADATA_MAX);
    rc = check_room(b, list->items, list->count, LLMREG_METADATA_MAX);
    if (rc != LLMREG_OK)
        return rc;
    list->items[list->count++] =
        (struct llmreg_member){.name = list->key, .json = json};
    list->key = NULL;
    return LLMREG_OK;
}

/* ---- metrics ---- */

int body_metrics(struct body_reader *b, void *member, const char *path,
                 const struct llmreg_json_event *e)
{
    struct body_metrics *list = member;
    struct llmreg_measure m = {.name = NULL};
    int rc;

    if (path[0] == '\0')
        return object_only(b, e);
    if (e->type == LLMREG_JSON_NULL)
        return LLMREG_OK;
    rc = body_key(b, path, &m.name);
    if (rc == LLMREG_OK)
        rc = body_number(b, e, -1e308, 1e308, &m.value);
    list->items =
        room(b, list->items, sizeof *list->items, LLMREG_MEASURES_MAX);
    if (rc == LLMREG_OK)
        rc = check_room(b, list->items, list->count, LLMREG_MEASURES_MAX);
    if (rc == LLMREG_OK)
        list->items[list->count++] = m;
    return rc;
}

/* ---- labels ---- */

int body_labels(struct body_reader *b, void *member, const char *path,
                const struct llmreg_json_event *e)
{
    struct body_labels *list = member;
    struct llmreg_label l = {.name = NULL};
    int rc;

    if (path[0] == '\0')
        return object_only(b, e);
    rc = body_key(b, path, &l.name);
    if (rc == LLMREG_OK)
        rc = body_text(b, e, 0, 256, &l.value);
    list->items = room(b, list->items, sizeof *list->items, LLMREG_LABELS_MAX);
    if (rc == LLMREG_OK)
        rc = check_room(b, list->items, list->count, LLMREG_LABELS_MAX);
    if (rc == LLMREG_OK)
        list->items[list->count++] = l;
    return rc;
}

/* ---- addresses ---- */

int body_addresses(struct body_reader *b, void *member, const char *path,
                   const struct llmreg_json_event *e)
{
    struct body_addresses *list = member;
    const char *text = NULL;
    int rc;

    if (path[0] == '\0')
        return array_only(b, e);
    rc = body_text(b, e, 1, LLMREG_HOST_ID_MAX, &text);
    list->items =
        room(b, list->items, sizeof *list->items, LLMREG_ADDRESSES_MAX);
    if (rc == LLMREG_OK)
        rc = check_room(b, list->items, list->count, LLMREG_ADDRESSES_MAX);
    if (rc == LLMREG_OK)
        list->items[list->count++] = text;
    return rc;
}

/* ---- endpoints ---- */

static int begin_endpoint(struct body_reader *b, struct body_endpoints *list,
                          const struct llmreg_json_event *e)
{
    struct body_endpoint *next;
    int rc;

    list->items = room(b, list->items, sizeof *list->items, BODY_ENDPOINTS_MAX);
    rc = check_room(b, list->items, list->count, BODY_ENDPOINTS_MAX);
    if (rc != LLMREG_OK)
        return rc;
    next = &list->items[list->count];
    if (e->type != LLMREG_JSON_OBJECT)
        rc = body_text(b, e, 1, LLMREG_URL_SIZE - 1, &next->url);
    list->count += rc == LLMREG_OK;
    return rc;
}

int body_endpoints(struct body_reader *b, void *member, const char *path,
                   const struct llmreg_json_event *e)
{
    struct body_endpoints *list = member;
    struct body_endpoint *last =
        list->count == 0 ? NULL : &list->items[list->count - 1];

    if (path[0] == '\0')
        return array_only(b, e);
    if (strcmp(path, "[]") == 0 && !is_end(e))
        return begin_endpoint(b, list, e);
    if (strcmp(path, "[]") == 0)
        return last->url != NULL ? LLMREG_OK : body_refuse(b, "needs a url");
    if (e->type == LLMREG_JSON_NULL)
        return LLMREG_OK;
    if (strcmp(path, "[].url") == 0)
        return body_text(b, e, 1, LLMREG_URL_SIZE - 1, &last->url);
    if (strcmp(path, "[].name") == 0)
        return body_text(b, e, 1, 127, &last->name);
    if (strcmp(path, "[].kind") == 0)
        return body_text(b, e, 1, 32, &last->kind);
    return LLMREG_OK;
}

/* ---- peers ---- */

static int begin_peer(struct body_reader *b, struct body_peers *list,
                      const struct llmreg_json_event *e)
{
    struct body_peer *next;
    int rc;

    list->items = room(b, list->items, sizeof *list->items, BODY_PEERS_MAX);
    rc = check_room(b, list->items, list->count, BODY_PEERS_MAX);
    if (rc != LLMREG_OK)
        return rc;
    next = &list->items[list->count];
    next->latency_ms = (double)NAN;
    if (e->type != LLMREG_JSON_OBJECT)
        rc = body_text(b, e, 1, LLMREG_AGENT_ID_SIZE - 1, &next->id);
    list->count += rc == LLMREG_OK;
    return rc;
}

int body_peers(struct body_reader *b, void *member, const char *path,
               const struct llmreg_json_event *e)
{
    struct body_peers *list = member;
    struct body_peer *last =
        list->count == 0 ? NULL : &list->items[list->count - 1];

    if (path[0] == '\0')
        return array_only(b, e);
    if (strcmp(path, "[]") == 0 && !is_end(e))
        return begin_peer(b, list, e);
    if (strcmp(path, "[]") == 0)
        return last->id != NULL ? LLMREG_OK : body_refuse(b, "needs an id");
    if (e->type == LLMREG_JSON_NULL)
        return LLMREG_OK;
    if (strcmp(path, "[].id") == 0)
        return body_text(b, e, 1, LLMREG_AGENT_ID_SIZE - 1, &last->id);
    if (strcmp(path, "[].type") == 0)
        return body_text(b, e, 1, 32, &last->type);
    if (strcmp(path, "[].status") == 0)
        return body_text(b, e, 1, 32, &last->status);
    if (strcmp(path, "[].connection") == 0)
        return body_text(b, e, 1, 64, &last->connection);
    if (strcmp(path, "[].latency_ms") == 0)
        return body_number(b, e, 0, 86400000, &last->latency_ms);
    return LLMREG_OK;
}
