/* SPDX-License-Identifier: MIT */
/* test_sessions_model.c - agents come, go and meet at random, and each step is
 * also done to plain arrays: after it the registry must say the same.
 *
 * What must hold: one live session a pair, none of an agent that ended, a
 * history with its newest only, and one event for each change of a session.
 */
#include <llmreg/agents.h>
#include <llmreg/sessions.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/shrink.h"

#define AGENTS    5
#define LIVE      4 /* so that it gets full now and then */
#define KEPT      3
#define SESSIONS  2048
#define NAME_SIZE 24

/* One session that there ever was. */
struct naive {
    int from, to;
    enum llmreg_session_status status;
    double weight;
    bool kept; /* live, or in the history */
};

struct world {
    bool there[AGENTS], gone[AGENTS]; /* offline or stopped */
    struct naive sessions[SESSIONS];
    size_t count, history[SESSIONS], first, last; /* of the history */
    uint64_t events, seen;                        /* of sessions */
    struct llmreg_now now;
    struct llmreg_bus *bus;
    struct llmreg_subscription *events_of;
    struct llmreg_registry *r;
};

static const char *const names[AGENTS] = {"a0", "a1", "a2", "a3", "a4"};

enum operation { COME, GO, MARK, OPEN, USE, CLOSE };

struct step {
    enum operation what;
    int agent, other;
    enum llmreg_session_status status;
    enum llmreg_presence presence;
    unsigned back; /* the session that was made so many before the last */
};

static struct step decode(uint64_t n)
{
    static const enum operation often[] = {COME, COME, GO,  MARK,
                                           OPEN, OPEN, USE, CLOSE};
    static const enum llmreg_presence presences[] = {
        LLMREG_PRESENCE_OFFLINE, LLMREG_PRESENCE_STOPPED, LLMREG_PRESENCE_STALE,
        LLMREG_PRESENCE_ONLINE};
    const struct step s = {
        .what = often[n & 7],
        .agent = (int)((n >> 3) % AGENTS),
        .other = (int)((n >> 11) % AGENTS),
        .status =
            (enum llmreg_session_status)((n >> 19) % LLMREG_SESSION_STATUSES),
        .presence = presences[n >> 27 & 3],
        .back = n >> 29 & 7,
    };

    return s;
}

static void show(uint64_t n, char *out, size_t size)
{
    static const char *const words[] = {"come", "go",  "mark",
                                        "open", "use", "close"};
    const struct step s = decode(n);

    (void)snprintf(out, size, "%s %s %s, %s, %s, back %u", words[s.what],
                   names[s.agent], names[s.other],
                   llmreg_session_status_text(s.status),
                   llmreg_presence_text(s.presence), s.back);
}

static void name_of(size_t session, char out[static NAME_SIZE])
{
    (void)snprintf(out, NAME_SIZE, "s%zu", session);
}

/* ---- the arrays ---- */

static bool lives(const struct naive *n)
{
    return llmreg_session_lives(n->status);
}

static size_t live_ones(const struct world *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->count; i++)
        n += w->sessions[i].kept && lives(&w->sessions[i]);
    return n;
}

/* The one of the pair that lives, or NULL. */
static struct naive *of_pair(struct world *w, int a, int b)
{
    for (size_t i = 0; i < w->count; i++) {
        struct naive *n = &w->sessions[i];
        if (lives(n) &&
            ((n->from == a && n->to == b) || (n->from == b && n->to == a)))
            return n;
    }
    return NULL;
}

static void naive_close(struct world *w, size_t session,
                        enum llmreg_session_status status)
{
    w->sessions[session].status = status;
    w->events++;
    w->history[w->last++] = session;
    if (w->last - w->first > KEPT)
        w->sessions[w->history[w->first++]].kept = false;
}

static void naive_end(struct world *w, int agent)
{
    for (size_t i = 0; i < w->count; i++) {
        struct naive *n = &w->sessions[i];
        if (lives(n) && (n->from == agent || n->to == agent))
            naive_close(w, i, LLMREG_SESSION_CLOSED);
    }
}

static bool can_open(const struct world *w, int agent)
{
    return w->there[agent] && !w->gone[agent];
}

