/* SPDX-License-Identifier: MIT */
/* test_agents_model.c - long random sequences of operations against a naive
 * array that does the same; after each step all that can be seen is compared.
 * A sequence after which it differs is made as short as it can be (shrink.h).
 */
#include <llmreg/text.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/shrink.h"
#include "tests/unit/people.h"

#define IDS   6
#define RUNS  30
#define STEPS 1000
#define REAP  LLMREG_NS_PER_S * 1000

/* One agent, as it must be. */
struct expected {
    bool there;
    int name; /* index of its name */
    int role; /* 0: none */
    bool gpu;
    int64_t interval_ms;
    enum llmreg_presence presence;
    enum llmreg_health_state health;
    int64_t seen_ns, counts_from_ns, ended_ns;
    uint64_t beats;
};

static struct expected model[IDS];

static const char *const ids[IDS] = {"a", "b", "c", "d", "e", "f"};
static const char *const names[IDS] = {"n0", "n1", "n2", "n3", "n4", "n5"};
static const char *const roles[] = {"", "edge", "core"};

/* ---- the operations, on both ---- */

static int who_has(int name)
{
    for (int i = 0; i < IDS; i++)
        if (model[i].there && model[i].name == name)
            return i;
    return -1;
}

static void set_presence(struct expected *m, enum llmreg_presence p)
{
    if (m->presence != p)
        m->ended_ns = fleet_now.mono_ns;
    m->presence = p;
}

static void registers(int i)
{
    static const struct llmreg_capability gpu[] = {{"gpu", "h100"}};
    int name = (int)shrink_below(IDS), other = who_has(name);
    struct expected *m = &model[i];
    struct llmreg_agent_spec spec = people_spec(ids[i], names[name]);
    int role = (int)shrink_below(3);

    spec.role = roles[role];
    spec.interval_ms = 1000 * (1 + shrink_below(3));
    spec.capabilities = gpu;
    spec.ncapabilities = shrink_below(2);
    int rc = llmreg_agent_register(fleet, &spec, "", NULL, NULL);
    EQUAL(rc, other >= 0 && other != i ? LLMREG_EEXIST : LLMREG_OK);
    if (rc != LLMREG_OK)
        return;
    if (!m->there)
        *m = (struct expected){.presence = LLMREG_PRESENCE_CONNECTING};
    if (m->presence >= LLMREG_PRESENCE_LATE)
        set_presence(m, LLMREG_PRESENCE_CONNECTING);
    m->there = true;
    m->name = name;
    m->role = role;
    m->gpu = spec.ncapabilities == 1;
    m->interval_ms = spec.interval_ms;
    m->seen_ns = fleet_now.mono_ns;
}

static void beats(int i)
{
    static const enum llmreg_presence said[] = {
        LLMREG_PRESENCE_ONLINE, LLMREG_PRESENCE_ONLINE, LLMREG_PRESENCE_ONLINE,
        LLMREG_PRESENCE_STARTING, LLMREG_PRESENCE_STOPPED};
    struct llmreg_heartbeat beat = people_heartbeat();
    struct expected *m = &model[i];

    beat.presence = said[shrink_below(5)];
    beat.health =
        shrink_below(4) == 0 ? LLMREG_HEALTH_UNHEALTHY : LLMREG_HEALTH_HEALTHY;
    EQUAL(people_send(ids[i], &beat), m->there ? LLMREG_OK : LLMREG_ENOENT);
    if (!m->there)
        return;
    set_presence(m, beat.presence);
    m->health = beat.health;
    m->seen_ns = fleet_now.mono_ns;
    m->beats++;
}

static void is_marked(int i)
{
    struct expected *m = &model[i];
    enum llmreg_presence p =
        (enum llmreg_presence)shrink_below(LLMREG_PRESENCES);

    EQUAL(llmreg_agent_mark(fleet, ids[i], p, "", &fleet_now),
          m->there ? LLMREG_OK : LLMREG_ENOENT);
    if (!m->there)
        return;
    set_presence(m, p);
    if (p < LLMREG_PRESENCE_LATE)
        m->counts_from_ns = fleet_now.mono_ns;
}

static void is_removed(int i)
{
    EQUAL(llmreg_agent_remove(fleet, ids[i], 0, ""),
          model[i].there ? LLMREG_OK : LLMREG_ENOENT);
    model[i].there = false;
}

static void falls(struct expected *m)
{
    int64_t from =
        m->seen_ns > m->counts_from_ns ? m->seen_ns : m->counts_from_ns;
    int64_t silent = fleet_now.mono_ns - from;
    int64_t interval = m->interval_ms * LLMREG_NS_PER_MS;

    if (m->presence < LLMREG_PRESENCE_LATE && silent >= interval * 3 / 2)
        m->presence = LLMREG_PRESENCE_LATE;
    if (m->presence == LLMREG_PRESENCE_LATE && silent >= interval * 3)
        m->presence = LLMREG_PRESENCE_STALE;
    if (m->presence == LLMREG_PRESENCE_STALE && silent >= interval * 10)
        set_presence(m, LLMREG_PRESENCE_OFFLINE);
}

