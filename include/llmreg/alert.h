/* SPDX-License-Identifier: MIT */
/* alert.h - what is worth waking somebody for: rules, and the pure step from
 * "is it so?" to "tell it".
 *
 * A rule looks at something (an endpoint, a model, a host ...) and says how bad
 * it is: a finding.  llmreg_alert_step() turns findings into an alert with a
 * delay before it is raised, a delay before it is cleared, and a pause before
 * it is raised again.  Nothing else decides whether people are told.  The
 * drawing is at the top of common/domain/alert.c; the rules with their presets
 * are one table there.
 *
 * Threads:   pure functions of their arguments.
 * Blocking:  never.
 * Ownership: values only; strings in struct llmreg_alert are lent.
 */
#ifndef LLMREG_ALERT_H
#define LLMREG_ALERT_H

#include <llmreg/clock.h>
#include <llmreg/entity.h>
#include <llmreg/status.h>

enum llmreg_severity {
    LLMREG_SEVERITY_OKAY, /* nothing is wrong */
    LLMREG_SEVERITY_WARNING,
    LLMREG_SEVERITY_FAILURE,
    LLMREG_SEVERITIES
};

enum llmreg_rule_id {
    LLMREG_RULE_ENDPOINT_UNHEALTHY, /* degraded is a warning */
    LLMREG_RULE_MODEL_LOST,         /* no serving endpoint is left */
    LLMREG_RULE_KIND_DOWN,          /* all endpoints of a kind */
    LLMREG_RULE_AGENT_OFFLINE,
    LLMREG_RULE_HOST_OFFLINE, /* no agent, no sample, no endpoint of it */
    LLMREG_RULE_NO_AGENTS_ONLINE,
    LLMREG_RULE_HOST_STALE,
    LLMREG_RULE_VRAM_HIGH,
    LLMREG_RULE_MODEL_ON_CPU,
    LLMREG_RULE_VERSION_DRIFT,
    LLMREG_RULE_SPLIT_BRAIN,
    LLMREG_RULE_HEARTBEAT_LATENCY,
    LLMREG_RULE_CONNECTION_CHURN,
    LLMREG_RULE_REGISTRY_ISOLATED, /* the mass guard */
    LLMREG_RULE_STORE_FAILED,
    LLMREG_RULE_STORE_UNHEALTHY, /* one reason is a warning */
    LLMREG_RULES
};

/* How a rule is used; options of <Alert "name"> blocks. */
struct llmreg_rule_conf {
    int64_t severity; /* enum llmreg_severity: the most it tells; OKAY: off */
    int64_t after_ns; /* so long before it is raised */
    int64_t clear_ns; /* so long good before it is cleared */
    int64_t cool_ns;  /* after it was cleared, not raised again for so long */
    int64_t flap_ns;  /* as clear_ns, of what comes and goes; 0: no matter */
    double threshold; /* what it compares with, in the rule's unit */
    double margin;    /* clears only below threshold - margin, same unit */
};

struct llmreg_rule_info {
    const char *name;         /* "endpoint_unhealthy" */
    enum llmreg_entity about; /* whose events make it look */
    const char *help;         /* one sentence */
    const char *unit;         /* of threshold; NULL: it has none */
    double threshold_min, threshold_max;
    bool has_margin; /* compares by llmreg_finding_over */
    bool guarded;    /* held while the mass guard holds */
    struct llmreg_rule_conf preset;
};
/* NULL beyond the last. */
const struct llmreg_rule_info *llmreg_rule_info(enum llmreg_rule_id rule);
/* LLMREG_ENOENT: no such word; matched exactly. */
LLMREG_MUSTCHECK int llmreg_rule_parse(const char *name,
                                       enum llmreg_rule_id *out);

/* What a rule finds about one subject, now.  A rule that knows only good and
 * bad finds FAILURE: how much of it is told, its configuration says. */
struct llmreg_finding {
    bool known;    /* false: no opinion, all stays as it is */
    bool may_open; /* false: nothing new is raised and nothing gets worse
                      (maintenance, mass guard); good news are told */
    enum llmreg_severity severity;
};

/* FAILURE if value is over rule's threshold, or, while it is raised, over
 * threshold - margin; else OKAY.  Not known if value is NAN.  It may open. */
struct llmreg_finding llmreg_finding_over(double value, bool raised,
                                          const struct llmreg_rule_conf *rule);

#define LLMREG_FLAPS          3 /* raised, or worse, so often ... */
#define LLMREG_FLAP_WINDOW_NS (600 * LLMREG_NS_PER_S) /* ... within it */

