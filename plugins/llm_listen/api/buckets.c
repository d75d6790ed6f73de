/* SPDX-License-Identifier: MIT */
/* buckets.c - a table of sets of four, each set under one of a few locks.
 *
 * A bucket is kept as the time at which it will be full again: it needs no
 * refilling, and a place of all zeros is a full bucket. */
#include "plugins/llm_listen/api/buckets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/table.h>
#include <llmreg/thread.h>

#define WAYS  4
#define LOCKS 16

struct place {
    uint64_t key;    /* hash of it */
    int64_t full_ns; /* monotonic time at which it is full */
    int64_t seen_ns;
};

struct buckets {
    /* fixed after new */
    size_t sets;
    struct llmreg_lock locks[LOCKS];
    size_t nlocks;
    /* each set guarded by locks[set % LOCKS] */
    struct place *places;
};

int buckets_new(struct buckets **out, size_t places)
{
    struct buckets *b = calloc(1, sizeof *b);
    int rc = LLMREG_ENOMEM;

    if (b == NULL)
        return rc;
    b->sets = 1;
    while (b->sets * WAYS < places)
        b->sets *= 2;
    b->places = calloc(b->sets * WAYS, sizeof *b->places);
    rc = b->places == NULL ? LLMREG_ENOMEM : LLMREG_OK;
    while (rc == LLMREG_OK && b->nlocks < LOCKS) {
        rc = llmreg_lock_init(&b->locks[b->nlocks]);
        b->nlocks += rc == LLMREG_OK;
    }
    if (rc == LLMREG_OK)
        *out = b;
    else
        buckets_free(b);
    return rc;
}

void buckets_free(struct buckets *b)
{
    if (b == NULL)
        return;
    while (b->nlocks > 0)
        llmreg_lock_fini(&b->locks[--b->nlocks]);
    free(b->places);
    free(b);
}

/* The key's place of a set, or the one that gives way. */
static struct place *find_place(struct place *set, uint64_t key)
{
    struct place *oldest = set;

    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].seen_ns < oldest->seen_ns)
            oldest = &set[i];
    }
    *oldest = (struct place){.key = key};
    return oldest;
}

static unsigned step(struct place *p, const struct bucket_rule *rule,
                     int64_t now_ns)
{
    const double one = (double)LLMREG_NS_PER_S / rule->per_second;
    const double room = one * rule->burst;
    const double full = p->full_ns > now_ns ? (double)(p->full_ns - now_ns) : 0;

    p->seen_ns = now_ns;
    if (full + one > room + 0.5)
        return (unsigned)fmax(1, ceil((full + one - room) / 1e9));
    p->full_ns = now_ns + (int64_t)(full + one);
    return 0;
}

unsigned buckets_take(struct buckets *b, const char *key,
                      const struct bucket_rule *rule,
                      const struct llmreg_now *now)
{
    const uint64_t hash = llmreg_hash(key, strlen(key)) | 1;
    const size_t set = (hash >> 20) & (b->sets - 1);
    struct llmreg_lock *lock = &b->locks[set % LOCKS];
    unsigned wait;

    if (rule->per_second <= 0)
        return 0;
    llmreg_lock(lock);
    wait = step(find_place(&b->places[set * WAYS], hash), rule, now->mono_ns);
    llmreg_unlock(lock);
    return wait;
}
