/* SPDX-License-Identifier: MIT */
/* feed.h - the events of the bus, for very many who follow them.
 *
 * One thread has the only subscription.  It puts events into a ring, and wakes
 * who waits for one like that.  Whoever follows has a place in the ring, and
 * takes what comes behind it; the text of an event is made once, by the first
 * who needs it, and shared.  Who is slower than the ring is told so.
 *
 * Threads:   every function may be called from any thread; new and free from
 *            the one that starts and stops; a cursor is for one at a time.
 * Blocking:  stop joins the thread; the others hold a lock for memory work.
 * Ownership: an item from feed_next is a reference, dropped with
 *            feed_item_put.
 */
#ifndef LLM_LISTEN_API_FEED_H
#define LLM_LISTEN_API_FEED_H

#include <llmreg/bus.h>

#include "plugins/llm_listen/http/http.h"

#define FEED_RING 8192 /* events that are kept */

struct feed;
struct feed_item;

LLMREG_MUSTCHECK int feed_new(struct feed **out, struct llmreg_bus *bus);
/* Nobody is released any more: joins the thread.  free does it, too. */
void feed_stop(struct feed *f);
void feed_free(struct feed *f); /* NULL is fine */
/* Where those are that are released, and the sockets that news are for; before
 * the first call. */
void feed_server(struct feed *f, struct http_server *server);

/* ---- following ---- */

struct feed_filter {
    uint64_t types;      /* bits 1 << type */
    uint64_t entities;   /* bits 1 << entity */
    const char *subject; /* NULL: any */
};

struct feed_cursor {
    uint64_t place;
    uint64_t after; /* events up to this number are passed over; 0 once none
                       of them can come any more */
    bool lost;      /* tell it first */
};

/* Behind event number after; UINT64_MAX: behind the newest.  One that is not in
 * the ring any more, or was never given, has lost events. */
struct feed_cursor feed_after(struct feed *f, uint64_t after);
/* Before the oldest that is left behind the newest gap. */
struct feed_cursor feed_oldest(struct feed *f);
/* So that there are n that fit behind it, or all. */
struct feed_cursor feed_newest(struct feed *f, const struct feed_filter *filter,
                               size_t n);
/* LLMREG_OK and the next that fits.  LLMREG_ENOENT: none for now.
 * LLMREG_EGAP: events were lost; the cursor is behind the newest then. */
LLMREG_MUSTCHECK int feed_next(struct feed *f, struct feed_cursor *c,
                               const struct feed_filter *filter,
                               struct feed_item **out);
/* Nothing is behind it. */
bool feed_is_at_end(struct feed *f, const struct feed_cursor *c);
/* The number of the newest event that the feed has seen. */
uint64_t feed_last(struct feed *f);
/* Grows when a token was changed: look whether yours is still good. */
uint64_t feed_tokens(const struct feed *f);

/* The ticket is released when there may be something behind the cursor, when a
 * token was changed, or at due_ns.  LLMREG_EBUSY: there is something already.
 * LLMREG_ENOMEM.  In both cases the ticket is the caller's to release. */
struct feed_wait {
    struct feed_cursor cursor;
    uint64_t types, entities; /* of the filter */
    int64_t due_ns;           /* monotonic */
    struct http_ticket ticket;
};
LLMREG_MUSTCHECK int feed_wait(struct feed *f, const struct feed_wait *w);
size_t feed_waiting(struct feed *f);

/* ---- items ---- */

void feed_item_put(struct feed_item *item); /* NULL is fine */
const struct llmreg_event *feed_item_event(const struct feed_item *item);

struct feed_text {
    size_t len;
    char bytes[]; /* "id: 7\nevent: health\ndata: {...}\n\n" */
};
/* As an event of a stream; lent while the item is held; NULL: no memory. */
const struct feed_text *feed_item_text(struct feed_item *item);

#endif
