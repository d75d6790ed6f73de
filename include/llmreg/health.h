/* SPDX-License-Identifier: MIT */
/* health.h - how an endpoint is, decided by pure functions.
 *
 * An observation is what one probe saw.  llmreg_health_step() turns the old
 * health and an observation into the new health, and nothing else writes it.
 * Whether that is worth waking somebody is decided by alerts (alert.h).  The
 * drawing of the states is at the top of common/domain/health.c.
 *
 * Threads:   pure functions of their arguments.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLMREG_HEALTH_H
#define LLMREG_HEALTH_H

#include <llmreg/clock.h>
#include <llmreg/endpoint.h>
#include <llmreg/status.h>

enum llmreg_health_state {
    LLMREG_HEALTH_UNKNOWN, /* no verdict yet since the start */
    LLMREG_HEALTH_HEALTHY,
    LLMREG_HEALTH_DEGRADED,    /* answers and may serve, not as it should */
    LLMREG_HEALTH_UNHEALTHY,   /* answers wrongly */
    LLMREG_HEALTH_UNREACHABLE, /* no HTTP answer */
    LLMREG_HEALTH_STATES
};

enum llmreg_reason {
    LLMREG_REASON_NONE,         /* never probed */
    LLMREG_REASON_OK,           /* -> healthy */
    LLMREG_REASON_TIMEOUT,      /* -> unreachable */
    LLMREG_REASON_REFUSED,      /* -> unreachable; also reset, no route */
    LLMREG_REASON_DNS,          /* -> unreachable */
    LLMREG_REASON_TLS,          /* -> unreachable */
    LLMREG_REASON_HTTP_STATUS,  /* -> unhealthy; also: not HTTP at all */
    LLMREG_REASON_HUNG,         /* -> unhealthy: alive, does not generate */
    LLMREG_REASON_PARSE,        /* -> degraded: 200, not the expected body */
    LLMREG_REASON_AUTH,         /* -> degraded: 401, 403 */
    LLMREG_REASON_RATE_LIMITED, /* -> degraded: 429 */
    LLMREG_REASON_BUSY,         /* -> degraded: 503, queue full */
    LLMREG_REASON_LOADING,      /* -> degraded: 503, loading its model */
    LLMREG_REASONS
};

#define LLMREG_VERSION_SIZE 64
#define LLMREG_DETAIL_SIZE  128

struct llmreg_observation {
    enum llmreg_reason reason;
    uint16_t http_status; /* of the request that decided; 0: none */
    uint32_t total_us;    /* from the start of the probe to its verdict */
    uint32_t connect_us;  /* 0: connection reused or none made */
    uint32_t ttfb_us;     /* to the first byte of the first answer; 0: none */
    char version[LLMREG_VERSION_SIZE]; /* the server's; "" is unknown */
    char detail[LLMREG_DETAIL_SIZE];   /* clean text for people; may be "" */
};

struct llmreg_health {
    enum llmreg_health_state state;
    enum llmreg_reason reason; /* of the last observation */
    uint16_t http_status;
    uint32_t failures;       /* observations in a row that are not OK or
                                   degraded */
    uint32_t successes;      /* OK observations in a row */
    int64_t since_ms;        /* wall time the state began; for a down that
                                   lasts over a restart, the true one; an
                                   outage began at its first failure */
    int64_t failing_ms;      /* wall time of the first of failures; 0 */
    int64_t checked_ms;      /* wall time of the last observation; 0 */
    int64_t ok_ms;           /* wall time of the last OK; 0: never */
    int64_t checked_mono_ns; /* the same, monotonic; 0: not since start,
                                nor since it was enabled */
    int64_t ok_mono_ns;
    uint32_t total_us; /* of the last observation, as there */
    uint32_t connect_us;
    uint32_t ttfb_us;
    enum llmreg_health_state prior; /* before the restart, until a verdict */
    int64_t prior_since_ms;
    char version[LLMREG_VERSION_SIZE]; /* the last that was seen */
    char detail[LLMREG_DETAIL_SIZE];
};

struct llmreg_health_rule {
    uint32_t unhealthy_after; /* failures in a row, 1 to 100 */
    uint32_t healthy_after;   /* OK in a row to leave a down, 1 to 100 */
};

/* What an operator sees as down: unhealthy or unreachable. */
bool llmreg_is_down(enum llmreg_health_state state);
/* The state that an observation with this reason speaks for. */
enum llmreg_health_state llmreg_reason_state(enum llmreg_reason reason);

void llmreg_health_step(const struct llmreg_health *old,
                        const struct llmreg_observation *seen,
                        const struct llmreg_health_rule *rule,
                        const struct llmreg_now *now,
                        struct llmreg_health *out);

/* A health that was stored, as it is known after a restart: unknown, with
 * the old state and its "since" remembered. */
void llmreg_health_restart(const struct llmreg_health *stored,
                           struct llmreg_health *out);

/* Nobody looked for a while: what is counted in a row begins anew. */
void llmreg_health_resume(const struct llmreg_health *old,
                          struct llmreg_health *out);

/* What is known of the past from a health that was stored, added to one of
 * this run: the true beginning of an outage, the last OK.
 * Nothing that was seen in this run is replaced. */
void llmreg_health_recall(const struct llmreg_health *old,
                          const struct llmreg_health *stored,
                          struct llmreg_health *out);

/* Serving: intent active and healthy, or degraded where allowed.  Whether it
 * should be sent requests is llmreg_is_routable (agent.h). */
bool llmreg_is_serving(enum llmreg_health_state state, enum llmreg_admin admin,
                       bool degraded_allowed);

const char *llmreg_health_text(enum llmreg_health_state state);
const char *llmreg_reason_text(enum llmreg_reason reason);
/* LLMREG_ENOENT: no such word; matched exactly. */
LLMREG_MUSTCHECK int llmreg_health_parse(const char *s,
                                         enum llmreg_health_state *out);
LLMREG_MUSTCHECK int llmreg_reason_parse(const char *s,
                                         enum llmreg_reason *out);

/* The endpoint's fixed place in the interval, 0 <= place < interval_ns, the
 * same for the same id on every machine and after every restart. */
int64_t llmreg_phase(const char *id, int64_t interval_ns);
/* The first time after after_ns that is at that place in its interval;
 * interval_ns > 0. */
int64_t llmreg_phase_next(int64_t phase_ns, int64_t interval_ns,
                          int64_t after_ns);

#endif
