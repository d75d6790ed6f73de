/* SPDX-License-Identifier: MIT */
/* test_settings_effect.c - each option of <Registry> that the registry is
 * made from changes what it does (B8, E9): a registry with the value given
 * is compared with one by default. */
#include "common/service/settings.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/agents.h>
#include <llmreg/bus.h>
#include <llmreg/hosts.h>

#define INTERVAL_MS 10000

static struct settings settings;
static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static struct llmreg_now now;
static struct llmreg_error err;

static void read_clock(void *ctx, struct llmreg_now *out)
{
    (void)ctx;
    *out = now;
}

static const struct llmreg_clock the_clock = {.read = read_clock};

static void setup(void)
{
    memset(&settings, 0, sizeof settings);
    now = (struct llmreg_now){LLMREG_NS_PER_S, 1000};
    ck_assert_int_eq(llmreg_bus_new(&bus, 64, 1), LLMREG_OK);
}

static void teardown(void)
{
    llmreg_registry_free(r);
    r = NULL;
    llmreg_bus_free(bus);
}

static void give(const char *key, double value)
{
    const struct llmreg_value v = {.type = LLMREG_VALUE_NUMBER,
                                   .number = value};
    const struct llmreg_item child = {.key = key, .values = &v, .nvalues = 1};
    const struct llmreg_item block = {
        .key = "Registry", .children = &child, .nchildren = 1};

    ck_assert_msg(settings_add(&settings, &block, "x", &err) == LLMREG_OK, "%s",
                  err.text);
}

/* The registry as the service makes it. */
static void start(void)
{
    struct settings_values values;

    ck_assert_msg(settings_get(&settings, &values, &err) == LLMREG_OK, "%s",
                  err.text);
    const struct llmreg_registry_conf conf = settings_registry(&values);
    ck_assert_int_eq(llmreg_registry_new(&r, &conf, bus, &the_clock),
                     LLMREG_OK);
}

static int add_endpoint(const char *id)
{
    char url[64];
    const struct llmreg_spec spec = {.id = id,
                                     .url = url,
                                     .name = "n",
                                     .host = "h",
                                     .series = "s",
                                     .origin = "",
                                     .interval_ms = 1000};

    (void)snprintf(url, sizeof url, "http://%s", id);
    return llmreg_set(r, &spec, NULL, &err);
}

static int add_agent(const char *id)
{
    const struct llmreg_agent_spec spec = {.id = id,
                                           .type = "worker",
                                           .name = id,
                                           .role = "",
                                           .domain = "",
                                           .cluster = "",
                                           .host = "",
                                           .url = "",
                                           .version = "",
                                           .source = LLMREG_SOURCE_AUTO,
                                           .interval_ms = INTERVAL_MS};

    return llmreg_agent_register(r, &spec, "", NULL, &err);
}

START_TEST(max_endpoints_has_effect)
{
    give("MaxEndpoints", 1);
    start();
    ck_assert_int_eq(add_endpoint("a:1"), LLMREG_OK);
    ck_assert_int_eq(add_endpoint("b:1"), LLMREG_EFULL);
}
END_TEST

START_TEST(max_agents_has_effect)
{
    give("MaxAgents", 1);
    start();
    ck_assert_int_eq(add_agent("a"), LLMREG_OK);
    ck_assert_int_eq(add_agent("b"), LLMREG_EFULL);
}
END_TEST

static int report(const char *id)
{
    const struct llmreg_resources sample = llmreg_resources_unknown();
    const struct llmreg_host_report host = {.id = id,
                                            .name = "",
                                            .agent = "",
                                            .interval_ms = 1000,
                                            .resources = &sample};

    return llmreg_host_report(r, &host, &now, NULL, &err);
}

START_TEST(max_hosts_has_effect)
{
    give("MaxHosts", 1);
    start();
    ck_assert_msg(report("a") == LLMREG_OK, "%s", err.text);
    ck_assert_int_eq(report("b"), LLMREG_EFULL);
}
END_TEST

static bool stale_after(int64_t seconds)
{
    struct llmreg_host_state state;

    start();
    ck_assert_msg(report("a") == LLMREG_OK, "%s", err.text);
    now.mono_ns += seconds * LLMREG_NS_PER_S;
    struct llmreg_host *h = llmreg_host_get(r, "a");
    llmreg_host_state(h, &now, &state);
    llmreg_host_put(h);
    return state.stale;
}

START_TEST(host_stale_after_has_effect)
{
    ck_assert(!stale_after(60));
    llmreg_registry_free(r);
    give("HostStaleAfter", 30);
    ck_assert(stale_after(60));
}
END_TEST

/* The word of a's presence after it was silent for so many intervals. */
static const char *silent_for(double intervals)
{
    start();
    ck_assert_msg(add_agent("a") == LLMREG_OK, "%s", err.text);
    for (double passed = 0; passed < intervals; passed += 0.5) {
        now.mono_ns += INTERVAL_MS * LLMREG_NS_PER_MS / 2;
        now.wall_ms += INTERVAL_MS / 2;
        (void)llmreg_tick(r, &now);
    }
    struct llmreg_agent *a = llmreg_agent_get(r, "a");
    const char *word =
        a == NULL ? "none" : llmreg_presence_text(llmreg_agent_presence(a));
    llmreg_agent_put(a);
    llmreg_registry_free(r);
    r = NULL;
    return word;
}

START_TEST(each_rung_of_the_ladder_has_effect)
{
    static const struct {
        const char *key;
        double value, silence; /* in intervals */
        const char *preset, *given;
    } rows[] = {
        {"LateAfter", 2.5, 2, "late", "connecting"},
        {"StaleAfter", 5, 4, "stale", "late"},
        {"OfflineAfter", 20, 12, "offline", "stale"},
        {"OfflineAfter", 3, 3.5, "stale", "offline"},
    };

    ck_assert_str_eq(silent_for(rows[_i].silence), rows[_i].preset);
    give(rows[_i].key, rows[_i].value);
    ck_assert_str_eq(silent_for(rows[_i].silence), rows[_i].given);
}
END_TEST

/* Ten intervals of 10 s until it is offline, and a minute. */
START_TEST(reap_after_has_effect_on_agents)
{
    ck_assert_str_eq(silent_for(17), "offline");
    give("ReapAfter", 60);
    ck_assert_str_eq(silent_for(17), "none");
}
END_TEST

/* The host, after it was silent for so long. */
static bool is_there_after(int64_t seconds)
{
    start();
    ck_assert_msg(report("a") == LLMREG_OK, "%s", err.text);
    now.mono_ns += seconds * LLMREG_NS_PER_S;
    (void)llmreg_tick(r, &now);
    struct llmreg_host *h = llmreg_host_get(r, "a");
    llmreg_host_put(h);
    llmreg_registry_free(r);
    r = NULL;
    return h != NULL;
}

START_TEST(reap_after_has_effect_on_hosts)
{
    ck_assert(is_there_after(3600));
    give("ReapAfter", 600);
    ck_assert(!is_there_after(3600));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings_effect");
    TCase *tc = tcase_create("settings_effect");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, max_endpoints_has_effect);
    tcase_add_test(tc, max_agents_has_effect);
    tcase_add_test(tc, max_hosts_has_effect);
    tcase_add_test(tc, host_stale_after_has_effect);
    tcase_add_loop_test(tc, each_rung_of_the_ladder_has_effect, 0, 4);
    tcase_add_test(tc, reap_after_has_effect_on_agents);
    tcase_add_test(tc, reap_after_has_effect_on_hosts);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
