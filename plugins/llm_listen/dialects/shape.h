/* SPDX-License-Identifier: MIT */
/* shape.h - what several dialects write of an agent, and all agents together.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: a crowd holds references until crowd_fini.
 */
#ifndef LLM_LISTEN_DIALECTS_SHAPE_H
#define LLM_LISTEN_DIALECTS_SHAPE_H

#include <llmreg/agents.h>
#include <llmreg/json.h>
#include <llmreg/snapshot.h>

#include "plugins/llm_listen/api/ask.h"

/* RFC 3339; 0 is null. */
void shape_time(struct llmreg_json_out *w, const char *key, int64_t wall_ms);
/* NULL for "": what is unknown is null. */
void shape_text(struct llmreg_json_out *w, const char *key, const char *s);
/* n in units of that size; null if it is negative. */
void shape_amount(struct llmreg_json_out *w, const char *key, int64_t n,
                  double unit);
/* ["gpu", "gpu=h100"] */
void shape_capabilities(struct llmreg_json_out *w, const char *key,
                        const struct llmreg_agent_spec *spec);
/* {"name": any JSON} */
void shape_metadata(struct llmreg_json_out *w, const char *key,
                    const struct llmreg_agent_spec *spec);
/* host and port, of where it is reached, or null. */
void shape_place(struct llmreg_json_out *w,
                 const struct llmreg_agent_spec *spec);

/* Since the start, in seconds. */
int64_t shape_uptime(const struct ask *a);

/* Takes a snapshot of everything for the length of the call. */
LLMREG_MUSTCHECK int
shape_snapshot(struct ask *a,
               int (*send)(struct ask *a, const struct llmreg_snapshot *s));

/* "http://HOST:PORT" for a registration, in the ask's arena.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int shape_url(struct ask *a, const char *host, int64_t port,
                               const char **out);

/* ---- all agents ---- */

struct crowd {
    struct llmreg_agent **items; /* in the order of their ids */
    size_t count, room;
    bool failed;
};
/* LLMREG_ENOMEM.  crowd_fini in any case. */
LLMREG_MUSTCHECK int crowd_gather(struct ask *a,
                                  const struct llmreg_agent_filter *filter,
                                  struct crowd *out);
void crowd_fini(struct crowd *c);

/* {"NAME": [...]}, or {"NAME": [...], "count": n} */
struct crowd_list {
    const char *name;
    void (*write)(struct llmreg_json_out *w, const struct ask *a,
                  const struct llmreg_agent *agent);
    bool (*wanted)(const struct ask *a, const struct llmreg_agent *agent);
    bool count;
    const char *type; /* a first member of that name; NULL: none */
};
/* Answers with all of the filter that are wanted (NULL: all).
 * LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int crowd_send(struct ask *a,
                                const struct llmreg_agent_filter *filter,
                                const struct crowd_list *list);

#endif