/* The part of an alert that the step decides. */
struct llmreg_alert_state {
    enum llmreg_severity severity; /* raised as; OKAY: not raised */
    enum llmreg_severity pending;  /* worse, and waiting for after_ns */
    bool held;                     /* pending, but may not open now */
    bool remembered;         /* raised before the restart, not confirmed yet */
    bool flapping;           /* comes and goes: for flap_ns it stays raised */
    bool acknowledged;       /* until it is cleared, or gets worse */
    int64_t pending_mono_ns; /* since when; 0: nothing is pending */
    int64_t good_mono_ns;    /* raised, but good since; 0: not */
    int64_t unseen_mono_ns;  /* the two above stand still since; 0: they run */
    int64_t cool_mono_ns;    /* not raised again before; 0: at once */
    int64_t raised_mono_ns[LLMREG_FLAPS]; /* the last times, the newest first;
                                             0: not within the window */
    int64_t fired_ms;   /* wall time it was raised last; 0: never */
    int64_t cleared_ms; /* wall time it was cleared last; 0: never */
};

enum llmreg_alert_action {
    LLMREG_ALERT_NOTHING,
    LLMREG_ALERT_FIRE,   /* raised, or told again after a restart */
    LLMREG_ALERT_CHANGE, /* raised as something better or worse */
    LLMREG_ALERT_CLEAR
};

/* Idempotent: called again with the same finding before llmreg_alert_due, it
 * does nothing and *out is *old.  out may be old. */
enum llmreg_alert_action llmreg_alert_step(const struct llmreg_alert_state *old,
                                           const struct llmreg_finding *found,
                                           const struct llmreg_rule_conf *rule,
                                           const struct llmreg_now *now,
                                           struct llmreg_alert_state *out);
/* Monotonic time at which the step would do something though the finding
 * stays; INT64_MAX: never.  Of a state that the step has made. */
int64_t llmreg_alert_due(const struct llmreg_alert_state *state,
                         const struct llmreg_rule_conf *rule);
/* So long it must be good before it is cleared. */
int64_t llmreg_alert_patience(const struct llmreg_alert_state *state,
                              const struct llmreg_rule_conf *rule);
/* Nothing is raised, pending, cooling down or was raised just before: as if it
 * had never been. */
bool llmreg_alert_is_idle(const struct llmreg_alert_state *state);
/* Both go on in the same way; when they were raised and cleared on the wall
 * clock is not compared. */
bool llmreg_alert_same(const struct llmreg_alert_state *a,
                       const struct llmreg_alert_state *b);
/* As it is known after a restart; a cool-down is over. */
void llmreg_alert_restart(const struct llmreg_alert_state *stored,
                          struct llmreg_alert_state *out);

#define LLMREG_ALERT_ID_SIZE   1152 /* rule/subject */
#define LLMREG_MESSAGE_SIZE    256  /* collectd: NOTIF_MAX_MSG_LEN */
#define LLMREG_ALERT_BY_SIZE   129
#define LLMREG_ALERT_NOTE_SIZE 257

/* An alert as the registry publishes it. */
struct llmreg_alert {
    const char *id; /* "endpoint_unhealthy/gpu1:11434" */
    enum llmreg_rule_id rule;
    const char *subject; /* id of what it is about; "fleet" for all of it */
    const char *name;    /* of the subject, for people */
    const char *message; /* the sentence that was told, under
                            LLMREG_MESSAGE_SIZE bytes */
    const char *state, *previous; /* words: "unreachable", "healthy" */
    const char *reason;           /* "refused: Connection refused" */
    const char *host, *series;    /* where collectd's notification goes; host
                                     "": the one this process runs on */
    const char *url;              /* of an endpoint, or "" */
    const char *acknowledged_by, *note; /* "" while not acknowledged */
    int64_t since_ms;                   /* wall time the trouble began */
    int64_t acknowledged_ms;            /* 0: not */
    uint64_t seq;                       /* of its last event; 0: none yet */
    uint32_t times;            /* how often it was raised since it is known */
    enum llmreg_severity told; /* what people were told last */
    uint64_t told_seq;         /* seq then; 0: not in this run */
    struct llmreg_alert_state s;
};

/* People are to be told what it says: they were told something else, or an
 * event has come since.  Not while somebody has acknowledged it, nor before it
 * is confirmed after a restart, nor of the end of what they never heard of. */
bool llmreg_alert_is_news(const struct llmreg_alert *alert);

const char *llmreg_severity_text(enum llmreg_severity severity);
/* LLMREG_ENOENT: no such word; matched exactly. */
LLMREG_MUSTCHECK int llmreg_severity_parse(const char *s,
                                           enum llmreg_severity *out);

#endif
