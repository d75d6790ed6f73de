/* SPDX-License-Identifier: MIT */
/* fleet.h - the models of all endpoints together: where is it, and where can I
 * run it best?
 *
 * Threads:   every function may be called from any thread, with no lock held;
 *            candidates belong to one thread at a time.
 * Blocking:  never.
 * Ownership: candidates hold references until llmreg_candidates_free.
 */
#ifndef LLMREG_FLEET_H
#define LLMREG_FLEET_H

#include <llmreg/registry.h>
#include <llmreg/score.h>

/* ---- fleet models ---- */

/* Kept with each change, not counted when asked.  active, unknown and serving
 * are of one moment; so are endpoints, healthy and loaded, of the same or the
 * next; and routable. */
struct llmreg_fleet_model {
    const char *name; /* the callback's: lent; else the name that was asked */
    size_t endpoints; /* that have it, at least 1 */
    size_t healthy;
    size_t routable;        /* llmreg_is_routable */
    size_t loaded;          /* that are known to have it loaded; <= endpoints */
    size_t active, unknown; /* in service; and of these, without a verdict */
    size_t serving;         /* active and healthy; >= routable */
};
/* Return true to go on, false to stop.  Runs inside a read section, as
 * llmreg_each_fn does. */
typedef bool (*llmreg_fleet_fn)(void *ctx, const struct llmreg_fleet_model *m);
/* Every model that somebody has, in no order. */
void llmreg_each_fleet_model(struct llmreg_registry *r, llmreg_fleet_fn fn,
                             void *ctx);
/* The one called name (normalised).  LLMREG_ENOENT: nobody has it. */
LLMREG_MUSTCHECK int llmreg_fleet_model(struct llmreg_registry *r,
                                        const char *name,
                                        struct llmreg_fleet_model *out);

/* ---- ranked choice ---- */

struct llmreg_candidate {
    struct llmreg_endpoint *endpoint;
    struct llmreg_score_facts facts;
    struct llmreg_score score;
};
struct llmreg_candidates {
    size_t count;
    struct llmreg_candidate items[]; /* best first; equal ones by id */
};
struct llmreg_rank_query {
    const char *model; /* normalised name */
    bool degraded;     /* degraded endpoints too */
    size_t max;        /* so many of the best; 0: all */
};
/* Where the model can be run: routable endpoints that have it.  No candidate
 * is an empty list.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_rank(struct llmreg_registry *r,
                                 const struct llmreg_rank_query *query,
                                 const struct llmreg_now *now,
                                 struct llmreg_candidates **out);
void llmreg_candidates_free(struct llmreg_candidates *c); /* NULL is fine */

struct llmreg_json_out;
/* An array, best first, as member key or element: each with its facts, and for
 * each part of its score the points it got and how many there are. */
void llmreg_candidates_json(struct llmreg_json_out *w, const char *key,
                            const struct llmreg_candidates *c);

#endif
