/* SPDX-License-Identifier: MIT */
/* session.h - a connection between two agents, as a value.
 *
 * Threads:   values have no thread; every function may be called anywhere.
 * Blocking:  never.
 * Ownership: strings inside are lent by whoever made the value.
 */
#ifndef LLMREG_SESSION_H
#define LLMREG_SESSION_H

#include <llmreg/agent.h>

#define LLMREG_SESSION_REASON_MAX 256

enum llmreg_session_type {
    LLMREG_SESSION_CLUSTER,
    LLMREG_SESSION_HOTLINE,
    LLMREG_SESSION_SERVICE,
    LLMREG_SESSION_TOCP,
    LLMREG_SESSION_TYPES
};

enum llmreg_session_status {
    LLMREG_SESSION_ESTABLISHING,
    LLMREG_SESSION_ESTABLISHED,
    LLMREG_SESSION_DEGRADED,
    LLMREG_SESSION_CLOSED,
    LLMREG_SESSION_FAILED,
    LLMREG_SESSION_STATUSES
};

struct llmreg_session {
    const char *id;         /* as an agent's; "" when opening: made */
    const char *from, *to;  /* ids of agents; not the same */
    const char *connection; /* free word, "websocket"; 0 to 64 bytes, clean */
    const char *reason;     /* why it was closed, 0 to 256 bytes, clean; ""
                               while it lives */
    enum llmreg_session_type type;
    enum llmreg_session_status status;
    double weight;         /* 0 to 1e9, for drawing; 1 by default */
    int64_t latency_us;    /* up to a day; -1 is unknown */
    int64_t bandwidth_bps; /* bits per second, up to 1e15; -1 is unknown */
    int64_t opened_ms;     /* wall times; 0 is unknown */
    int64_t active_ms;     /* of the last activity */
    int64_t closed_ms;     /* 0: lives */
};

/* Establishing, established or degraded. */
bool llmreg_session_lives(enum llmreg_session_status status);

/* LLMREG_EINVAL with err names the field, its value and what is allowed.  An
 * empty id is valid. */
LLMREG_MUSTCHECK int llmreg_session_check(const struct llmreg_session *s,
                                          struct llmreg_error *err);

const char *llmreg_session_type_text(enum llmreg_session_type type);
const char *llmreg_session_status_text(enum llmreg_session_status status);
/* LLMREG_ENOENT: no such word; matched exactly. */
LLMREG_MUSTCHECK int llmreg_session_type_parse(const char *s,
                                               enum llmreg_session_type *out);
LLMREG_MUSTCHECK int
llmreg_session_status_parse(const char *s, enum llmreg_session_status *out);

#endif
