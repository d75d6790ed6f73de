/* SPDX-License-Identifier: MIT */
/* naming.h - an endpoint that somebody names by its URL, as a specification:
 * what it is called, and what its series in collectd are called.
 *
 * Threads:   values.
 * Blocking:  never.
 * Ownership: the specification lends what is in the naming.
 */
#ifndef LLM_LISTEN_API_NAMING_H
#define LLM_LISTEN_API_NAMING_H

#include <llmreg/endpoint.h>

#define NAMING_PORT 11434 /* where a URL has none: Ollama's */

struct naming {
    struct llmreg_url url; /* as it is reached from here */
    char host[LLMREG_SERIES_SIZE], series[LLMREG_SERIES_SIZE];
    char name[LLMREG_SERIES_SIZE]; /* where nobody gives one */
};

/* peer: who names it (llmreg_url_announced).  LLMREG_EINVAL with err. */
LLMREG_MUSTCHECK int naming_read(struct naming *n, const char *text,
                                 const char *peer, struct llmreg_error *err);
/* id, url, name, host and series of a new one, the rest as everybody's. */
void naming_fill(const struct naming *n, struct llmreg_spec *out);

#endif
