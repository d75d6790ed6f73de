/* SPDX-License-Identifier: MIT */
/* ruin.h - a store with a past and two backups, and what can be done to it. */
#ifndef LLMREG_TEST_RUIN_H
#define LLMREG_TEST_RUIN_H

#include "tests/support/writing.h"

struct ruin {
    struct writing *w;
    char path[1200], backups[1200];
    unsigned made; /* backups */
};

#define RUIN_OLD 60 /* endpoints in the newest backup; half, in the other */
#define RUIN_NEW 20 /* and after it */

void ruin_open(struct ruin *r, struct writing *w);
/* After the newest backup the first endpoint was removed and the token
 * aaaaaaa2 was revoked; aaaaaaa1 is good. */
void ruin_live(struct ruin *r);

/* ---- damage: zeros ---- */

void ruin_header(struct ruin *r);
void ruin_page(struct ruin *r, int64_t page);
void ruin_root(struct ruin *r, const char *table);
void ruin_leaf(struct ruin *r, const char *table);
/* In so many backups. */
void ruin_backups(struct ruin *r, size_t newest);
int64_t ruin_size(const struct ruin *r);

/* ---- what is there ---- */

/* Endpoints, by their numbers. */
int ruin_count(struct ruin *r, int from, int to);
bool ruin_lets_in(struct ruin *r, const char *id);
/* The file is sound, and nothing of its making is left. */
void ruin_check(struct ruin *r);

#endif
