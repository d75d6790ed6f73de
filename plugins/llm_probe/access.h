/* SPDX-License-Identifier: MIT */
/* access.h - how to reach an endpoint, besides its URL.
 *
 * Only the configuration gives this; it never goes into the registry, so that
 * no credential is stored, listed or replicated.
 *
 * Threads:   immutable once the threads run.
 * Blocking:  never.
 * Ownership: the configuration owns them and outlives the threads.
 */
#ifndef LLM_PROBE_ACCESS_H
#define LLM_PROBE_ACCESS_H

#include <llmreg/names.h>

#define ACCESS_PATH_SIZE 4096
#define ACCESS_NO_TOKEN  SIZE_MAX

struct access {
    char id[LLMREG_ID_SIZE]; /* of the endpoint */
    int64_t timeout_ns;      /* 0: the plugin's */
    bool verify_peer, verify_host;
    char *ca, *cert, *key; /* paths of PEM files; NULL: none */
    char **headers;        /* "Name: value" */
    size_t nheaders;
    size_t token; /* place in the secrets, or ACCESS_NO_TOKEN */
};

struct access_list {
    struct access *items;
    size_t count;
};

/* NULL: the endpoint is reached by its URL alone. */
const struct access *access_find(const struct access_list *list,
                                 const char *id);

#endif
