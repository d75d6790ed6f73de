/* SPDX-License-Identifier: MIT */
/* cast.h - the same for many WebSockets: a picture of everything, and then what
 * changes.
 *
 * Each text is made once, by the first who needs it, and shared.  A picture may
 * be CAST_PICTURE_NS old when somebody gets it, or older if it took long to
 * make; all that happened since follows.  Nobody waits in a queue: who joins
 * has a place in the feed, and one who is so slow that events are lost to it
 * gets a new picture.
 *
 * Threads:   made and freed by the one who starts and stops; all else on the
 *            sockets' thread.
 * Blocking:  never.
 * Ownership: a cast outlives those that joined it; a place is its socket's.
 */
#ifndef LLM_LISTEN_API_CAST_H
#define LLM_LISTEN_API_CAST_H

#include "plugins/llm_listen/api/feed.h"

#define CAST_EVENTS     256 /* that are told at once */
#define CAST_TEXTS      16  /* that these become */
#define CAST_PICTURE_NS LLMREG_NS_PER_S

struct ask;
struct cast;
struct llmreg_snapshot;
struct reply;

/* Of each there is one, where its dialect is (dialects.h). */
enum cast_id { CAST_DASHBOARD, CAST_PRESENCE, CAST_BACKENDS, CASTS };

struct cast_events {
    const struct llmreg_event *items[CAST_EVENTS];
    size_t count;
};

struct cast_kind {
    struct feed_filter filter;
    /* Writes the picture; NULL: there is none. */
    void (*picture)(struct ask *a, struct reply *r,
                    const struct llmreg_snapshot *s);
    /* Says with cast_say what the events mean. */
    void (*tell)(struct ask *a, struct cast *c,
                 const struct cast_events *events);
};

/* LLMREG_ENOMEM.  kind must live as long. */
LLMREG_MUSTCHECK int cast_new(struct cast **out, const struct cast_kind *kind);
void cast_free(struct cast *c); /* NULL is fine */

/* ---- in tell ---- */

/* One text for all, but not for the agent called about (NULL: for all).  Takes
 * what was written.  Where there is no room or memory for it, a new picture
 * takes its place; without pictures it is not said. */
void cast_say(struct cast *c, struct reply *r, const char *about);
/* It takes a new picture to say it. */
void cast_say_all(struct cast *c);

/* ---- those that join ---- */

struct cast_place {
    struct feed_cursor cursor;
    bool wants;  /* a picture */
    bool joined; /* any picture will do, for nothing was told yet */
};

/* The socket of the ask listens from now on. */
void cast_join(struct ask *a, struct cast *c, struct cast_place *p);
void cast_leave(struct cast *c);
/* A picture with all that was told. */
void cast_ask(struct ask *a, struct cast *c, struct cast_place *p);
/* In the step news: sends what there is.  self: the agent that it is of, or
 * "". */
void cast_news(struct ask *a, struct cast *c, struct cast_place *p,
               const char *self);

#endif
