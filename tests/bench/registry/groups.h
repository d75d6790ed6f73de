/* SPDX-License-Identifier: MIT */
/* groups.h - what registry_bench can measure, each in a process of its own. */
#ifndef LLMREG_BENCH_GROUPS_H
#define LLMREG_BENCH_GROUPS_H

#include "tests/bench/registry/measure.h"

void agents_group(const struct bench *b);
void deadlines_group(const struct bench *b);
void endpoints_group(const struct bench *b);
void memory_group(const struct bench *b);
void models_group(const struct bench *b);
void snapshot_group(const struct bench *b);
void threads_group(const struct bench *b);

#endif
