/* SPDX-License-Identifier: MIT */
/* body_raw.c - keys, and values that are kept as the JSON they came as.
 *
 * Metadata may be any JSON.  Its events are written down again, compact, one
 * value at a time; the key of a value is what its path has more than that of
 * the object around it. */
#include <string.h>

#include "plugins/llm_listen/api/body_reader.h"

int body_key(struct body_reader *b, const char *path, const char **out)
{
    char *copy;
    size_t n = 0;

    if (path[0] != '.')
        return body_refuse(b, "a name has 1 to 64 bytes and no NUL");
    copy = llmreg_arena_copy(b->arena, path + 1, strlen(path + 1));
    if (copy == NULL)
        return LLMREG_ENOMEM;
    for (const char *p = path + 1; *p != '\0'; p++) {
        if (*p == '\\' && p[1] != '\0')
            p++;
        copy[n++] = *p;
    }
    copy[n] = '\0';
    *out = copy;
    return LLMREG_OK;
}

/* ---- writing ---- */

static void put_string(struct llmreg_text *t, const char *s, size_t len)
{
    llmreg_text_add(t, "\"");
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)s[i];

        if (c == '"' || c == '\\')
            llmreg_text_addf(t, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            llmreg_text_addf(t, "\\u%04x", c);
        else
            llmreg_text_add_bytes(t, s + i, 1);
    }
    llmreg_text_add(t, "\"");
}

/* The key of a value in an object: behind the path of the object, and '.'. */
static void put_key(struct body_reader *b, const char *path)
{
    char key[LLMREG_JSON_PATH];
    size_t n = 0;

    for (const char *p = path + 1; *p != '\0'; p++) {
        if (*p == '\\' && p[1] != '\0')
            p++;
        key[n++] = *p;
    }
    put_string(&b->raw, key, n);
    llmreg_text_add(&b->raw, ":");
}

static void put_value(struct body_reader *b, const struct llmreg_json_event *e)
{
    static const char *const fixed[] = {
        [LLMREG_JSON_NULL] = "null",
        [LLMREG_JSON_OBJECT] = "{",
        [LLMREG_JSON_ARRAY] = "[",
    };

    switch (e->type) {
    case LLMREG_JSON_STRING:
        put_string(&b->raw, e->text, e->len);
        break;
    case LLMREG_JSON_NUMBER:
        llmreg_text_add_bytes(&b->raw, e->text, e->len);
        break;
    case LLMREG_JSON_BOOL:
        llmreg_text_add(&b->raw, e->truth ? "true" : "false");
        break;
    default:
        llmreg_text_add(&b->raw, fixed[e->type]);
        break;
    }
}

static void begin_value(struct body_reader *b,
                        const struct llmreg_json_event *e)
{
    const size_t parent = b->depth == 0 ? 0 : b->parents[b->depth - 1];

    if (b->depth > 0 && b->comma)
        llmreg_text_add(&b->raw, ",");
    if (b->depth > 0 && e->path[parent] == '.')
        put_key(b, e->path + parent);
    put_value(b, e);
    b->comma = true;
    if (e->type == LLMREG_JSON_OBJECT || e->type == LLMREG_JSON_ARRAY) {
        b->parents[b->depth++] = strlen(e->path);
        b->comma = false;
    }
}

static void end_value(struct body_reader *b, const struct llmreg_json_event *e)
{
    llmreg_text_add(&b->raw, e->type == LLMREG_JSON_OBJECT_END ? "}" : "]");
    b->depth--;
    b->comma = true;
}

int body_raw(struct body_reader *b, const struct llmreg_json_event *e,
             size_t max, const char **out)
{
    const bool end =
        e->type == LLMREG_JSON_OBJECT_END || e->type == LLMREG_JSON_ARRAY_END;

    *out = NULL;
    if (b->depth == 0) {
        char *storage = llmreg_arena_alloc(b->arena, max + 1);

        if (storage == NULL)
            return LLMREG_ENOMEM;
        llmreg_text_init(&b->raw, storage, max + 1);
    }
    if (e->too_long || strcmp(e->path, "?") == 0 ||
        (!end && b->depth + 1 >= BODY_DEPTH))
        return body_refuse(b, "a name or value in it is too long or too deep");
    if (end)
        end_value(b, e);
    else
        begin_value(b, e);
    if (b->raw.failed)
        return body_refuse(b, "up to %zu bytes of JSON are allowed", max);
    if (b->depth == 0)
        *out = b->raw.data;
    return LLMREG_OK;
}
