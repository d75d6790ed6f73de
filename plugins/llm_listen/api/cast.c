/* SPDX-License-Identifier: MIT */
/* cast.c - keeps the last picture, and what the last batch of events became.
 *
 * All that keep up with the feed stand at one place, so that the batch from
 * there is made for the first of them and serves the others.  One that was slow
 * stands elsewhere and has a batch of its own.
 *
 * A picture knows its place in the feed, which was taken before it was: no
 * event is lost between the two.  Pictures are made again as seldom as their
 * cost allows (COST): a large fleet and many pages that ask must not stop the
 * sockets of agents. */
#include "plugins/llm_listen/api/cast.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/snapshot.h>

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/http/socket.h"

#define COST 10 /* pictures take a tenth of the thread's time */

struct cast_text {
    struct http_text *text;
    const char *about; /* of an event of the batch, or NULL */
};

struct batch {
    bool valid;
    struct feed_cursor from, to;
    bool more;  /* behind it */
    bool whole; /* it takes a picture */
    struct feed_item *items[CAST_EVENTS];
    struct cast_events events; /* of these */
    struct cast_text texts[CAST_TEXTS];
    size_t ntexts;
};

struct picture {
    struct http_text *text; /* NULL: none */
    struct feed_cursor cursor;
    int64_t made_ns, cost_ns;
};

struct cast {
    const struct cast_kind *kind;
    size_t joined;
    struct batch batch;
    struct picture picture;
};

static int64_t clock_ns(void)
{
    return llmreg_clock_now(&llmreg_clock_system).mono_ns;
}

/* ---- life ---- */

int cast_new(struct cast **out, const struct cast_kind *kind)
{
    struct cast *c = calloc(1, sizeof *c);

    if (c == NULL)
        return LLMREG_ENOMEM;
    c->kind = kind;
    *out = c;
    return LLMREG_OK;
}

static void drop_batch(struct batch *b)
{
    while (b->ntexts > 0)
        http_text_put(b->texts[--b->ntexts].text);
    while (b->events.count > 0)
        feed_item_put(b->items[--b->events.count]);
    b->valid = b->more = b->whole = false;
}

static void drop_picture(struct picture *p)
{
    http_text_put(p->text);
    p->text = NULL;
}

void cast_free(struct cast *c)
{
    if (c == NULL)
        return;
    drop_batch(&c->batch);
    drop_picture(&c->picture);
    free(c);
}

/* ---- a text ---- */

static struct http_text *take_text(struct reply *r)
{
    struct reply_bytes bytes = {.data = NULL};

    if (reply_take(r, &bytes) != LLMREG_OK)
        return NULL;
    return http_text_new(bytes.data, bytes.len);
}

void cast_say_all(struct cast *c)
{
    c->batch.whole = c->kind->picture != NULL;
}

void cast_say(struct cast *c, struct reply *r, const char *about)
{
    struct batch *b = &c->batch;
    struct http_text *text = take_text(r);

    if (text == NULL || b->ntexts == CAST_TEXTS) {
        http_text_put(text);
        cast_say_all(c);
        return;
    }
    b->texts[b->ntexts++] = (struct cast_text){text, about};
}

/* ---- a batch ---- */

static bool is_same(const struct feed_cursor *a, const struct feed_cursor *b)
{
    return a->place == b->place && a->after == b->after && a->lost == b->lost;
}

/* False: it ends here. */
static bool add_next(struct ask *a, struct cast *c)
{
    struct batch *b = &c->batch;
    struct feed_item *item = NULL;

    switch (feed_next(a->api->feed, &b->to, &c->kind->filter, &item)) {
    case LLMREG_OK:
        b->items[b->events.count] = item;
        b->events.items[b->events.count++] = feed_item_event(item);
        b->more = b->events.count == CAST_EVENTS;
        return !b->more;
    case LLMREG_EGAP:
        cast_say_all(c);
        return true;
    default:
        return false;
    }
}

/* It has all that is there, or as much as there can be in one. */
static bool is_whole(struct ask *a, const struct batch *b)
{
    return b->more || feed_is_at_end(a->api->feed, &b->to);
}

static const struct batch *batch_from(struct ask *a, struct cast *c,
                                      const struct feed_cursor *from)
{
    struct batch *b = &c->batch;

    if (b->valid && is_same(&b->from, from) && is_whole(a, b))
        return b;
    drop_batch(b);
    b->from = b->to = *from;
    while (add_next(a, c))
        continue;
    if (b->events.count > 0)
        c->kind->tell(a, c, &b->events);
    b->valid = true;
    return b;
}

/* ---- a picture ---- */

/* Without memory there is none, and the next one comes in a moment. */
static void make_picture(struct ask *a, struct cast *c)
{
    const int64_t begin_ns = clock_ns();
    struct picture *p = &c->picture;
    struct llmreg_snapshot *s = NULL;
    struct reply r;

    drop_picture(p);
    p->cursor = feed_after(a->api->feed, UINT64_MAX);
    if (llmreg_snapshot_take(a->api->registry, &s) == LLMREG_OK) {
        reply_begin(&r);
        c->kind->picture(a, &r, s);
        p->text = take_text(&r);
    }
    llmreg_snapshot_free(s);
    p->made_ns = a->req->now.mono_ns;
    p->cost_ns = clock_ns() - begin_ns;
}

static bool is_recent(const struct ask *a, const struct picture *p)
{
    const int64_t cost_ns = COST * p->cost_ns;
    const int64_t age_ns = a->req->now.mono_ns - p->made_ns;

    return p->text != NULL &&
           age_ns < (cost_ns > CAST_PICTURE_NS ? cost_ns : CAST_PICTURE_NS);
}

/* It has all that was told there. */
static bool is_good(const struct picture *p, const struct cast_place *place)
{
    return place->joined || p->cursor.place >= place->cursor.place;
}

static void send_picture(struct ask *a, struct cast *c, struct cast_place *p)
{
    struct picture *picture = &c->picture;

    if (!is_recent(a, picture))
        make_picture(a, c);
    if (picture->text == NULL || !is_good(picture, p)) {
        http_socket_again(a->call);
        return;
    }
    http_socket_share(a->call, picture->text);
    p->cursor = picture->cursor;
    p->wants = p->joined = false;
}

/* ---- those that join ---- */

void cast_join(struct ask *a, struct cast *c, struct cast_place *p)
{
    c->joined++;
    http_socket_listen(a->call);
    p->cursor = feed_after(a->api->feed, UINT64_MAX);
    p->wants = p->joined = c->kind->picture != NULL;
}

void cast_leave(struct cast *c)
{
    if (--c->joined > 0)
        return;
    drop_batch(&c->batch);
    drop_picture(&c->picture);
}

void cast_ask(struct ask *a, struct cast *c, struct cast_place *p)
{
    p->wants = c->kind->picture != NULL;
    http_socket_again(a->call);
}

void cast_news(struct ask *a, struct cast *c, struct cast_place *p,
               const char *self)
{
    const struct batch *b;

    if (p->wants) {
        send_picture(a, c, p);
        return;
    }
    b = batch_from(a, c, &p->cursor);
    p->cursor = b->to;
    for (size_t i = 0; i < b->ntexts; i++)
        if (b->texts[i].about == NULL || strcmp(b->texts[i].about, self) != 0)
            http_socket_share(a->call, b->texts[i].text);
    p->wants = b->whole;
    if (p->wants)
        send_picture(a, c, p);
    else if (b->more)
        http_socket_again(a->call);
}
