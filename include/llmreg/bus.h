/* SPDX-License-Identifier: MIT */
/* bus.h - every change, in order, to whoever wants to know.
 *
 * An event is an immutable, reference-counted value with a sequence number.
 * The bus keeps the last events in a ring.  A subscription is a place in that
 * ring and a file descriptor that is readable while something is new.  The
 * publisher never waits and never runs a subscriber's code; a subscriber that
 * is slower than the ring is told LLMREG_EGAP and starts over from the
 * registry.
 *
 * Threads:   every function may be called from any thread; one subscription
 *            belongs to one thread at a time.
 * Blocking:  never; the bus's lock is held for a few instructions.
 * Ownership: an event from llmreg_subscription_next is a reference, dropped
 *            with llmreg_event_put.  Its strings live as long.
 */
#ifndef LLMREG_BUS_H
#define LLMREG_BUS_H

#include <llmreg/clock.h>
#include <llmreg/entity.h>
#include <llmreg/health.h>
#include <llmreg/status.h>

enum llmreg_event_type {
    LLMREG_EVENT_REGISTERED,   /* endpoint, agent, host or token is new */
    LLMREG_EVENT_UPDATED,      /* what it says of itself changed */
    LLMREG_EVENT_REMOVED,      /* or the token was revoked */
    LLMREG_EVENT_HEALTH,       /* endpoint: its health state changed */
    LLMREG_EVENT_MODELS,       /* endpoint: its models, or what is loaded */
    LLMREG_EVENT_ADMIN,        /* endpoint: the operator's intent */
    LLMREG_EVENT_STORE,        /* the file store failed or is well again */
    LLMREG_EVENT_CLOCK,        /* the wall clock was stepped */
    LLMREG_EVENT_PRESENCE,     /* agent: a rung of the ladder, up or down;
                                  endpoint: its agent became absent, or is not
                                  any more (agent.h) */
    LLMREG_EVENT_RESOURCES,    /* host: its sample got stale, or is fresh */
    LLMREG_EVENT_OPENED,       /* session */
    LLMREG_EVENT_CLOSED,       /* session */
    LLMREG_EVENT_FIRED,        /* alert: raised, or its severity changed */
    LLMREG_EVENT_ACKNOWLEDGED, /* alert */
    LLMREG_EVENT_CLEARED,      /* alert */
    LLMREG_EVENT_AUDIT,        /* audit: an entry was added (audit.h) */
    LLMREG_EVENT_PROBE,        /* endpoint: somebody wants it probed now */
    LLMREG_EVENT_TYPES
};

/* Bytes of each of an event's strings.  Ids and names are shorter; a reason
 * comes from anybody, and of a longer one the rest is cut (text.h,
 * llmreg_copy_message), here and wherever one is taken for an event. */
#define LLMREG_EVENT_TEXT_MAX 1024

struct llmreg_event {
    uint64_t seq;    /* > 0, strictly growing, never used again */
    int64_t time_ms; /* wall time */
    enum llmreg_event_type type;
    enum llmreg_entity entity;
    const char *subject; /* its id, or "store", "clock" */
    const char *name;    /* its name for people, or "" */
    const char *before;  /* a word or a short text; "" if there was nothing */
    const char *after;
    const char *reason; /* why, for people */
    /* HEALTH and ADMIN only: */
    int64_t since_ms;  /* wall time the new state began */
    int64_t before_ms; /* wall time the old state had begun; 0 unknown */
};

struct llmreg_bus;
struct llmreg_subscription;

/* A bus that keeps the last ring events (a power of two, at least 2) and
 * whose first sequence number is first (at least 1).  LLMREG_EINVAL,
 * LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_bus_new(struct llmreg_bus **out, size_t ring,
                                    uint64_t first);
void llmreg_bus_free(struct llmreg_bus *bus);

/* Copies *event (seq is ignored), gives it the next number, which is
 * returned in *seq (may be NULL).  Callable under a table's lock.
 * LLMREG_ENOMEM: the event is lost, but its number is used, so that every
 * subscriber sees the gap.  Does not wake: see llmreg_bus_wake. */
LLMREG_MUSTCHECK int llmreg_bus_publish(struct llmreg_bus *bus,
                                        const struct llmreg_event *event,
                                        uint64_t *seq);
/* Makes the idle subscriptions readable; after the table's lock is gone. */
void llmreg_bus_wake(struct llmreg_bus *bus);
/* The number of the newest event; first - 1 if there was none. */
uint64_t llmreg_bus_last(struct llmreg_bus *bus);
struct llmreg_bus_counts {
    uint64_t published; /* events of this bus; numbers may jump, this cannot */
    size_t waiting;     /* for the subscription that is furthest behind */
};
void llmreg_bus_count(struct llmreg_bus *bus, struct llmreg_bus_counts *out);
/* No number up to and including upto will be used again, by this process or
 * a later one: the bus goes on above it if it was below. */
void llmreg_bus_raise(struct llmreg_bus *bus, uint64_t upto);

/* Everything after event number after; UINT64_MAX: everything from now.
 * LLMREG_ENOMEM; LLMREG_EIO: no descriptor. */
LLMREG_MUSTCHECK int llmreg_subscribe(struct llmreg_bus *bus, uint64_t after,
                                      struct llmreg_subscription **out);
void llmreg_unsubscribe(struct llmreg_subscription *s);
/* Readable while events wait.  Poll it, do not read it. */
int llmreg_subscription_fd(const struct llmreg_subscription *s);
/* LLMREG_OK and a reference in *out.  LLMREG_ENOENT: nothing new (the fd is
 * idle again).  LLMREG_EGAP: events were lost; the next call goes on with the
 * oldest that is left. */
LLMREG_MUSTCHECK int llmreg_subscription_next(struct llmreg_subscription *s,
                                              const struct llmreg_event **out);
void llmreg_event_put(const struct llmreg_event *event);

const char *llmreg_event_type_text(enum llmreg_event_type type);

struct llmreg_json_out;
/* The one form in which events leave: an object, as member key or element. */
void llmreg_event_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_event *event);

#endif
