/* SPDX-License-Identifier: MIT */
/* fleet_json.c - candidates for a model, with what spoke for each.
 *
 * A reader has to be able to do the sum: every part comes with its points and
 * with the most it could have got, and the facts it was made from stand beside
 * it.  What is not known is null.
 */
#include <llmreg/fleet.h>
#include <llmreg/json.h>

static void number(struct llmreg_json_out *w, const char *key, int64_t n)
{
    if (n < 0)
        llmreg_json_null(w, key);
    else
        llmreg_json_integer(w, key, n);
}

static void write_facts(struct llmreg_json_out *w,
                        const struct llmreg_score_facts *f)
{
    llmreg_json_string(w, "health",
                       llmreg_health_text(f->degraded ? LLMREG_HEALTH_DEGRADED
                                                      : LLMREG_HEALTH_HEALTHY));
    if (f->loaded == LLMREG_UNKNOWN)
        llmreg_json_null(w, "loaded");
    else
        llmreg_json_bool(w, "loaded", f->loaded == LLMREG_YES);
    llmreg_json_integer(w, "pending", f->pending);
    llmreg_json_double(w, "latency_ms", f->latency_us / 1000); /* NAN: null */
    number(w, "model_bytes", f->model_bytes);
    number(w, "vram_free_bytes", f->vram_free_bytes);
    llmreg_json_integer(w, "priority", f->priority);
}

static void write_part(struct llmreg_json_out *w,
                       const struct llmreg_score *score,
                       enum llmreg_score_part part)
{
    llmreg_json_open_object(w, llmreg_score_part_text(part));
    llmreg_json_double(w, "points", score->parts[part]);
    llmreg_json_double(w, "of", llmreg_score_weight(part));
    llmreg_json_close_object(w);
}

static void write_candidate(struct llmreg_json_out *w,
                            const struct llmreg_candidate *c)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(c->endpoint);

    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "id", llmreg_endpoint_id(c->endpoint));
    llmreg_json_string(w, "url", spec->url);
    llmreg_json_string(w, "name", spec->name);
    write_facts(w, &c->facts);
    llmreg_json_double(w, "score", c->score.total);
    llmreg_json_open_object(w, "parts");
    for (int i = 0; i < LLMREG_SCORE_PARTS; i++)
        write_part(w, &c->score, i);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
    llmreg_spec_put(spec);
}

void llmreg_candidates_json(struct llmreg_json_out *w, const char *key,
                            const struct llmreg_candidates *c)
{
    llmreg_json_open_array(w, key);
    for (size_t i = 0; i < c->count; i++)
        write_candidate(w, &c->items[i]);
    llmreg_json_close_array(w);
}
