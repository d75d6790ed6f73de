/* SPDX-License-Identifier: MIT */
/* unmatched.c - one number is compared; endpoints are only looked at when it
 * grew.
 */
#include "common/service/unmatched.h"

struct search {
    struct llmreg_endpoint *worst; /* held */
    uint32_t times;
};

static bool is_worse(void *ctx, struct llmreg_endpoint *e)
{
    struct search *s = ctx;
    struct llmreg_load load;

    llmreg_endpoint_load(e, &load);
    if (load.unmatched <= s->times)
        return true;
    llmreg_put(s->worst);
    s->worst = llmreg_hold(e);
    s->times = load.unmatched;
    return true;
}

void unmatched_look(struct unmatched *u, struct llmreg_registry *r,
                    const struct llmreg_log *log, const struct llmreg_now *now)
{
    struct search s = {.worst = NULL};
    struct llmreg_counts counts;

    llmreg_count(r, &counts);
    if (counts.unmatched == u->seen)
        return;
    u->seen = counts.unmatched;
    llmreg_each(r, is_worse, &s);
    llmreg_complain(log, &u->complaint, now, LLMREG_WARNING,
                    "%llu requests ended that never began, e.g. at %s: who "
                    "sends requests counts them wrongly",
                    (unsigned long long)counts.unmatched,
                    s.worst == NULL ? "endpoints that are gone"
                                    : llmreg_endpoint_id(s.worst));
    llmreg_put(s.worst);
}
