/* SPDX-License-Identifier: MIT */
/* session_part.c - sessions in one block, and their references. */
#include "common/registry/session_part.h"

#include <stdlib.h>
#include <string.h>

#define BETWEEN " - "

static size_t name_room(const struct llmreg_session *s)
{
    return strlen(s->from) + sizeof BETWEEN + strlen(s->to);
}

static const char *pack_name(char *at, const struct llmreg_session *s)
{
    char *name = at;

    at = stpcpy(at, s->from);
    at = stpcpy(at, BETWEEN);
    (void)stpcpy(at, s->to);
    return name;
}

struct session_part *session_part_new(const struct llmreg_session *session)
{
    struct session_part *p =
        malloc(sizeof *p + part_room(session->id) + part_room(session->from) +
               part_room(session->to) + part_room(session->connection) +
               part_room(session->reason) + name_room(session));

    if (p == NULL)
        return NULL;
    part_init(&p->part);
    char *at = p->text;
    p->session = *session;
    p->session.id = part_pack(&at, session->id);
    p->session.from = part_pack(&at, session->from);
    p->session.to = part_pack(&at, session->to);
    p->session.connection = part_pack(&at, session->connection);
    p->session.reason = part_pack(&at, session->reason);
    p->name = pack_name(at, session);
    return p;
}

struct session_part *session_part_of(const struct llmreg_session *session)
{
    return rcu_holder(session, struct session_part, session);
}

const struct llmreg_session *llmreg_session_hold(const struct llmreg_session *s)
{
    part_hold(&session_part_of(s)->part);
    return s;
}

void llmreg_session_put(const struct llmreg_session *s)
{
    if (s != NULL)
        part_put(&session_part_of(s)->part);
}
