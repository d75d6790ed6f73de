/* SPDX-License-Identifier: MIT */
/* belonging.c - two indexes of one key each, changed together. */
#include "common/registry/belonging.h"

static struct index_keys one_key(const char *const *key)
{
    const struct index_keys k = {key, sizeof *key, key != NULL && *key != NULL};

    return k;
}

struct belonging belonging_change(struct llmreg_endpoint *e,
                                  const struct spec_part *from,
                                  const struct spec_part *to)
{
    const unsigned now = e->links_now;
    const struct belonging b = {
        .host = {.entry = e,
                 .before = one_key(from == NULL ? NULL : &from->on),
                 .after = one_key(to == NULL ? NULL : &to->on),
                 .old = &e->on[now],
                 .new = &e->on[now ^ 1]},
        .agent = {.entry = e,
                  .before = one_key(from == NULL ? NULL : &from->agent),
                  .after = one_key(to == NULL ? NULL : &to->agent),
                  .old = &e->of[now],
                  .new = &e->of[now ^ 1]},
    };

    return b;
}

int belonging_prepare_locked(struct llmreg_registry *r,
                             const struct belonging *b)
{
    int rc = index_prepare(&r->by_host, &b->host);

    if (rc != LLMREG_OK)
        return rc;
    rc = index_prepare(&r->by_agent, &b->agent);
    if (rc != LLMREG_OK)
        index_cancel(&r->by_host, &b->host);
    return rc;
}

void belonging_cancel_locked(struct llmreg_registry *r,
                             const struct belonging *b)
{
    index_cancel(&r->by_host, &b->host);
    index_cancel(&r->by_agent, &b->agent);
}

void belonging_join_locked(struct llmreg_registry *r, const struct belonging *b)
{
    index_join(&r->by_host, &b->host);
    index_join(&r->by_agent, &b->agent);
}

void belonging_leave_locked(struct llmreg_registry *r,
                            struct llmreg_endpoint *e,
                            const struct belonging *b)
{
    index_leave(&r->by_host, &b->host);
    index_leave(&r->by_agent, &b->agent);
    e->links_now ^= 1;
}
