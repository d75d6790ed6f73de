/* SPDX-License-Identifier: MIT */
/* window.h - how often did this happen in the last ten minutes?
 *
 * Ten counters of a minute each: a happening counts for ten minutes, up to one
 * minute less.  A counter that is full, with 255, stays full.
 *
 * Threads:   values have no thread.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLMREG_DOMAIN_WINDOW_H
#define LLMREG_DOMAIN_WINDOW_H

#include <stdint.h>

#define WINDOW_MINUTES 10

/* All zero: it never happened. */
struct window {
    uint32_t minute; /* of the newest counter, since the clock's beginning */
    uint8_t counts[WINDOW_MINUTES]; /* by minute % WINDOW_MINUTES */
};

/* It happened once, at mono_ns. */
void window_add(struct window *w, int64_t mono_ns);
/* As often it happened in the window that ends at mono_ns. */
uint32_t window_sum(const struct window *w, int64_t mono_ns);

#endif
