/* SPDX-License-Identifier: MIT */
/* test_settings_alert.c - <Alert "rule"> blocks: what they may say, how they
 * merge, and that each option has effect (B8, E9). */
#include "common/service/settings.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OKAY    LLMREG_SEVERITY_OKAY
#define WARNING LLMREG_SEVERITY_WARNING
#define FAILURE LLMREG_SEVERITY_FAILURE

static struct settings settings;
static struct settings_values values;
static struct llmreg_error err;

static void setup(void)
{
    memset(&settings, 0, sizeof settings);
    err.text[0] = '\0';
}

static void teardown(void)
{
}

static struct llmreg_value word(const char *s)
{
    return (struct llmreg_value){.type = LLMREG_VALUE_STRING, .string = s};
}

static struct llmreg_value number(double n)
{
    return (struct llmreg_value){.type = LLMREG_VALUE_NUMBER, .number = n};
}

/* <Registry> <Alert "rule"> key value </Alert> </Registry> */
static int add(const char *where, const char *rule, const char *key,
               struct llmreg_value value)
{
    const struct llmreg_value name = word(rule);
    const struct llmreg_item line = {
        .key = key, .values = &value, .nvalues = 1};
    const struct llmreg_item alert = {.key = "Alert",
                                      .values = &name,
                                      .nvalues = 1,
                                      .children = &line,
                                      .nchildren = 1};
    const struct llmreg_item block = {
        .key = "Registry", .children = &alert, .nchildren = 1};

    return settings_add(&settings, &block, where, &err);
}

static void must_add(const char *rule, const char *key,
                     struct llmreg_value value)
{
    ck_assert_msg(add("here", rule, key, value) == LLMREG_OK, "%s", err.text);
}

static const struct llmreg_rule_conf *get(enum llmreg_rule_id rule)
{
    ck_assert_msg(settings_get(&settings, &values, &err) == LLMREG_OK, "%s",
                  err.text);
    return &values.rules[rule];
}

static void has(const char *piece)
{
    ck_assert_msg(strstr(err.text, piece) != NULL, "no \"%s\" in: %s", piece,
                  err.text);
}

static bool same(const struct llmreg_rule_conf *a,
                 const struct llmreg_rule_conf *b)
{
    return a->severity == b->severity && a->after_ns == b->after_ns &&
           a->clear_ns == b->clear_ns && a->cool_ns == b->cool_ns &&
           a->flap_ns == b->flap_ns && a->threshold == b->threshold &&
           a->margin == b->margin;
}

/* ---- what is given ---- */

START_TEST(without_a_block_a_rule_is_as_preset)
{
    enum llmreg_rule_id rule = (enum llmreg_rule_id)_i;

    ck_assert(same(get(rule), &llmreg_rule_info(rule)->preset));
}
END_TEST

/* And no other rule, nor any other option of this one. */
START_TEST(an_option_changes_what_it_names_and_nothing_else)
{
    enum llmreg_rule_id rule = (enum llmreg_rule_id)_i;
    const struct llmreg_rule_info *info = llmreg_rule_info(rule);
    struct llmreg_rule_conf wanted = info->preset;

    must_add(info->name, "After", number(7));
    wanted.after_ns = 7 * LLMREG_NS_PER_S;
    ck_assert(same(get(rule), &wanted));
    must_add(info->name, "ClearAfter", number(8));
    wanted.clear_ns = 8 * LLMREG_NS_PER_S;
    ck_assert(same(get(rule), &wanted));
    must_add(info->name, "CoolDown", number(9.5));
    wanted.cool_ns = 95 * LLMREG_NS_PER_S / 10;
    ck_assert(same(get(rule), &wanted));
    must_add(info->name, "FlapClearAfter", number(10));
    wanted.flap_ns = 10 * LLMREG_NS_PER_S;
    ck_assert(same(get(rule), &wanted));
    must_add(info->name, "Severity", word("off"));
    wanted.severity = OKAY;
    ck_assert(same(get(rule), &wanted));
    for (int i = 0; i < LLMREG_RULES; i++)
        if (i != _i)
            ck_assert(same(&values.rules[i],
                           &llmreg_rule_info((enum llmreg_rule_id)i)->preset));
}
END_TEST

START_TEST(a_severity_is_one_of_three_words)
{
    static const struct {
        const char *word;
        int64_t severity;
    } good[] = {{"failure", FAILURE}, {"warning", WARNING}, {"off", OKAY},
                {"FAILURE", FAILURE}, {"Warning", WARNING}, {"Off", OKAY}};

    must_add("store_failed", "Severity", word(good[_i].word));
    ck_assert_int_eq(get(LLMREG_RULE_STORE_FAILED)->severity,
                     good[_i].severity);
}
END_TEST

