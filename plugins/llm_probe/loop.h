/* SPDX-License-Identifier: MIT */
/* loop.h - waiting for everything at once: sockets, time and a wake-up.
 *
 * libcurl says which sockets and which time it waits for; we wait with one
 * epoll.  A connection that is kept alive stays registered between requests,
 * so that a request on it costs no epoll_ctl at all.
 *
 * Threads:   the probe thread; loop_wake from any thread.
 * Blocking:  loop_turn waits, at most until the time it is given.
 * Ownership: requests in the loop are the caller's; take them out before they
 *            go.
 */
#ifndef LLM_PROBE_LOOP_H
#define LLM_PROBE_LOOP_H

#include <llmreg/clock.h>

#include "plugins/llm_probe/request.h"

struct loop;

/* fd is watched too, for reading (the bus).  LLMREG_ENOMEM, LLMREG_EIO. */
LLMREG_MUSTCHECK int loop_new(struct loop **out,
                              const struct llmreg_clock *clock, int fd);
void loop_free(struct loop *l);

/* What requests need to know of the loop. */
const struct request_host *loop_host(struct loop *l);
/* Sockets that there may be at once: the process needs descriptors, too. */
size_t loop_room(const struct loop *l);
/* So many servers are asked, so many at once: sets how many connections are
 * kept alive. */
void loop_keep(struct loop *l, size_t servers, size_t slots);

#define LOOP_HUBS 64

/* hub: 0 to LOOP_HUBS - 1, always the same for one server, and shared by those
 * that are asked at about the same time.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int loop_add(struct loop *l, struct request *r, size_t hub);
void loop_remove(struct request *r);

struct loop_turn {
    struct llmreg_now now; /* after waiting */
    bool readable;         /* the fd */
    int64_t lost_ns;       /* how much later than asked we woke up */
};
/* Waits until something happens or until_ns, and lets libcurl work. */
void loop_turn(struct loop *l, int64_t until_ns, struct loop_turn *out);

/* The next request that is over, already out of the loop; false: none.  user
 * is what request_new was given, code is for request_finish. */
bool loop_finished(struct loop *l, void **user, int *code);

/* Ends the present or the next wait. */
void loop_wake(struct loop *l);

#endif
