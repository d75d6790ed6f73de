/* SPDX-License-Identifier: MIT */
/* series.c - a table of specifications, by host and series; of those with the
 * same key all but one are counted. */
#include "common/registry/series.h"

#include <string.h>

#include "common/registry/count.h"
#include "common/registry/keyhash.h"

static uint64_t hash(const struct llmreg_registry *r,
                     const struct llmreg_spec *spec)
{
    const uint64_t seed = keyhash(r->seed, spec->host, strlen(spec->host));

    return keyhash(seed, spec->series, strlen(spec->series));
}

static int match(struct cds_lfht_node *node, const void *key)
{
    const struct llmreg_spec *spec = key;

    rcu_seen(node);
    const struct spec_part *p = rcu_holder(node, struct spec_part, node);
    return strcmp(p->spec.series, spec->series) == 0 &&
           strcmp(p->spec.host, spec->host) == 0;
}

static bool is_written(struct llmreg_registry *r,
                       const struct llmreg_spec *spec)
{
    rcu_begin();
    bool is = rcu_table_find(&r->series, hash(r, spec), match, spec) != NULL;
    rcu_end();
    return is;
}

void series_join_locked(struct llmreg_registry *r, struct spec_part *spec)
{
    if (is_written(r, &spec->spec))
        count_add(&r->series_shared, 1);
    rcu_table_add(&r->series, hash(r, &spec->spec), &spec->node);
    rcu_table_fit(&r->series);
}

void series_leave_locked(struct llmreg_registry *r, struct spec_part *spec)
{
    rcu_table_remove(&r->series, &spec->node);
    if (is_written(r, &spec->spec))
        count_add(&r->series_shared, (size_t)-1);
}
