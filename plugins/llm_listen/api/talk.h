/* SPDX-License-Identifier: MIT */
/* talk.h - a WebSocket whose messages are JSON with a type: each is an ask, as
 * if it had come by a call of its own.
 *
 * A row of the kind's table is a message; its path is the socket's, a blank and
 * the type.  Before its function runs it is checked as a route is: whether the
 * token is still good, whether it may, how often, its body.  What the function
 * answers is sent as a text; an answer that waits for its commit is sent after
 * it, and the next message waits for that.
 *
 * It may join a cast (cast.h), and then hears what all of that hear.
 *
 * Whoever says too often what cannot be understood is closed (TALK_FAULTS in
 * TALK_FAULTS_NS); the agent that it was stays out for a while (cooling.h).
 *
 * Threads:   begun by a call's worker; then all on the sockets' thread.
 * Blocking:  never.
 * Ownership: a talk is its ask's, until its end.
 */
#ifndef LLM_LISTEN_API_TALK_H
#define LLM_LISTEN_API_TALK_H

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/http/socket.h"

#define TALK_FAULTS    10
#define TALK_FAULTS_NS (60 * LLMREG_NS_PER_S)
#define TALK_QUIET_NS  (60 * LLMREG_NS_PER_S) /* until it says who it is */

struct talk_kind {
    const struct route *rows; /* up to one without a path */
    const struct route_errors *errors;
    /* The message may come now, beyond what its row says.  False: answered.
     * NULL: it may. */
    bool (*may)(struct ask *a);
    void (*opened)(struct ask *a); /* NULL: nothing to do, here and below */
    void (*tick)(struct ask *a);
    void (*end)(struct ask *a); /* of one that was opened */
    bool anonymous;             /* it need not say who it is */
};

struct talk {
    const struct talk_kind *kind;
    const struct route *route;        /* by which it was opened */
    char agent[LLMREG_AGENT_ID_SIZE]; /* that it speaks for; "": not said */
    bool at_home;                     /* Host and Origin are ours */
    bool spoke;                       /* a message came */
    uint64_t beats;                   /* of its agent, when it last beat */
    int64_t begun_ns;                 /* monotonic */
    unsigned faults;
    int64_t faults_ns; /* since when they are counted */
    uint64_t tokens;   /* as the feed said when its token was looked at */
    struct cast *cast; /* that it has joined, or NULL */
    struct cast_place place;
};

/* Answers the call with a WebSocket, or says why not. */
LLMREG_MUSTCHECK int talk_begin(struct ask *a, const struct talk_kind *kind);
/* Of an ask whose socket was begun. */
struct talk *talk_of(struct ask *a);
/* Joins that cast, instead of another one. */
void talk_join(struct ask *a, enum cast_id id);

#endif