START_TEST(another_word_is_no_severity)
{
    static const char *const bad[] = {"okay", "critical", "", "failures",
                                      "fail"};

    ck_assert_int_eq(add("here", "store_failed", "Severity", word(bad[_i])),
                     LLMREG_EINVAL);
    has("here, Alert \"store_failed\": Severity");
}
END_TEST

START_TEST(a_threshold_and_a_margin_are_taken_where_there_are_any)
{
    enum llmreg_rule_id rule = (enum llmreg_rule_id)_i;
    const struct llmreg_rule_info *info = llmreg_rule_info(rule);
    int threshold =
        add("here", info->name, "Threshold", number(info->threshold_max));

    ck_assert_int_eq(threshold, info->unit == NULL ? LLMREG_EINVAL : LLMREG_OK);
    if (threshold != LLMREG_OK) {
        has(info->name);
        has("Threshold: this rule has none");
        return;
    }
    ck_assert(get(rule)->threshold == info->threshold_max);
    int margin = add("here", info->name, "Margin", number(0.01));
    ck_assert_int_eq(margin, info->has_margin ? LLMREG_OK : LLMREG_EINVAL);
    if (margin == LLMREG_OK)
        ck_assert(get(rule)->margin == 0.01);
    else
        has("Margin: this rule has none");
}
END_TEST

START_TEST(a_threshold_out_of_its_range_names_it_and_the_unit)
{
    ck_assert_int_eq(add("here", "vram_high", "Threshold", number(95)),
                     LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "here, Alert \"vram_high\": Threshold 95: "
                               "allowed are 0.01 to 0.99 ratio");
}
END_TEST

/* B12: it would never clear. */
START_TEST(a_margin_over_the_threshold_is_a_mistake)
{
    ck_assert_int_eq(add("one", "vram_high", "Margin", number(0.9)), LLMREG_OK);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_OK);
    ck_assert_int_eq(add("two", "vram_high", "Threshold", number(0.8)),
                     LLMREG_OK);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_EINVAL);
    has("Alert \"vram_high\": Margin 0.9 is over Threshold 0.8");
}
END_TEST

START_TEST(delays_have_a_range)
{
    static const char *const keys[] = {"After", "ClearAfter", "CoolDown",
                                       "FlapClearAfter"};

    must_add("model_lost", keys[_i], number(0));
    setup();
    must_add("model_lost", keys[_i], number(604800));
    ck_assert_int_eq(add("here", "agent_offline", keys[_i], number(604801)),
                     LLMREG_EINVAL);
    has("allowed are 0 to 604800 seconds");
    ck_assert_int_eq(add("here", "agent_offline", keys[_i], number(-1)),
                     LLMREG_EINVAL);
}
END_TEST

/* ---- mistakes ---- */

START_TEST(an_unknown_rule_is_told_the_ones_there_are)
{
    ck_assert_int_eq(add("here", "disk_full", "After", number(1)),
                     LLMREG_ENOENT);
    has("here, Alert \"disk_full\": no such rule: allowed are "
        "endpoint_unhealthy, model_lost, ");
    has(", store_failed");
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_EINVAL);
}
END_TEST

START_TEST(an_unknown_option_is_told_the_ones_there_are)
{
    ck_assert_int_eq(add("here", "vram_high", "Limit", number(1)),
                     LLMREG_ENOENT);
    ck_assert_str_eq(err.text,
                     "here, Alert \"vram_high\": unknown option Limit: allowed "
                     "are Severity, After, ClearAfter, FlapClearAfter, "
                     "CoolDown, Threshold, Margin");
}
END_TEST

START_TEST(a_block_has_one_name)
{
    const struct llmreg_value names[] = {word("vram_high"), word("kind_down"),
                                         number(3)};
    const struct llmreg_item alerts[] = {
        {.key = "Alert"},
        {.key = "alert", .values = names, .nvalues = 2},
        {.key = "ALERT", .values = names + 2, .nvalues = 1},
    };
    const struct llmreg_item block = {
        .key = "Registry", .children = &alerts[_i], .nchildren = 1};

    ck_assert_int_eq(settings_add(&settings, &block, "here", &err),
                     LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "here: an Alert block takes one name of a rule");
}
END_TEST

