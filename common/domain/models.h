/* SPDX-License-Identifier: MIT */
/* models.h - a model that somebody handed in, on its way to be kept.
 *
 * It is checked, and its texts are measured, in one go: a probe of ten models
 * looks at some thirty texts, and most of what it costs is to look at them.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: a draft lends the model, which must stay.
 */
#ifndef LLMREG_DOMAIN_MODELS_H
#define LLMREG_DOMAIN_MODELS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <llmreg/endpoint.h>
#include <llmreg/status.h>

#define MODEL_TEXTS 5 /* name, digest, family, parameter size, quantization */

struct model_draft {
    const struct llmreg_model *model;
    uint16_t length[MODEL_TEXTS]; /* bytes; of what is NULL, 0 */
    uint16_t shared; /* a bit for each text that the one before has, too */
    uint32_t room;   /* bytes of the texts that it does not share, with NULs */
};

_Static_assert(offsetof(struct llmreg_model, size_bytes) ==
                   MODEL_TEXTS * sizeof(const char *),
               "the texts come first, and nothing is between them");

/* The text, which may be NULL unless it is the name (0). */
static inline const char *model_text(const struct llmreg_model *m, size_t which)
{
    const char *s;

    memcpy(&s, (const char *)m + which * sizeof s, sizeof s);
    return s;
}

static inline void model_set_text(struct llmreg_model *m, size_t which,
                                  const char *s)
{
    memcpy((char *)m + which * sizeof s, &s, sizeof s);
}

/* Whether d has this text of so many bytes. */
static inline bool model_shares(const struct model_draft *d, size_t which,
                                const char *s, size_t length)
{
    const char *own = model_text(d->model, which);

    return d->length[which] == length &&
           (s == own || length == 0 || memcmp(s, own, length) == 0);
}

/* Checks d->model and fills in the rest.  before: the good one before it in
 * the list, with which it often shares texts; NULL: it is the first.
 * LLMREG_EINVAL: err names the field, but not the model. */
LLMREG_MUSTCHECK int model_check(struct model_draft *d,
                                 const struct model_draft *before,
                                 struct llmreg_error *err);

#endif
