/* SPDX-License-Identifier: MIT */
/* story.c - one function a step. */
#include "tests/support/story.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include <llmreg/text.h>

#include "tests/support/tenants.h"

static void add_first(struct room *r)
{
    room_add(r, "gpu1");
}

static void drain_first(struct room *r)
{
    room_admin(r, "gpu1", LLMREG_ADMIN_DRAINING, 0);
}

static void register_scout(struct room *r)
{
    tenant_add(r, "scout");
}

static void add_token(struct room *r)
{
    token_add(r, "ab12cd34");
}

static void add_second(struct room *r)
{
    room_add(r, "gpu2");
}

static void register_guard(struct room *r)
{
    tenant_add(r, "guard");
}

static void open_session(struct room *r)
{
    session_open(r, "s1", "scout", "guard");
}

static void remove_first(struct room *r)
{
    room_remove(r, "gpu1");
}

static void raise_alert(struct room *r)
{
    alert_set(r, "gpu2:11434", LLMREG_SEVERITY_FAILURE);
}

static void revoke_token(struct room *r)
{
    token_revoke(r, "ab12cd34");
}

static void close_session(struct room *r)
{
    session_close(r, "s1");
}

static void remove_scout(struct room *r)
{
    tenant_remove(r, "scout");
}

static void (*const steps[STORY_STEPS])(struct room *) = {
    add_first,      drain_first,  register_scout, add_token,
    register_guard, open_session, add_second,     remove_first,
    raise_alert,    revoke_token, close_session,  remove_scout,
};

void story_step(struct room *r, int step)
{
    steps[step](r);
}

/* ---- what is there ---- */

static void add_endpoint(struct room *r, struct llmreg_text *t,
                         const char *name)
{
    struct llmreg_endpoint *e = room_get(r, name);

    if (e != NULL)
        llmreg_text_addf(t, "%s=%s ", name,
                         llmreg_admin_text(llmreg_endpoint_intent(e).admin));
    llmreg_put(e);
}

static void add_agent(struct room *r, struct llmreg_text *t, const char *name)
{
    struct llmreg_agent *a = tenant_get(r, name);

    if (a != NULL)
        llmreg_text_addf(t, "%s ", name);
    llmreg_agent_put(a);
}

static void add_session(struct room *r, struct llmreg_text *t)
{
    const struct llmreg_session *s = llmreg_session_get(r->registry, "s1");

    /* No session is open after a restart. */
    if (s != NULL)
        llmreg_text_add(t, "s1 ");
    llmreg_session_put(s);
}

void story_describe(struct room *r, char out[static STORY_TEXT])
{
    const struct llmreg_alert *alert = alert_get(r, "gpu2:11434");
    struct llmreg_text t;

    llmreg_text_init(&t, out, STORY_TEXT);
    add_endpoint(r, &t, "gpu1");
    add_endpoint(r, &t, "gpu2");
    add_agent(r, &t, "scout");
    add_agent(r, &t, "guard");
    add_session(r, &t);
    llmreg_text_addf(&t, "token=%s alert=%s", token_state(r, "ab12cd34"),
                     alert == NULL ? "none" : "there");
    llmreg_alert_put(alert);
}
