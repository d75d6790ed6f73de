/* SPDX-License-Identifier: MIT */
/* hold.h - a call that waits, as the engine sees it (http.h: as routes do).
 *
 * Threads:   of the worker whose call it is, or of the thread of all WebSockets
 *            if it is one; hold_ticket of any.
 * Blocking:  never.
 * Ownership: nothing is kept.
 */
#ifndef LLM_LISTEN_HTTP_HOLD_H
#define LLM_LISTEN_HTTP_HOLD_H

#include "plugins/llm_listen/http/call.h"

enum hold_result {
    HOLD_NONE,     /* nobody had asked for it */
    HOLD_RELEASED, /* already: go on at once */
    HOLD_PARKED    /* suspended; the worker must leave it alone */
};
/* After a step that gave nothing. */
enum hold_result hold_park(struct http_call *c);
/* The call is over or answered: its ticket is worth nothing from now on. */
void hold_drop(struct http_call *c);
/* By the thread of a WebSocket that was parked: nobody will resume it.  False:
 * somebody is about to. */
bool hold_abandon(struct http_call *c);
/* The ticket that it has now, if it is held. */
struct http_ticket hold_ticket(const struct http_call *c);

#endif
