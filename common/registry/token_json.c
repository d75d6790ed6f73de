/* SPDX-License-Identifier: MIT */
/* token_json.c - a token as people and programs get it: never its digest.
 *
 * What is not known is null, never 0 and never an empty word.
 */
#include <llmreg/json.h>
#include <llmreg/tokens.h>

#include "common/registry/known_json.h"

static void write_times(struct llmreg_json_out *w, const struct llmreg_token *t)
{
    llmreg_json_time(w, "created_at", "created_at_ms", t->created_ms);
    llmreg_json_time(w, "expires_at", "expires_at_ms", t->expires_ms);
    llmreg_json_time(w, "revoked_at", "revoked_at_ms", t->revoked_ms);
    llmreg_json_time(w, "used_at", "used_at_ms", llmreg_token_used(t));
}

void llmreg_token_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_token *t,
                       const struct llmreg_now *now)
{
    const enum llmreg_token_state state = llmreg_token_state(t, now->wall_ms);

    llmreg_json_open_object(w, key);
    llmreg_json_string(w, "id", t->id);
    known_text(w, JSON_KEY("name"), t->name);
    llmreg_json_string(w, "role", llmreg_role_text(t->role));
    llmreg_json_string(w, "state", llmreg_token_state_text(state));
    known_text(w, JSON_KEY("agent"), t->agent);
    known_text(w, JSON_KEY("host"), t->host);
    llmreg_json_string(w, "origin", t->origin);
    llmreg_json_bool(w, "approved", t->approved);
    known_number(w, JSON_KEY("uses"), t->uses == 0 ? -1 : (int64_t)t->uses);
    known_number(w, JSON_KEY("uses_left"),
                 t->uses == 0 ? -1 : (int64_t)t->uses_left);
    write_times(w, t);
    llmreg_json_close_object(w);
}
