/* SPDX-License-Identifier: MIT */
/* fleet.h - the models of all endpoints together: where is it, and where can I
 * run it best?
 *
 * Threads:   every function may be called from any thread, with no lock held.
 * Blocking:  never.
 * Ownership: candidates hold references until llmreg_candidates_free.
 */
#ifndef LLMREG_FLEET_H
#define LLMREG_FLEET_H

#include <llmreg/registry.h>

/* ---- fleet models ---- */

struct llmreg_fleet_model {
    const char *name; /* lent for the call */
    size_t endpoints; /* that have it */
    size_t healthy, routable;
    size_t loaded; /* that are known to have it loaded */
};
typedef bool (*llmreg_fleet_fn)(void *ctx, const struct llmreg_fleet_model *m);
/* Every model that somebody has, in no order. */
void llmreg_each_fleet_model(struct llmreg_registry *r, llmreg_fleet_fn fn,
                             void *ctx);
/* The one called name (normalised).  LLMREG_ENOENT: nobody has it. */
LLMREG_MUSTCHECK int llmreg_fleet_model(struct llmreg_registry *r,
                                        const char *name,
                                        struct llmreg_fleet_model *out);

/* ---- ranked choice ---- */

/* What speaks for an endpoint. */
struct llmreg_score_facts {
    enum llmreg_tristate loaded; /* the model */
    int64_t model_bytes;         /* memory that it needs; -1 is unknown */
    int64_t vram_free_bytes;     /* of its host; -1 is unknown */
    uint32_t pending;
    double latency_us; /* of requests, else of probes; NAN is unknown */
    int32_t priority;
    bool degraded;
};

/* Each part is 0 to 1, times its weight; what is unknown counts a half.  The
 * formula is at the top of common/domain/score.c. */
enum llmreg_score_part {
    LLMREG_SCORE_HEALTH,  /* healthy before degraded, always */
    LLMREG_SCORE_LOADED,  /* no waiting for it to load */
    LLMREG_SCORE_PENDING, /* few requests are waiting */
    LLMREG_SCORE_LATENCY,
    LLMREG_SCORE_VRAM, /* it fits into what is free */
    LLMREG_SCORE_PRIORITY,
    LLMREG_SCORE_PARTS
};
struct llmreg_score {
    double total; /* the sum of parts */
    double parts[LLMREG_SCORE_PARTS];
};
/* Pure. */
void llmreg_score(const struct llmreg_score_facts *facts,
                  struct llmreg_score *out);
const char *llmreg_score_part_text(enum llmreg_score_part part);

struct llmreg_candidate {
    struct llmreg_endpoint *endpoint;
    struct llmreg_score_facts facts;
    struct llmreg_score score;
};
struct llmreg_candidates {
    size_t count;
    struct llmreg_candidate items[]; /* best first; equal ones by id */
};
/* Where the model (normalised name) can be run: routable endpoints that have
 * it, with degraded those too; at most max (0: all) of the best.  No candidate
 * is an empty list.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_rank(struct llmreg_registry *r, const char *model,
                                 bool degraded, size_t max,
                                 const struct llmreg_now *now,
                                 struct llmreg_candidates **out);
void llmreg_candidates_free(struct llmreg_candidates *c); /* NULL is fine */

struct llmreg_json_out;
void llmreg_candidates_json(struct llmreg_json_out *w, const char *key,
                            const struct llmreg_candidates *c);

#endif
