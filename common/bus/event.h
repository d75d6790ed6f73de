/* SPDX-License-Identifier: MIT */
/* event.h - how an event lies in memory: one block, struct and strings.
 *
 * What subscribers see is the struct llmreg_event inside.  The count of
 * references is the only thing that changes after the event was published.
 *
 * Threads:   any thread that holds a reference.
 * Blocking:  never.
 * Ownership: the ring holds one reference, each reader its own.
 */
#ifndef LLMREG_BUS_EVENT_H
#define LLMREG_BUS_EVENT_H

#include <llmreg/bus.h>

/* A copy of *event with one reference, or NULL: no memory. */
struct llmreg_event *event_copy(const struct llmreg_event *event);
/* One more reference to an event that event_copy made. */
void event_hold(const struct llmreg_event *event);

#endif
