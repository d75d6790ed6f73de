/* SPDX-License-Identifier: MIT */
/* known_json.h - what is not known is null, never 0 and never an empty word.
 *
 * Members of an object with keys that are literals (json_out.h).
 *
 * Threads:   one at a time for each writer.
 * Blocking:  never, but for the writer's sink.
 * Ownership: values only.
 */
#ifndef LLMREG_REGISTRY_KNOWN_JSON_H
#define LLMREG_REGISTRY_KNOWN_JSON_H

#include <math.h>

#include <llmreg/clock.h>
#include <llmreg/endpoint.h>

#include "common/base/json_out.h"

/* "" is unknown, and NULL. */
static inline void known_text(struct llmreg_json_out *w, struct json_key key,
                              const char *s)
{
    if (s == NULL || s[0] == '\0')
        json_member_null(w, key);
    else
        json_member_string(w, key, s);
}

/* What is negative is unknown. */
static inline void known_number(struct llmreg_json_out *w, struct json_key key,
                                int64_t n)
{
    if (n < 0)
        json_member_null(w, key);
    else
        json_member_integer(w, key, n);
}

static inline void known_bool(struct llmreg_json_out *w, struct json_key key,
                              enum llmreg_tristate t)
{
    if (t == LLMREG_UNKNOWN)
        json_member_null(w, key);
    else
        json_member_bool(w, key, t == LLMREG_YES);
}

/* Microseconds as milliseconds; what is negative, and NAN, is unknown. */
static inline void known_duration(struct llmreg_json_out *w,
                                  struct json_key key, double us)
{
    if (us >= 0)
        json_member_double(w, key, us / 1000);
    else
        json_member_null(w, key);
}

/* Seconds since then; 0 is never.  It may have happened after we looked at the
 * clock. */
static inline void known_age(struct llmreg_json_out *w, struct json_key key,
                             int64_t then_ns, int64_t now_ns)
{
    int64_t ms = (now_ns - then_ns) / LLMREG_NS_PER_MS;

    if (then_ns == 0)
        json_member_null(w, key);
    else
        json_member_double(w, key, ms < 0 ? 0 : (double)ms / 1e3);
}

/* NAN is unknown. */
static inline void known_double(struct llmreg_json_out *w, struct json_key key,
                                double n)
{
    if (isfinite(n))
        json_member_double(w, key, n);
    else
        json_member_null(w, key);
}

#endif
