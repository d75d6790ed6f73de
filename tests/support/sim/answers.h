/* SPDX-License-Identifier: MIT */
/* answers.h - the HTTP answers, made ready once and sent many times.
 *
 * An answer is what stands before the Date header and what stands behind it;
 * the date between them is the loop's.  Bodies are payload files, framed as
 * Go's server does it: a Content-Length up to 2 KB, one chunk above that.
 */
#ifndef SIM_ANSWERS_H
#define SIM_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

enum route {
    ROUTE_VERSION,
    ROUTE_TAGS,
    ROUTE_PS,
    ROUTE_SHOW,
    ROUTE_OTHER,
    ROUTES
};

struct answer {
    const char *head; /* static */
    char *tail;       /* the framing header, the blank line, the body */
    size_t tail_len;
};

struct profile {
    struct answer answers[ROUTES];
    char *tags; /* the body of ROUTE_TAGS as it was read */
};

/* All profiles, read from the directory of payloads; NULL after a message. */
struct profile *answers_load(const char *data, size_t *count);
void answers_free(struct profile *profiles, size_t count);

/* The tags of a profile with one more model in front: false without memory.
 * was may be an answer made so before; it is replaced. */
bool answers_add_model(struct answer *was, char **body, const char *name);

const char *route_text(enum route route);

#endif
