/* SPDX-License-Identifier: MIT */
/* observe_json.h - what collectd's write_http plugin posts, as values.
 *
 *     [{"values":[1901474177], "dstypes":["derive"], "dsnames":["value"],
 *       "time":1280959128.123, "interval":10.000, "host":"gpu1.example",
 *       "plugin":"cpu", "plugin_instance":"0", "type":"cpu",
 *       "type_instance":"idle"}, ...]
 *
 * A value that is not known is null.  Other members ("meta") are read over; so
 * are elements of plugins that nobody wants, once their form is right.
 *
 * Threads:   any; a call has no state but its own.
 * Blocking:  as take does.
 * Ownership: strings are lent to take for the length of the call.
 */
#ifndef LLM_LISTEN_OBSERVE_JSON_H
#define LLM_LISTEN_OBSERVE_JSON_H

#include <llmreg/json.h>

#include "plugins/host/value.h"

struct observe_json {
    struct llmreg_json_limits limits; /* string: at least 32 */
    size_t elements_max;
    bool (*wants)(void *ctx, const char *plugin);
    /* LLMREG_OK: it was taken; else it is refused, with err. */
    int (*take)(void *ctx, const struct observe_value *v,
                struct llmreg_error *err);
    void *ctx;
};

/* Elements are counted from 0, as in "element 3: no type". */
struct observe_json_result {
    size_t elements; /* that were read */
    size_t taken;
    size_t refused;            /* wrong in form, or by take */
    struct llmreg_error first; /* what was wrong with the first of them */
};

/* Each element that is right is taken, also if others are wrong: one that is
 * wrong in every post must not keep the others out.  LLMREG_EPARSE: not JSON,
 * or no array; LLMREG_ETOOBIG: over a limit; err says which, what came before
 * it was taken, and *result counts it. */
LLMREG_MUSTCHECK int observe_json_read(const void *data, size_t len,
                                       const struct observe_json *conf,
                                       struct observe_json_result *result,
                                       struct llmreg_error *err);

#endif
