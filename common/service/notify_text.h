/* SPDX-License-Identifier: MIT */
/* notify_text.h - the sentence that somebody reads at 3 a.m.
 *
 * Pure functions of their arguments.  A message always fits; what does not
 * fit is left out in this order: names of models (they are counted), the id,
 * the end of the reason, the end of a very long name.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: the caller's.
 */
#ifndef LLMREG_SERVICE_NOTIFY_TEXT_H
#define LLMREG_SERVICE_NOTIFY_TEXT_H

#include <llmreg/service.h>
#include <llmreg/text.h>

struct notify_subject {
    const char *name;
    const char *id;
};

struct notify_trouble {
    struct notify_subject subject;
    const char *state;  /* a word */
    const char *reason; /* as in the event */
    int64_t since_ms;
    const char *const *lost; /* models that no other healthy endpoint has */
    size_t nlost;
    size_t nmodels; /* in all; 0: none known */
};

/* "gpu1 (gpu1.example:11434) is unreachable since ...: refused: Connection
 * refused. No other healthy endpoint has: a:latest (+3 more)" */
void notify_text_trouble(char out[static LLMREG_MESSAGE_SIZE],
                         const struct notify_trouble *t);
/* "... is healthy again; it was unreachable for 2 h 14 min".  before is the
 * word of the old state; duration_ms < 0: not known. */
void notify_text_again(char out[static LLMREG_MESSAGE_SIZE],
                       const struct notify_subject *subject, const char *before,
                       int64_t duration_ms);
void notify_text_removed(char out[static LLMREG_MESSAGE_SIZE],
                         const struct notify_subject *subject);
/* All that have it, or are of it, were taken out. */
void notify_text_unwatched(char out[static LLMREG_MESSAGE_SIZE],
                           const struct notify_subject *subject);
/* Says before the message that it comes and goes, and after how long without
 * it its end is told. */
void notify_text_flapping(char message[static LLMREG_MESSAGE_SIZE],
                          int64_t quiet_ms);
void notify_text_store(char out[static LLMREG_MESSAGE_SIZE], bool failed,
                       const char *reason);

/* Appends as many names as fit into t, and how many more there are: "a, b
 * (+3 more)".  Returns how many names; 0 leaves t as it was. */
size_t notify_text_names(struct llmreg_text *t, const char *const *names,
                         size_t n);

#endif
