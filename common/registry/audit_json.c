/* SPDX-License-Identifier: MIT */
/* audit_json.c - an entry of the audit as people and programs get it. */
#include <llmreg/audit.h>
#include <llmreg/json.h>

#include "common/registry/known_json.h"

void llmreg_audit_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_audit *entry)
{
    llmreg_json_open_object(w, key);
    json_member_integer(w, JSON_KEY("seq"), (int64_t)entry->seq);
    llmreg_json_time(w, "time", "time_ms", entry->time_ms);
    json_member_string(w, JSON_KEY("who"), entry->who);
    known_text(w, JSON_KEY("from"), entry->from);
    json_member_string(w, JSON_KEY("what"), entry->what);
    known_text(w, JSON_KEY("subject"), entry->subject);
    known_text(w, JSON_KEY("detail"), entry->detail);
    known_number(w, JSON_KEY("status"),
                 entry->status == 0 ? -1 : entry->status);
    llmreg_json_close_object(w);
}