START_TEST(a_block_in_a_block_is_a_mistake)
{
    const struct llmreg_value name = word("vram_high"), n = number(1);
    const struct llmreg_item inner = {.key = "x", .values = &n, .nvalues = 1};
    const struct llmreg_item after = {.key = "After",
                                      .values = &n,
                                      .nvalues = 1,
                                      .children = &inner,
                                      .nchildren = 1};
    const struct llmreg_item alert = {.key = "Alert",
                                      .values = &name,
                                      .nvalues = 1,
                                      .children = &after,
                                      .nchildren = 1};
    const struct llmreg_item block = {
        .key = "Registry", .children = &alert, .nchildren = 1};

    ck_assert_int_eq(settings_add(&settings, &block, "here", &err),
                     LLMREG_EINVAL);
    has("After is an option, not a block");
}
END_TEST

START_TEST(a_rule_twice_in_one_block_is_one_rule)
{
    const struct llmreg_value name = word("vram_high"), n = number(1);
    const struct llmreg_item lines[] = {
        {.key = "After", .values = &n, .nvalues = 1},
        {.key = "CoolDown", .values = &n, .nvalues = 1},
    };
    struct llmreg_item alerts[2] = {
        {.key = "Alert", .values = &name, .nvalues = 1, .nchildren = 1},
        {.key = "Alert", .values = &name, .nvalues = 1, .nchildren = 1}};
    const struct llmreg_item block = {
        .key = "Registry", .children = alerts, .nchildren = 2};

    alerts[0].children = &lines[0];
    alerts[1].children = &lines[1];
    ck_assert_int_eq(settings_add(&settings, &block, "here", &err), LLMREG_OK);
    ck_assert_int_eq(get(LLMREG_RULE_VRAM_HIGH)->cool_ns, LLMREG_NS_PER_S);
    alerts[1].children = &lines[0];
    setup();
    ck_assert_int_eq(settings_add(&settings, &block, "here", &err),
                     LLMREG_EEXIST);
    has("Alert \"vram_high\": After is given twice");
}
END_TEST

/* ---- several blocks ---- */

START_TEST(blocks_add_up_and_may_say_the_same)
{
    must_add("vram_high", "Severity", word("failure"));
    must_add("vram_high", "Severity", word("FAILURE"));
    must_add("vram_high", "After", number(5));
    must_add("vram_high", "After", number(5.0));
    must_add("kind_down", "After", number(6));
    ck_assert_int_eq(get(LLMREG_RULE_VRAM_HIGH)->severity, FAILURE);
    ck_assert_int_eq(values.rules[LLMREG_RULE_VRAM_HIGH].after_ns,
                     5 * LLMREG_NS_PER_S);
    ck_assert_int_eq(values.rules[LLMREG_RULE_KIND_DOWN].after_ns,
                     6 * LLMREG_NS_PER_S);
}
END_TEST

START_TEST(two_values_are_a_mistake_that_names_both_places)
{
    static const struct {
        const char *key, *said;
        struct llmreg_value a, b;
    } rows[] = {
        {"Severity",
         "\"warning\" differs from \"off\"",
         {.type = LLMREG_VALUE_STRING, .string = "off"},
         {.type = LLMREG_VALUE_STRING, .string = "warning"}},
        {"CoolDown",
         "2 differs from 1",
         {.type = LLMREG_VALUE_NUMBER, .number = 1},
         {.type = LLMREG_VALUE_NUMBER, .number = 2}},
        {"Threshold",
         "0.6 differs from 0.5",
         {.type = LLMREG_VALUE_NUMBER, .number = 0.5},
         {.type = LLMREG_VALUE_NUMBER, .number = 0.6}},
    };
    char both[128];

    ck_assert_int_eq(add("block one", "vram_high", rows[_i].key, rows[_i].a),
                     LLMREG_OK);
    ck_assert_int_eq(add("block two", "vram_high", rows[_i].key, rows[_i].b),
                     LLMREG_EEXIST);
    (void)snprintf(both, sizeof both,
                   "block two, Alert \"vram_high\": %s %s in block one",
                   rows[_i].key, rows[_i].said);
    has(both);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_EINVAL);
}
END_TEST

/* ---- effect, through the step that uses them ---- */

static struct llmreg_alert_state state;

static enum llmreg_alert_action step(int64_t second,
                                     enum llmreg_severity severity)
{
    const struct llmreg_finding found = {true, true, severity};
    const struct llmreg_now now = {(second + 1) * LLMREG_NS_PER_S, second};

    return llmreg_alert_step(&state, &found, get(LLMREG_RULE_VRAM_HIGH), &now,
                             &state);
}

