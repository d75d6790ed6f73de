/* SPDX-License-Identifier: MIT */
/* backend.h - one protocol that an endpoint may speak.
 *
 * A backend says what to ask next and reads what came back; it does not know
 * sockets, clocks or the registry.  A probe is
 *
 *     begin;  while (next(&ask)) { feed the body of a 200...; answer }
 *
 * A probe's verdict is in the finding as soon as decided is set, its models
 * when next said that nothing is left to ask.  To add a protocol, write one
 * file and add a row to the table in backends.c.
 *
 * Threads:   the probe thread.
 * Blocking:  never.
 * Ownership: a state serves one probe after another; strings in a finding
 *            live until its next begin.
 */
#ifndef LLM_PROBE_BACKEND_H
#define LLM_PROBE_BACKEND_H

#include <llmreg/endpoint.h>
#include <llmreg/health.h>

#include "plugins/llm_probe/facts.h"
#include "plugins/llm_probe/verdict.h"

enum ask_budget {
    ASK_VERDICT, /* decides: shares the probe's Timeout */
    ASK_LOADED,  /* may hang on a well server: its own PsTimeout */
    ASK_DETAIL   /* what is left of the interval */
};

struct ask {
    const char *path; /* after the base URL */
    const char *body; /* JSON to POST; NULL: GET */
    size_t limit;     /* bytes of a 200 body */
    enum ask_budget budget;
};

struct finding {
    bool decided;                   /* seen is final */
    struct llmreg_observation seen; /* all but its times */
    bool listed;                    /* models are final */
    struct llmreg_models models;
    int status; /* not LLMREG_OK: no memory, the probe says nothing */
};

#define BACKEND_REFUSED_MAX 16

/* What a backend remembers of an endpoint from probe to probe; all zero is a
 * new one.  All of it is forgotten when the version changes. */
struct backend_memory {
    char version[LLMREG_VERSION_SIZE];
    bool no_ps; /* it does not have /api/ps */
    /* Hashes of the digests that it refuses to show; it is not asked any more
     * when there is no room for another. */
    uint64_t refused[BACKEND_REFUSED_MAX];
    size_t nrefused;
};

struct backend {
    enum llmreg_kind kind;
    uint16_t port; /* the default */
    /* The cache is lent and outlives the state. */
    int (*new_state)(void **out, struct facts_cache *cache);
    void (*free_state)(void *state);
    void (*begin)(void *state, struct finding *out,
                  struct backend_memory *memory, int64_t wall_ms);
    bool (*next)(void *state, struct ask *out);
    /* Anything but LLMREG_OK: no more of this body. */
    int (*feed)(void *state, const void *data, size_t len);
    void (*answer)(void *state, const struct answer *a);
};

extern const struct backend backend_ollama;

/* NULL if there is none for the kind.  AUTO is asked as the first of them. */
const struct backend *backend_find(enum llmreg_kind kind);
/* The kinds that have one: n = 0, 1 ... until NULL. */
const struct backend *backend_at(size_t n);

#endif
