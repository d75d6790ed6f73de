/* SPDX-License-Identifier: MIT */
/* race_sessions.c - a mistake with the published value of a session. */
#include <llmreg/sessions.h>

#include "common/registry/table.h"
#include "tests/stress/race.h"

#define ID "s-1"

static struct llmreg_registry *r;
static const struct llmreg_session session = {
    .id = ID,
    .from = "a",
    .to = "b",
    .connection = "",
    .reason = "",
    .status = LLMREG_SESSION_CLOSED,
};

static void open_session(void)
{
    r = race_registry();
    race_must(llmreg_session_restore(r, &session, NULL) == LLMREG_OK);
}

static void close_session(void)
{
    race_registry_free(r);
}

static void read_session(void)
{
    const struct llmreg_session *s = llmreg_session_get(r, ID);

    race_sink += s->status;
    llmreg_session_put(s);
}

static void write_session(bool wrong)
{
    struct session_part *new = session_part_new(&session);

    race_must(new != NULL);
    llmreg_lock(&r->sessions.lock);
    struct session_item *s =
        session_item_of(shelf_find(&r->sessions.shelf, ID));
    struct session_part *old = s->value;
    rcu_publish(&s->value, new);
    llmreg_unlock(&r->sessions.lock);
    if (wrong)
        part_put(&old->part);
    else
        part_retire(&old->part);
}

const struct race races_of_sessions[] = {
    {"session", open_session, read_session, write_session, close_session},
    {NULL, NULL, NULL, NULL, NULL},
};