static void only_delay(const char *key)
{
    static const char *const keys[] = {"After", "ClearAfter", "CoolDown",
                                       "FlapClearAfter"};

    memset(&state, 0, sizeof state);
    for (size_t i = 0; i < 4; i++)
        must_add("vram_high", keys[i],
                 number(strcmp(key, keys[i]) == 0 ? 10 : 0));
}

START_TEST(severity_has_effect)
{
    only_delay("");
    must_add("vram_high", "Severity", word("failure"));
    ck_assert_int_eq(step(0, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(state.severity, FAILURE);
    setup();
    must_add("vram_high", "Severity", word("off"));
    ck_assert_int_eq(step(1, FAILURE), LLMREG_ALERT_CLEAR);
}
END_TEST

START_TEST(after_has_effect)
{
    only_delay("After");
    ck_assert_int_eq(step(0, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(step(9, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(step(10, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(step(11, OKAY), LLMREG_ALERT_CLEAR);
}
END_TEST

START_TEST(clear_after_has_effect)
{
    only_delay("ClearAfter");
    ck_assert_int_eq(step(0, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(step(1, OKAY), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(step(10, OKAY), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(step(11, OKAY), LLMREG_ALERT_CLEAR);
}
END_TEST

START_TEST(flap_clear_after_has_effect)
{
    only_delay("FlapClearAfter");
    for (int64_t second = 0; second < 4; second += 2) {
        ck_assert_int_eq(step(second, FAILURE), LLMREG_ALERT_FIRE);
        ck_assert_int_eq(step(second + 1, OKAY), LLMREG_ALERT_CLEAR);
    }
    ck_assert_int_eq(step(4, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(step(5, OKAY), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(step(14, OKAY), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(step(15, OKAY), LLMREG_ALERT_CLEAR);
}
END_TEST

START_TEST(cool_down_has_effect)
{
    only_delay("CoolDown");
    ck_assert_int_eq(step(0, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(step(1, OKAY), LLMREG_ALERT_CLEAR);
    ck_assert_int_eq(step(2, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(step(10, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(step(11, FAILURE), LLMREG_ALERT_FIRE);
}
END_TEST

static enum llmreg_severity at(double share, bool raised)
{
    return llmreg_finding_over(share, raised, get(LLMREG_RULE_VRAM_HIGH))
        .severity;
}

START_TEST(threshold_and_margin_have_effect)
{
    ck_assert_int_eq(at(0.6, false), OKAY);
    must_add("vram_high", "Threshold", number(0.5));
    ck_assert_int_eq(at(0.6, false), FAILURE);
    ck_assert_int_eq(at(0.4, true), OKAY);
    must_add("vram_high", "Margin", number(0.2));
    ck_assert_int_eq(at(0.4, true), FAILURE);
    ck_assert_int_eq(at(0.25, true), OKAY);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("settings_alert");
    TCase *tc = tcase_create("settings_alert");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, without_a_block_a_rule_is_as_preset, 0,
                        LLMREG_RULES);
    tcase_add_loop_test(tc, an_option_changes_what_it_names_and_nothing_else, 0,
                        LLMREG_RULES);
    tcase_add_loop_test(tc, a_severity_is_one_of_three_words, 0, 6);
    tcase_add_loop_test(tc, another_word_is_no_severity, 0, 5);
    tcase_add_loop_test(tc,
                        a_threshold_and_a_margin_are_taken_where_there_are_any,
                        0, LLMREG_RULES);
    tcase_add_test(tc, a_threshold_out_of_its_range_names_it_and_the_unit);
    tcase_add_test(tc, a_margin_over_the_threshold_is_a_mistake);
    tcase_add_loop_test(tc, delays_have_a_range, 0, 4);
    tcase_add_test(tc, an_unknown_rule_is_told_the_ones_there_are);
    tcase_add_test(tc, an_unknown_option_is_told_the_ones_there_are);
    tcase_add_loop_test(tc, a_block_has_one_name, 0, 3);
    tcase_add_test(tc, a_block_in_a_block_is_a_mistake);
    tcase_add_test(tc, a_rule_twice_in_one_block_is_one_rule);
    tcase_add_test(tc, blocks_add_up_and_may_say_the_same);
    tcase_add_loop_test(tc, two_values_are_a_mistake_that_names_both_places, 0,
                        3);
    tcase_add_test(tc, severity_has_effect);
    tcase_add_test(tc, after_has_effect);
    tcase_add_test(tc, clear_after_has_effect);
    tcase_add_test(tc, flap_clear_after_has_effect);
    tcase_add_test(tc, cool_down_has_effect);
    tcase_add_test(tc, threshold_and_margin_have_effect);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
