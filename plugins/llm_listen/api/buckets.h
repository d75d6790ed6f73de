/* SPDX-License-Identifier: MIT */
/* buckets.h - how often somebody may ask, in memory of a fixed size.
 *
 * A bucket holds tokens of the other kind: each call takes one, and they come
 * back at a rate.  Who is limited is a key (a token's id, an address); the
 * table has a fixed number of places, each key one of four, and who was seen
 * longest ago gives way.  So an attacker with many names costs no memory, but
 * may make the table forget; then somebody has a full bucket again.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  a lock for a few instructions.
 * Ownership: keys are only hashed.
 */
#ifndef LLM_LISTEN_API_BUCKETS_H
#define LLM_LISTEN_API_BUCKETS_H

#include <llmreg/clock.h>

struct buckets;

struct bucket_rule {
    double per_second; /* 0: no limit */
    double burst;      /* at least 1 */
};

/* places: rounded up to a power of two.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int buckets_new(struct buckets **out, size_t places);
void buckets_free(struct buckets *b); /* NULL is fine */

/* Takes one.  0: it was there; else the seconds (at least 1) until it is. */
unsigned buckets_take(struct buckets *b, const char *key,
                      const struct bucket_rule *rule,
                      const struct llmreg_now *now);

#endif
