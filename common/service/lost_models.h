/* SPDX-License-Identifier: MIT */
/* lost_models.h - what cannot be had anywhere else now.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: the names are lent by models.
 */
#ifndef LLMREG_SERVICE_LOST_MODELS_H
#define LLMREG_SERVICE_LOST_MODELS_H

#include <llmreg/registry.h>

/* The names in models, which are those of endpoint id, that no other healthy
 * endpoint has.  Returns how many. */
size_t lost_models(struct llmreg_registry *r, const char *id,
                   const struct llmreg_models *models,
                   const char *names[static LLMREG_MODELS_MAX]);

#endif