static int naive_open(struct world *w, const struct step *s)
{
    if (s->agent == s->other || !llmreg_session_lives(s->status))
        return LLMREG_EINVAL;
    if (!can_open(w, s->agent) || !can_open(w, s->other))
        return LLMREG_ENOENT;
    struct naive *n = of_pair(w, s->agent, s->other);
    if (n == NULL && live_ones(w) == LIVE)
        return LLMREG_EFULL;
    w->events += n == NULL || n->status != s->status;
    if (n == NULL) {
        n = &w->sessions[w->count++];
        *n = (struct naive){.from = s->agent, .to = s->other, .kept = true};
    }
    n->status = s->status;
    n->weight = s->back;
    return LLMREG_OK;
}

/* ---- the steps, in both ---- */

static const char *do_come(struct world *w, const struct step *s)
{
    const struct llmreg_agent_spec spec = {.id = names[s->agent],
                                           .type = "worker",
                                           .name = names[s->agent],
                                           .role = "",
                                           .domain = "",
                                           .cluster = "",
                                           .host = "",
                                           .url = "",
                                           .version = "",
                                           .interval_ms = 30000};

    int rc = llmreg_agent_register(w->r, &spec, "", NULL, NULL);
    w->there[s->agent] = true;
    w->gone[s->agent] = false;
    return rc == LLMREG_OK ? NULL : "an agent cannot come";
}

static const char *do_go(struct world *w, const struct step *s)
{
    int rc = llmreg_agent_remove(w->r, names[s->agent], 0, "");
    int expected = w->there[s->agent] ? LLMREG_OK : LLMREG_ENOENT;

    if (w->there[s->agent])
        naive_end(w, s->agent);
    w->there[s->agent] = false;
    return rc == expected ? NULL : "an agent cannot go";
}

static const char *do_mark(struct world *w, const struct step *s)
{
    int rc = llmreg_agent_mark(w->r, names[s->agent], s->presence, "", &w->now);

    if (!w->there[s->agent])
        return rc == LLMREG_ENOENT ? NULL : "nobody is marked";
    w->gone[s->agent] = s->presence == LLMREG_PRESENCE_OFFLINE ||
                        s->presence == LLMREG_PRESENCE_STOPPED;
    if (w->gone[s->agent])
        naive_end(w, s->agent);
    return rc == LLMREG_OK ? NULL : "an agent cannot be marked";
}

static struct llmreg_session wanted(const struct step *s, const char *id)
{
    const struct llmreg_session session = {.id = id,
                                           .from = names[s->agent],
                                           .to = names[s->other],
                                           .connection = "",
                                           .reason = "",
                                           .status = s->status,
                                           .weight = s->back,
                                           .latency_us = -1,
                                           .bandwidth_bps = -1};

    return session;
}

static const char *do_open(struct world *w, const struct step *s)
{
    char id[NAME_SIZE];

    if (w->count == SESSIONS)
        return NULL;
    name_of(w->count, id);
    const struct llmreg_session session = wanted(s, id);
    int rc = llmreg_session_open(w->r, &session, &w->now, NULL, NULL);
    return rc == naive_open(w, s) ? NULL : "an opening has another status";
}

static const char *do_use(struct world *w, const struct step *s, size_t session)
{
    struct naive *n = &w->sessions[session];
    const struct llmreg_session how = wanted(s, "");
    char id[NAME_SIZE];
    int expected = LLMREG_OK;

    name_of(session, id);
    int rc = llmreg_session_activity(w->r, id, &how, &w->now, NULL);
    if (!llmreg_session_lives(s->status))
        expected = LLMREG_EINVAL;
    else if (!lives(n))
        expected = LLMREG_ENOENT;
    if (expected == LLMREG_OK) {
        w->events += n->status != s->status;
        n->status = s->status;
        n->weight = s->back;
    }
    return rc == expected ? NULL : "an activity has another status";
}

static const char *do_close(struct world *w, const struct step *s,
                            size_t session)
{
    char id[NAME_SIZE];
    int expected = LLMREG_OK;

    name_of(session, id);
    int rc = llmreg_session_close(w->r, id, s->status, "", &w->now);
    if (llmreg_session_lives(s->status))
        expected = LLMREG_EINVAL;
    else if (!lives(&w->sessions[session]))
        expected = LLMREG_ENOENT;
    if (expected == LLMREG_OK)
        naive_close(w, session, s->status);
    return rc == expected ? NULL : "a closing has another status";
}

/* ---- is it the same? ---- */

static bool same(const struct llmreg_session *s, const struct naive *n)
{
    return s->status == n->status && strcmp(s->from, names[n->from]) == 0 &&
           strcmp(s->to, names[n->to]) == 0 && s->weight == n->weight &&
           (s->closed_ms == 0) == lives(n);
}