static void time_goes_on(int ignored)
{
    (void)ignored;
    people_wait(shrink_below(8) == 0 ? 700000 : shrink_below(3000));
    (void)people_tick();
    for (int i = 0; i < IDS; i++) {
        struct expected *m = &model[i];
        bool ended = m->presence == LLMREG_PRESENCE_OFFLINE ||
                     m->presence == LLMREG_PRESENCE_STOPPED;
        if (ended && fleet_now.mono_ns - m->ended_ns >= REAP)
            m->there = false;
        falls(m);
    }
}

/* ---- the comparison ---- */

static void compare_one(int i)
{
    const struct expected *m = &model[i];
    struct llmreg_agent *a = llmreg_agent_get(fleet, ids[i]);
    struct llmreg_agent_state s;

    EQUAL(a != NULL, m->there);
    if (a != NULL && m->there) {
        llmreg_agent_state(a, &s);
        EQUAL(s.presence, m->presence);
        EQUAL(s.health, m->health);
        EQUAL(s.beats, m->beats);
        EQUAL(s.seen_mono_ns, m->seen_ns);
    }
    llmreg_agent_put(a);
}

static bool passes(const struct expected *m,
                   const struct llmreg_agent_filter *f)
{
    bool well =
        llmreg_is_present(m->presence) && m->health != LLMREG_HEALTH_UNHEALTHY;

    return m->there &&
           (f->role == NULL || strcmp(f->role, roles[m->role]) == 0) &&
           (f->capability == NULL || m->gpu) && (!f->healthy || well);
}

static void compare_filter(const struct llmreg_agent_filter *f)
{
    char right[64];
    struct llmreg_text text;
    struct llmreg_agent *a = llmreg_agent_choose(fleet, f);

    llmreg_text_init(&text, right, sizeof right);
    for (int i = 0; i < IDS; i++) {
        if (!passes(&model[i], f))
            continue;
        llmreg_text_add(&text, text.len == 0 ? "" : " ");
        llmreg_text_add(&text, ids[i]);
    }
    HOLDS(strcmp(people_with(f), right) == 0);
    EQUAL(a == NULL, right[0] == '\0');
    if (a != NULL)
        HOLDS(strstr(right, llmreg_agent_id(a)) != NULL);
    llmreg_agent_put(a);
}

static void compare(void)
{
    static const struct llmreg_agent_filter filters[] = {
        {.type = "worker"}, {.role = "edge"},
        {.role = "core"},   {.capability = "gpu"},
        {.healthy = true},  {.role = "edge", .capability = "gpu=h100"},
        {.type = NULL}};
    size_t by[LLMREG_PRESENCES] = {0};
    struct llmreg_agent_counts n;

    for (int i = 0; i < IDS; i++) {
        compare_one(i);
        if (model[i].there)
            by[model[i].presence]++;
    }
    llmreg_agent_count(fleet, &n);
    for (int p = 0; p < LLMREG_PRESENCES; p++)
        EQUAL(n.by_presence[p], by[p]);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        compare_filter(&filters[i]);
}

/* ---- playing ---- */

static const struct {
    const char *name;
    void (*run)(int i);
} table[] = {
    {"registers", registers}, {"registers", registers},
    {"is marked", is_marked}, {"is removed", is_removed},
    {"beats", beats},         {"beats", beats},
    {"beats", beats},         {"time goes on", time_goes_on},
};

#define TABLE (sizeof table / sizeof table[0])

static void begin_with(uint64_t step, unsigned *which, int *i)
{
    shrink_draw_from(step);
    *which = shrink_below(TABLE);
    *i = (int)shrink_below(IDS);
}

static void show(uint64_t step, char *out, size_t size)
{
    unsigned which;
    int i;

    begin_with(step, &which, &i);
    (void)snprintf(out, size, "%s %s (step %llu)", ids[i], table[which].name,
                   (unsigned long long)step);
}

static void begin(void)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    memset(model, 0, sizeof model);
    conf.agents = IDS;
    conf.endpoints = conf.hosts = conf.sessions = 1;
    conf.presence.reap_ns = REAP;
    fleet_now = (struct llmreg_now){.mono_ns = 5000000000, .wall_ms = 1000};
    EQUAL(llmreg_bus_new(&fleet_bus, 16, 1), LLMREG_OK);
    EQUAL(llmreg_registry_new(&fleet, &conf, fleet_bus, &fleet_clock),
          LLMREG_OK);
}

static const char *play(const uint64_t *steps, size_t count)
{
    unsigned which;
    int i;

    begin();
    for (size_t n = 0; n < count && shrink_wrong == NULL; n++) {
        begin_with(steps[n], &which, &i);
        table[which].run(i);
        compare();
    }
    llmreg_registry_free(fleet);
    llmreg_bus_free(fleet_bus);
    return shrink_wrong;
}

START_TEST(whatever_is_done_agents_are_as_in_a_naive_array)
{
    const struct shrink s = {.name = "agents",
                             .runs = RUNS,
                             .steps = STEPS,
                             .play = play,
                             .show = show};

    shrink_check(&s);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("agents_model");
    TCase *t = tcase_create("agents_model");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, whatever_is_done_agents_are_as_in_a_naive_array);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
