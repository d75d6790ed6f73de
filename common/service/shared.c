/* SPDX-License-Identifier: MIT */
/* shared.c - one number is compared; endpoints are only looked at when it
 * grew. */
#include "common/service/shared.h"

#include <llmreg/names.h>
#include <llmreg/table.h>

#include <stdio.h>
#include <string.h>

#define SERIES_BYTES (2 * (size_t)LLMREG_SERIES_SIZE + 1)

/* The first endpoint whose series another one writes. */
struct search {
    struct llmreg_table *seen; /* "host/series" */
    char series[SERIES_BYTES];
    char id[LLMREG_ID_SIZE];
    int rc; /* of looking at the last one */
};

static bool is_new(void *ctx, struct llmreg_endpoint *e)
{
    struct search *s = ctx;
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);

    (void)snprintf(s->series, sizeof s->series, "%s/%s", spec->host,
                   spec->series);
    s->rc = llmreg_table_add(s->seen, s->series, s);
    if (s->rc == LLMREG_EEXIST)
        (void)snprintf(s->id, sizeof s->id, "%s", spec->id);
    llmreg_spec_put(spec);
    return s->rc == LLMREG_OK;
}

/* False: there was no memory to look. */
static bool find(struct search *s, struct llmreg_registry *r)
{
    s->rc = llmreg_table_new(&s->seen);
    if (s->rc == LLMREG_OK)
        llmreg_each(r, is_new, s);
    llmreg_table_free(s->seen);
    return s->rc != LLMREG_ENOMEM;
}

void shared_look(struct shared *s, struct llmreg_registry *r,
                 const struct llmreg_log *log, const struct llmreg_now *now)
{
    struct search found = {.seen = NULL};
    struct llmreg_counts counts;

    llmreg_count(r, &counts);
    if (counts.series_shared > s->seen && !find(&found, r))
        return; /* at the next look, again */
    s->seen = counts.series_shared;
    if (found.id[0] == '\0')
        return; /* no more than before */
    llmreg_complain(
        log, &s->complaint, now, LLMREG_WARNING,
        "%zu endpoints write series that others write, e.g. %s those of "
        "%s: their graphs are mixed, give them other names",
        counts.series_shared, found.id, found.series);
}
