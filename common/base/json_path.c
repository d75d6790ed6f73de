/* SPDX-License-Identifier: MIT */
/* json_path.c - the path of a value.
 *
 *     text   models[].details.family
 *     open   ^     ^  ^                   lengths 0, 6, 8; here is 22
 *
 * A path that does not fit is lost, which is inherited by everything inside.
 */
#include "common/base/json_path.h"

#include <string.h>

void json_path_init(struct json_path *p)
{
    memset(p, 0, sizeof *p);
}

static void append(struct json_path *p, char c)
{
    if (p->here.len + 1 >= sizeof p->text)
        p->here.lost = true;
    if (p->here.lost)
        return;
    p->text[p->here.len++] = c;
    p->text[p->here.len] = '\0';
}

static void cut(struct json_path *p, struct json_place place)
{
    p->here = place;
    p->text[place.len] = '\0';
}

void json_path_enter(struct json_path *p, bool array)
{
    p->open[p->depth++] = p->here;
    if (!array)
        return;
    append(p, '[');
    append(p, ']');
}

void json_path_leave(struct json_path *p)
{
    cut(p, p->open[--p->depth]);
}

void json_path_key(struct json_path *p, const char *key, size_t len)
{
    cut(p, p->open[p->depth - 1]);
    if (p->here.len > 0)
        append(p, '.');
    for (size_t i = 0; i < len; i++) {
        if (key[i] == '.' || key[i] == '[' || key[i] == '\\')
            append(p, '\\');
        append(p, key[i]);
    }
}

void json_path_no_key(struct json_path *p)
{
    cut(p, p->open[p->depth - 1]);
    p->here.lost = true;
}

const char *json_path_text(const struct json_path *p)
{
    return p->here.lost ? "?" : p->text;
}
