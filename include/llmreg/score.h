/* SPDX-License-Identifier: MIT */
/* score.h - how much speaks for sending a request to an endpoint.
 *
 * A score is a sum of parts, and each part can be explained: a fact of the
 * endpoint as a number from 0 to 1, times the weight of the part.  The formula
 * and the table of weights are at the top of common/domain/score.c.
 *
 * Threads:   pure functions of their arguments.
 * Blocking:  never.
 * Ownership: values only; returned strings are static.
 */
#ifndef LLMREG_SCORE_H
#define LLMREG_SCORE_H

#include <llmreg/endpoint.h>

struct llmreg_score_facts {
    enum llmreg_tristate loaded; /* the model */
    int64_t model_bytes;         /* memory that it needs; -1 is unknown */
    int64_t vram_free_bytes;     /* of its host; -1 is unknown */
    uint32_t pending;
    double latency_us; /* of requests, else of probes; NAN is unknown */
    int32_t priority;
    bool degraded;
};

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
    double total;                     /* the sum of parts */
    double parts[LLMREG_SCORE_PARTS]; /* 0 to the weight; unknown: half */
};

void llmreg_score(const struct llmreg_score_facts *facts,
                  struct llmreg_score *out);
/* The most that a part can give. */
double llmreg_score_weight(enum llmreg_score_part part);
const char *llmreg_score_part_text(enum llmreg_score_part part);

#endif
