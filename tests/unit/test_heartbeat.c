/* SPDX-License-Identifier: MIT */
/* test_heartbeat.c - what a heartbeat may say (pitfalls C7, C8). */
#include <llmreg/agent.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct llmreg_measure metrics[LLMREG_MEASURES_MAX + 1];

static struct llmreg_heartbeat good(void)
{
    for (int i = 0; i <= LLMREG_MEASURES_MAX; i++)
        metrics[i] = (struct llmreg_measure){"load", 0.5};
    return (struct llmreg_heartbeat){.presence = LLMREG_PRESENCE_ONLINE,
                                     .health = LLMREG_HEALTH_HEALTHY,
                                     .activity = "working",
                                     .latency_us = 1500,
                                     .peer = "10.0.0.1",
                                     .hub = "hub-1",
                                     .metrics = metrics,
                                     .nmetrics = 2};
}

static void refuses(const struct llmreg_heartbeat *b, const char *part)
{
    struct llmreg_error err = {""};

    ck_assert_int_eq(llmreg_heartbeat_check(b, &err), LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, part) != NULL, "%s", err.text);
    ck_assert_int_eq(llmreg_heartbeat_check(b, NULL), LLMREG_EINVAL);
}

static void accepts(const struct llmreg_heartbeat *b)
{
    struct llmreg_error err = {""};

    ck_assert_msg(llmreg_heartbeat_check(b, &err) == LLMREG_OK, "%s", err.text);
}

START_TEST(C8_an_agent_may_say_three_presences_and_no_other)
{
    struct llmreg_heartbeat b = good();

    for (int p = 0; p < LLMREG_PRESENCES + 1; p++) {
        b.presence = (enum llmreg_presence)p;
        if (p == LLMREG_PRESENCE_ONLINE || p == LLMREG_PRESENCE_STARTING ||
            p == LLMREG_PRESENCE_STOPPED)
            accepts(&b);
        else
            refuses(&b, llmreg_presence_text(b.presence));
    }
}
END_TEST

START_TEST(health_is_a_word)
{
    struct llmreg_heartbeat b = good();

    b.health = LLMREG_HEALTH_STATES;
    refuses(&b, "health 5 is none");
}
END_TEST

START_TEST(latency_is_a_day_at_most)
{
    struct llmreg_heartbeat b = good();

    b.latency_us = -1;
    accepts(&b);
    b.latency_us = INT64_C(86400000000);
    accepts(&b);
    b.latency_us = -2;
    refuses(&b, "latency_us -2");
    b.latency_us = INT64_MAX;
    refuses(&b, "latency_us");
}
END_TEST

START_TEST(texts_have_bounds)
{
    char text[200];
    struct llmreg_heartbeat b = good();
    const char **const fields[] = {&b.activity, &b.peer, &b.hub};
    static const size_t max[] = {64, 63, 128};
    static const char *const name[] = {"activity", "peer", "hub"};

    memset(text, 'a', sizeof text);
    *fields[_i] = text;
    text[max[_i]] = '\0';
    accepts(&b);
    text[max[_i]] = 'a';
    text[max[_i] + 1] = '\0';
    refuses(&b, name[_i]);
    *fields[_i] = NULL;
    refuses(&b, "is missing");
    *fields[_i] = "\x7f";
    refuses(&b, name[_i]);
}
END_TEST

START_TEST(metrics_are_few_named_and_finite)
{
    struct llmreg_heartbeat b = good();

    b.nmetrics = LLMREG_MEASURES_MAX;
    accepts(&b);
    b.nmetrics++;
    refuses(&b, "number of metrics 33");
    b.nmetrics = 2;
    metrics[1].value = (double)NAN;
    refuses(&b, "metric \"load\" is not a finite number");
    metrics[1] = (struct llmreg_measure){"", 1};
    refuses(&b, "name of a metric");
}
END_TEST

START_TEST(metadata_is_checked_too)
{
    static const struct llmreg_member wrong[] = {{"a", "nul"}};
    struct llmreg_heartbeat b = good();

    b.metadata = wrong;
    b.nmetadata = 1;
    refuses(&b, "metadata a");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("heartbeat");
    TCase *t = tcase_create("heartbeat");

    tcase_add_test(t, C8_an_agent_may_say_three_presences_and_no_other);
    tcase_add_test(t, health_is_a_word);
    tcase_add_test(t, latency_is_a_day_at_most);
    tcase_add_loop_test(t, texts_have_bounds, 0, 3);
    tcase_add_test(t, metrics_are_few_named_and_finite);
    tcase_add_test(t, metadata_is_checked_too);
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
