/* SPDX-License-Identifier: MIT */
/* events_stream.c - from the feed to one caller.
 *
 *   pull   what is left of the last piece
 *       -> the next event that fits            its shared text
 *       -> events were lost                    "event: reset"
 *       -> nothing for a while                 ": " and a line feed
 *       -> nothing: held, and the feed knows the ticket
 *
 * A stream costs a place, and the piece that it is in the middle of. */
#include "plugins/llm_listen/api/events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/llm_listen/api/reply.h"

#define OWN_SIZE 96

struct stream {
    struct feed_filter filter; /* its subject is at the end of this */
    struct feed_cursor cursor;
    struct feed_item *item; /* that the piece is of, or NULL */
    const char *piece;      /* what is to be sent next */
    size_t left;            /* of it */
    char own[OWN_SIZE];     /* a piece that is no event's */
    int64_t begun_ns, sent_ns;
    uint64_t tokens; /* as the feed said when its token was looked at */
    char subject[];
};

/* ---- its end ---- */

static bool is_over(struct ask *a, struct stream *s,
                    const struct llmreg_now *now)
{
    const uint64_t tokens = feed_tokens(a->api->feed);
    const bool quiet = now->mono_ns - s->sent_ns >= EVENTS_KEEP_NS;

    if (now->mono_ns - s->begun_ns >= EVENTS_LIFE_NS)
        return true;
    if (tokens == s->tokens && !quiet)
        return false;
    s->tokens = tokens;
    return !who_renew(a->api->registry, &a->who, now->wall_ms);
}

static void end(struct ask *a)
{
    struct stream *s = a->state;

    if (s != NULL)
        feed_item_put(s->item);
    free(s);
    a->state = NULL;
}

/* ---- pieces ---- */

static void say(struct stream *s, const char *text)
{
    s->piece = text;
    s->left = strlen(text);
}

static void say_reset(struct ask *a, struct stream *s)
{
    const uint64_t last = feed_last(a->api->feed);

    snprintf(s->own, sizeof s->own,
             "id: %" PRIu64 "\nevent: reset\ndata: {\"seq\":%" PRIu64 "}\n\n",
             last, last);
    say(s, s->own);
}

static void say_event(struct ask *a, struct stream *s)
{
    const struct feed_text *t = feed_item_text(s->item);

    if (t == NULL) {
        say_reset(a, s); /* as good as lost */
        return;
    }
    s->piece = t->bytes;
    s->left = t->len;
}

/* The next piece; false: there is none. */
static bool next_piece(struct ask *a, struct stream *s)
{
    int rc;

    feed_item_put(s->item);
    s->item = NULL;
    rc = feed_next(a->api->feed, &s->cursor, &s->filter, &s->item);
    if (rc == LLMREG_OK)
        say_event(a, s);
    else if (rc == LLMREG_EGAP)
        say_reset(a, s);
    return rc != LLMREG_ENOENT;
}

static size_t copy_pieces(struct ask *a, struct stream *s, char *out,
                          size_t size)
{
    size_t n = 0;

    while (n < size && (s->left > 0 || next_piece(a, s))) {
        const size_t part = s->left < size - n ? s->left : size - n;

        memcpy(out + n, s->piece, part);
        s->piece += part;
        s->left -= part;
        n += part;
    }
    return n;
}

/* ---- nothing for now ---- */

static int64_t due_of(const struct stream *s)
{
    const int64_t keep_ns = s->sent_ns + EVENTS_KEEP_NS;
    const int64_t end_ns = s->begun_ns + EVENTS_LIFE_NS;

    return keep_ns < end_ns ? keep_ns : end_ns;
}

static int64_t wait_for_more(struct ask *a, struct stream *s)
{
    const struct feed_wait w = {
        .cursor = s->cursor,
        .types = s->filter.types,
        .entities = s->filter.entities,
        .due_ns = due_of(s),
        .ticket = http_hold(a->call),
    };

    if (w.ticket.n == 0)
        return -1;
    if (feed_wait(a->api->feed, &w) != LLMREG_OK)
        http_release(a->api->server, w.ticket);
    return 0;
}

static int64_t pull(struct http_call *c, char *out, size_t size)
{
    struct ask *a = http_user(c);
    struct stream *s = a->state;
    const struct llmreg_now *now = &http_request(c)->now;
    size_t n;

    if (is_over(a, s, now))
        return -1;
    n = copy_pieces(a, s, out, size);
    if (n == 0 && now->mono_ns - s->sent_ns >= EVENTS_KEEP_NS) {
        say(s, ":\n\n");
        n = copy_pieces(a, s, out, size);
    }
    if (n == 0)
        return wait_for_more(a, s);
    s->sent_ns = now->mono_ns;
    return (int64_t)n;
}

/* ---- its beginning ---- */

static struct stream *make(struct ask *a, const struct feed_filter *filter,
                           uint64_t after)
{
    const size_t size =
        filter->subject == NULL ? 0 : strlen(filter->subject) + 1;
    struct stream *s = calloc(1, sizeof *s + size);

    if (s == NULL)
        return NULL;
    s->filter = *filter;
    if (size > 0)
        s->filter.subject = memcpy(s->subject, filter->subject, size);
    s->begun_ns = s->sent_ns = a->req->now.mono_ns;
    s->tokens = feed_tokens(a->api->feed);
    s->cursor = feed_after(a->api->feed, after);
    say(s, "retry: 2000\n\n");
    return s;
}

int events_stream(struct ask *a, const struct feed_filter *filter,
                  uint64_t after)
{
    int rc;

    a->state = make(a, filter, after);
    if (a->state == NULL)
        return LLMREG_ENOMEM;
    a->end = end;
    rc = http_answer_stream(a->call, EVENTS_TYPE, pull);
    if (rc == LLMREG_EFULL)
        return reply_full(a);
    /* Nothing of the question is needed any more: a stream is long. */
    if (rc == LLMREG_OK)
        llmreg_arena_fini(&a->arena);
    return rc;
}
