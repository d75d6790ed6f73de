/* SPDX-License-Identifier: MIT */
/* ollama_list.h - reads the lists of /api/tags and /api/ps.
 *
 * Both are {"models":[...]} with elements that have a name and a few facts.
 * What identifies a model is read strictly: an element without a usable name,
 * or with two, is rejected and counted.  Everything else is read leniently: a
 * fact of a wrong type or range is unknown.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: the list owns its models and their strings until its next begin.
 */
#ifndef LLM_PROBE_OLLAMA_LIST_H
#define LLM_PROBE_OLLAMA_LIST_H

#include <llmreg/endpoint.h>
#include <llmreg/json.h>

#include <llmreg/arena.h>

enum ollama_list_kind { OLLAMA_TAGS, OLLAMA_PS };

/* The element being read; private. */
struct ollama_element {
    struct llmreg_model model;
    unsigned models, names; /* how often each key was given */
    bool unclean;           /* a name that nothing may be called */
    char by_model[LLMREG_MODEL_SIZE], by_name[LLMREG_MODEL_SIZE];
};

struct ollama_list {
    struct llmreg_arena arena;
    struct llmreg_model *items; /* after end: sorted, no name twice */
    size_t count, room;
    uint32_t rejected, not_kept;
    enum ollama_list_kind kind;
    int64_t wall_ms;
    bool found;                        /* "models" was there */
    uint16_t order[LLMREG_MODELS_MAX]; /* of items, by name; private */
    struct ollama_element now;
};

/* All zero is a list before its first begin. */
void ollama_list_begin(struct ollama_list *l, enum ollama_list_kind kind,
                       int64_t wall_ms);
/* An llmreg_json_fn; ctx is the list.  LLMREG_EPARSE: not such a list. */
int ollama_list_event(void *ctx, const struct llmreg_json_event *e);
/* The document is over.  LLMREG_EPARSE: no list, or nothing usable in it. */
LLMREG_MUSTCHECK int ollama_list_end(struct ollama_list *l);
/* The model called name, or NULL; after end. */
struct llmreg_model *ollama_list_find(struct ollama_list *l, const char *name);
/* Marks in tags what ps says is loaded, and the others as not; adds what tags
 * does not have.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int ollama_list_merge(struct ollama_list *tags,
                                       const struct ollama_list *ps);
void ollama_list_fini(struct ollama_list *l);

#endif
