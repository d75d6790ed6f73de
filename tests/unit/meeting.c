/* SPDX-License-Identifier: MIT */
/* meeting.c - agents that have sessions with each other. */
#include "tests/unit/meeting.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX  64
#define TEXT_SIZE 1024

struct llmreg_session_result meeting_result;
struct llmreg_error meeting_error;

void meeting_setup(void)
{
    fleet_setup();
    people_add("a", "agent a");
    people_add("b", "agent b");
    people_add("c", "agent c");
    people_add("d", "agent d");
    fleet_skip_events();
    meeting_error.text[0] = '\0';
}

struct llmreg_session meeting_session(const char *from, const char *to)
{
    const struct llmreg_session s = {.id = "",
                                     .from = from,
                                     .to = to,
                                     .connection = "websocket",
                                     .reason = "",
                                     .type = LLMREG_SESSION_CLUSTER,
                                     .status = LLMREG_SESSION_ESTABLISHED,
                                     .weight = 1,
                                     .latency_us = -1,
                                     .bandwidth_bps = -1};

    return s;
}

int meeting_open(const struct llmreg_session *session)
{
    return llmreg_session_open(fleet, session, &fleet_now, &meeting_result,
                               &meeting_error);
}

const char *meeting_opens(const char *from, const char *to)
{
    const struct llmreg_session s = meeting_session(from, to);

    int rc = meeting_open(&s);
    ck_assert_msg(rc == LLMREG_OK, "%s", meeting_error.text);
    return meeting_result.id;
}

int meeting_close(const char *id)
{
    return llmreg_session_close(fleet, id, LLMREG_SESSION_CLOSED, "done",
                                &fleet_now);
}

const struct llmreg_session *meeting_get(const char *id)
{
    const struct llmreg_session *s = llmreg_session_get(fleet, id);

    ck_assert_msg(s != NULL, "no session %s", id);
    return s;
}

enum llmreg_session_status meeting_status(const char *id)
{
    const struct llmreg_session *s = meeting_get(id);
    enum llmreg_session_status status = s->status;

    llmreg_session_put(s);
    return status;
}

struct pairs {
    char text[LIST_MAX][2 * LLMREG_AGENT_ID_SIZE];
    size_t count;
};

static bool collect(void *ctx, const struct llmreg_session *s)
{
    struct pairs *p = ctx;

    ck_assert_uint_lt(p->count, LIST_MAX);
    (void)snprintf(p->text[p->count], sizeof p->text[0], "%s-%s", s->from,
                   s->to);
    p->count++;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

const char *meeting_list(const char *agent, bool live)
{
    static char text[sizeof(struct pairs)];
    struct pairs p = {.count = 0};
    size_t len = 0;

    llmreg_each_session(fleet, agent, live, collect, &p);
    qsort(p.text, p.count, sizeof p.text[0], by_text);
    text[0] = '\0';
    for (size_t i = 0; i < p.count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                i == 0 ? "" : " ", p.text[i]);
    return text;
}

const char *meeting_event(void)
{
    static char text[TEXT_SIZE];
    const struct llmreg_event *e = fleet_event();

    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(e->entity, LLMREG_ENTITY_SESSION);
    (void)snprintf(text, sizeof text, "%s %s %s>%s %s",
                   llmreg_event_type_text(e->type), e->subject, e->before,
                   e->after, e->reason);
    return text;
}