static const char *check_sessions(struct world *w)
{
    size_t from = w->count > 24 ? w->count - 24 : 0; /* older ones are gone */
    char id[NAME_SIZE];

    for (size_t i = from; i < w->count; i++) {
        name_of(i, id);
        const struct llmreg_session *s = llmreg_session_get(w->r, id);
        bool right = w->sessions[i].kept ? s != NULL && same(s, &w->sessions[i])
                                         : s == NULL;
        llmreg_session_put(s);
        if (!right)
            return "a session is another one";
    }
    return NULL;
}

static bool count(void *ctx, const struct llmreg_session *s)
{
    (void)s;
    ++*(size_t *)ctx;
    return true;
}

static const char *check_lists(struct world *w)
{
    for (int a = -1; a < AGENTS; a++)
        for (int live = 0; live < 2; live++) {
            size_t seen = 0, expected = 0;
            llmreg_each_session(w->r, a < 0 ? NULL : names[a], live == 1, count,
                                &seen);
            for (size_t i = 0; i < w->count; i++) {
                const struct naive *n = &w->sessions[i];
                expected += n->kept && lives(n) == (live == 1) &&
                            (a < 0 || n->from == a || n->to == a);
            }
            if (seen != expected)
                return "a list has others";
        }
    return NULL;
}

static const char *check_counts(struct world *w)
{
    struct llmreg_session_counts n;
    const struct llmreg_event *e = NULL;

    llmreg_session_count(w->r, &n);
    if (n.live != live_ones(w) || n.closed != w->last - w->first)
        return "other counts";
    while (llmreg_subscription_next(w->events_of, &e) == LLMREG_OK) {
        w->seen += e->entity == LLMREG_ENTITY_SESSION;
        llmreg_event_put(e);
    }
    return w->seen == w->events ? NULL : "other events";
}

static const char *act(struct world *w, const struct step *s)
{
    size_t session = w->count > s->back ? w->count - 1 - s->back : 0;
    const char *why = NULL;

    if (s->what == COME)
        why = do_come(w, s);
    if (s->what == GO)
        why = do_go(w, s);
    if (s->what == MARK)
        why = do_mark(w, s);
    if (s->what == OPEN)
        why = do_open(w, s);
    if (s->what == USE && w->count > 0)
        why = do_use(w, s, session);
    if (s->what == CLOSE && w->count > 0)
        why = do_close(w, s, session);
    w->now.mono_ns += LLMREG_NS_PER_MS;
    w->now.wall_ms++;
    if (why == NULL)
        why = check_sessions(w);
    if (why == NULL)
        why = check_lists(w);
    return why == NULL ? check_counts(w) : why;
}

/* ---- one life ---- */

static void read_clock(void *ctx, struct llmreg_now *out)
{
    *out = ((struct world *)ctx)->now;
}

static const char *play(const uint64_t *steps, size_t nsteps)
{
    struct world *w = calloc(1, sizeof *w);
    const struct llmreg_clock clock = {.read = read_clock, .ctx = w};
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    const char *why = NULL;

    if (w == NULL)
        return "no memory";
    conf.endpoints = conf.hosts = 1;
    conf.agents = AGENTS;
    conf.sessions = LIVE;
    conf.closed_kept = KEPT;
    w->now = (struct llmreg_now){LLMREG_NS_PER_S, 1000000};
    if (llmreg_bus_new(&w->bus, 64, 1) != LLMREG_OK ||
        llmreg_registry_new(&w->r, &conf, w->bus, &clock) != LLMREG_OK ||
        llmreg_subscribe(w->bus, 0, &w->events_of) != LLMREG_OK)
        return "it does not begin";
    for (size_t i = 0; i < nsteps && why == NULL; i++) {
        const struct step s = decode(steps[i]);
        why = act(w, &s);
    }
    llmreg_unsubscribe(w->events_of);
    llmreg_registry_free(w->r);
    llmreg_bus_free(w->bus);
    free(w);
    return why;
}

START_TEST(the_sessions_are_as_arrays_would_have_them)
{
    const struct shrink s = {.name = "sessions",
                             .runs = 30,
                             .steps = 1000,
                             .play = play,
                             .show = show};

    shrink_check(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sessions_model");
    TCase *tc = tcase_create("sessions_model");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, the_sessions_are_as_arrays_would_have_them);
    suite_add_tcase(suite, tc);
    SRunner *sr = srunner_create(suite);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
