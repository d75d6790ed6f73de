/* SPDX-License-Identifier: MIT */
/* shape.c - parts of an agent as JSON; and a walk whose agents are held, since
 * writing them may take long. */
#include "plugins/llm_listen/dialects/shape.h"

#include <stdlib.h>
#include <string.h>

#include "plugins/llm_listen/api/reply.h"

void shape_time(struct llmreg_json_out *w, const char *key, int64_t wall_ms)
{
    char text[LLMREG_TIME_SIZE];

    llmreg_time_format(text, wall_ms);
    llmreg_json_string(w, key, wall_ms > 0 ? text : NULL);
}

void shape_text(struct llmreg_json_out *w, const char *key, const char *s)
{
    llmreg_json_string(w, key, s[0] == '\0' ? NULL : s);
}

void shape_amount(struct llmreg_json_out *w, const char *key, int64_t n,
                  double unit)
{
    if (n < 0)
        llmreg_json_null(w, key);
    else
        llmreg_json_double(w, key, (double)n / unit);
}

void shape_capabilities(struct llmreg_json_out *w, const char *key,
                        const struct llmreg_agent_spec *spec)
{
    char word[64 + 258]; /* name, '=', value and NUL */
    struct llmreg_text t;

    llmreg_json_open_array(w, key);
    for (size_t i = 0; i < spec->ncapabilities; i++) {
        const struct llmreg_capability *c = &spec->capabilities[i];

        llmreg_text_init(&t, word, sizeof word);
        llmreg_text_addf(&t, "%s%s%s", c->name, c->value[0] == '\0' ? "" : "=",
                         c->value);
        llmreg_json_string(w, NULL, word);
    }
    llmreg_json_close_array(w);
}

void shape_metadata(struct llmreg_json_out *w, const char *key,
                    const struct llmreg_agent_spec *spec)
{
    llmreg_json_open_object(w, key);
    for (size_t i = 0; i < spec->nmetadata; i++)
        llmreg_json_raw(w, spec->metadata[i].name, spec->metadata[i].json);
    llmreg_json_close_object(w);
}

void shape_place(struct llmreg_json_out *w,
                 const struct llmreg_agent_spec *spec)
{
    struct llmreg_url url;
    struct llmreg_error err;

    if (llmreg_url_parse(spec->url, 80, &url, &err) == LLMREG_OK) {
        llmreg_json_string(w, "host", url.host);
        llmreg_json_integer(w, "port", url.port);
    } else {
        shape_text(w, "host", spec->host);
        llmreg_json_null(w, "port");
    }
}

int64_t shape_uptime(const struct ask *a)
{
    return (a->req->now.mono_ns - a->api->started.mono_ns) / LLMREG_NS_PER_S;
}

int shape_snapshot(struct ask *a,
                   int (*send)(struct ask *a, const struct llmreg_snapshot *s))
{
    struct llmreg_snapshot *s = NULL;
    int rc = llmreg_snapshot_take(a->api->registry, &s);

    if (rc == LLMREG_OK)
        rc = send(a, s);
    llmreg_snapshot_free(s);
    return rc;
}

int shape_url(struct ask *a, const char *host, int64_t port, const char **out)
{
    const bool v6 = strchr(host, ':') != NULL && host[0] != '[';
    char text[LLMREG_URL_SIZE];
    struct llmreg_text t;

    llmreg_text_init(&t, text, sizeof text);
    llmreg_text_addf(&t, v6 ? "http://[%s]:%lld" : "http://%s:%lld", host,
                     (long long)port);
    *out = llmreg_arena_copy(&a->arena, text, t.len);
    return *out == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

/* ---- all agents ---- */

static bool make_room(struct crowd *c)
{
    const size_t room = c->room == 0 ? 64 : 2 * c->room;
    struct llmreg_agent **items;

    if (c->count < c->room)
        return true;
    items = realloc(c->items, room * sizeof *items);
    if (items == NULL)
        return false;
    c->items = items;
    c->room = room;
    return true;
}

static bool see(void *ctx, struct llmreg_agent *agent)
{
    struct crowd *c = ctx;

    c->failed = !make_room(c);
    if (!c->failed)
        c->items[c->count++] = llmreg_agent_hold(agent);
    return !c->failed;
}

static int by_id(const void *a, const void *b)
{
    struct llmreg_agent *const *x = a, *const *y = b;

    return strcmp(llmreg_agent_id(*x), llmreg_agent_id(*y));
}

int crowd_gather(struct ask *a, const struct llmreg_agent_filter *filter,
                 struct crowd *out)
{
    *out = (struct crowd){.items = NULL};
    llmreg_each_agent(a->api->registry, filter, see, out);
    if (out->failed)
        return LLMREG_ENOMEM;
    if (out->count > 1)
        qsort(out->items, out->count, sizeof out->items[0], by_id);
    return LLMREG_OK;
}

void crowd_fini(struct crowd *c)
{
    while (c->count > 0)
        llmreg_agent_put(c->items[--c->count]);
    free(c->items);
    c->items = NULL;
}

static void write_crowd(struct llmreg_json_out *w, const struct ask *a,
                        const struct crowd *c, const struct crowd_list *list)
{
    int64_t count = 0;

    llmreg_json_open_object(w, NULL);
    if (list->type != NULL)
        llmreg_json_string(w, "type", list->type);
    llmreg_json_open_array(w, list->name);
    for (size_t i = 0; i < c->count; i++) {
        if (list->wanted != NULL && !list->wanted(a, c->items[i]))
            continue;
        list->write(w, a, c->items[i]);
        count++;
    }
    llmreg_json_close_array(w);
    if (list->count)
        llmreg_json_integer(w, "count", count);
    llmreg_json_close_object(w);
}

int crowd_send(struct ask *a, const struct llmreg_agent_filter *filter,
               const struct crowd_list *list)
{
    struct crowd all;
    struct reply r;
    int rc = crowd_gather(a, filter, &all);

    if (rc == LLMREG_OK) {
        reply_begin(&r);
        write_crowd(&r.json, a, &all, list);
        rc = reply_send(a, &r, 200);
    }
    crowd_fini(&all);
    return rc;
}
