/* SPDX-License-Identifier: MIT */
/* test_agent.c - a good specification of an agent passes; each wrong field is
 * named (pitfall C7).
 */
#include <llmreg/agent.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct llmreg_capability can[LLMREG_CAPABILITIES_MAX + 1];
static char names[LLMREG_CAPABILITIES_MAX + 1][8];

static struct llmreg_agent_spec good(void)
{
    static const struct llmreg_member metadata[] = {{"a", "1"}};

    for (int i = 0; i <= LLMREG_CAPABILITIES_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "c%d", i);
        can[i] = (struct llmreg_capability){names[i], ""};
    }
    return (struct llmreg_agent_spec){.id = "agent-1/a@b:c+d_e",
                                      .type = "performance_2",
                                      .name = "Agent \xc3\xa9",
                                      .role = "worker",
                                      .domain = "lab",
                                      .cluster = "in_cluster",
                                      .host = "GPU1.example",
                                      .url = "http://gpu1.example:8000/x",
                                      .version = "1.2",
                                      .source = LLMREG_SOURCE_AUTO,
                                      .interval_ms = 30000,
                                      .capabilities = can,
                                      .ncapabilities = 2,
                                      .metadata = metadata,
                                      .nmetadata = 1};
}

static void refuses(const struct llmreg_agent_spec *spec, const char *part)
{
    struct llmreg_error err = {""};

    ck_assert_int_eq(llmreg_agent_check(spec, &err), LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, part) != NULL, "%s", err.text);
    ck_assert_int_eq(llmreg_agent_check(spec, NULL), LLMREG_EINVAL);
}

static void accepts(const struct llmreg_agent_spec *spec)
{
    struct llmreg_error err = {""};

    ck_assert_msg(llmreg_agent_check(spec, &err) == LLMREG_OK, "%s", err.text);
}

START_TEST(a_good_specification_passes)
{
    struct llmreg_agent_spec s = good();

    accepts(&s);
    s.id = s.role = s.domain = s.cluster = s.host = s.url = s.version = "";
    s.ncapabilities = s.nmetadata = 0;
    s.capabilities = NULL;
    s.metadata = NULL;
    accepts(&s);
}
END_TEST

static const struct {
    const char *name;
    size_t at;
    size_t max;
    bool needed;
} texts[] = {
    {"id", offsetof(struct llmreg_agent_spec, id), 128, false},
    {"type", offsetof(struct llmreg_agent_spec, type), 64, true},
    {"name", offsetof(struct llmreg_agent_spec, name), 256, true},
    {"role", offsetof(struct llmreg_agent_spec, role), 64, false},
    {"domain", offsetof(struct llmreg_agent_spec, domain), 64, false},
    {"cluster", offsetof(struct llmreg_agent_spec, cluster), 64, false},
    {"host", offsetof(struct llmreg_agent_spec, host), 253, false},
    {"version", offsetof(struct llmreg_agent_spec, version), 64, false},
};

#define TEXTS (sizeof texts / sizeof texts[0])

static struct llmreg_agent_spec with(size_t i, const char *s)
{
    struct llmreg_agent_spec spec = good();

    memcpy((char *)&spec + texts[i].at, &s, sizeof s);
    return spec;
}

START_TEST(every_text_has_its_bounds)
{
    char text[300], part[64];
    struct llmreg_agent_spec s = with((size_t)_i, text);

    memset(text, 'a', sizeof text);
    text[texts[_i].max] = '\0';
    accepts(&s);
    text[texts[_i].max] = 'a';
    text[texts[_i].max + 1] = '\0';
    (void)snprintf(part, sizeof part, "has %zu bytes, allowed are %d to %zu",
                   texts[_i].max + 1, texts[_i].needed, texts[_i].max);
    refuses(&s, part);
    refuses(&s, texts[_i].name);
    text[0] = '\0';
    if (texts[_i].needed)
        refuses(&s, texts[_i].name);
    else
        accepts(&s);
    s = with((size_t)_i, NULL);
    (void)snprintf(part, sizeof part, "%s is missing", texts[_i].name);
    refuses(&s, part);
}
END_TEST

START_TEST(no_text_has_control_characters)
{
    struct llmreg_agent_spec s = with((size_t)_i, "a\x1b[2J");

    refuses(&s, texts[_i].name);
    s = with((size_t)_i, "\xff");
    refuses(&s, texts[_i].name);
}
END_TEST

START_TEST(an_id_has_few_characters)
{
    struct llmreg_agent_spec s = good();

    s.id = "a b";
    refuses(&s, "id \"a b\" may have");
    s.id = "a\xc3\xa9";
    refuses(&s, "id");
}
END_TEST

START_TEST(C7_a_type_is_a_small_word)
{
    static const char *const wrong[] = {"Banana", "a b", "a.b", "\xc3\xa9",
                                        "a/b"};
    struct llmreg_agent_spec s = good();

    s.type = wrong[_i];
    refuses(&s, "type");
}
END_TEST

START_TEST(a_host_is_one_and_a_url_is_canonical)
{
    struct llmreg_agent_spec s = good();

    s.host = "a b";
    refuses(&s, "host");
    s = good();
    s.url = "http://gpu1.example:99999";
    refuses(&s, "99999");
    s.url = "HTTP://GPU1.example:8000/";
    refuses(&s, "http://gpu1.example:8000");
    s.url = "ftp://x";
    refuses(&s, "ftp");
}
END_TEST

START_TEST(C7_words_and_numbers_are_in_range)
{
    struct llmreg_agent_spec s = good();

    s.source = LLMREG_SOURCES;
    refuses(&s, "source 4");
    s = good();
    s.interval_ms = 999;
    refuses(&s, "interval_ms 999 is not within 1000 to 86400000");
    s.interval_ms = 1000;
    accepts(&s);
    s.interval_ms = 86400000;
    accepts(&s);
    s.interval_ms = 86400001;
    refuses(&s, "interval_ms");
}
END_TEST

START_TEST(capabilities_are_few_short_and_different)
{
    struct llmreg_agent_spec s = good();

    s.ncapabilities = LLMREG_CAPABILITIES_MAX;
    accepts(&s);
    s.ncapabilities++;
    refuses(&s, "65 is not within 0 to 64");
    s = good();
    can[1].name = "c0";
    refuses(&s, "capability \"c0\" is given twice");
    can[1].value = "x";
    accepts(&s);
    can[1].name = "a=b";
    refuses(&s, "no '='");
    can[1].name = "";
    refuses(&s, "capability");
    can[1] = (struct llmreg_capability){"a", NULL};
    refuses(&s, "value of a capability is missing");
}
END_TEST

START_TEST(metadata_is_checked_too)
{
    static const struct llmreg_member wrong[] = {{"a", "{"}};
    struct llmreg_agent_spec s = good();

    s.metadata = wrong;
    refuses(&s, "metadata a: { is not JSON");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("agent");
    TCase *t = tcase_create("agent");

    tcase_add_test(t, a_good_specification_passes);
    tcase_add_loop_test(t, every_text_has_its_bounds, 0, TEXTS);
    tcase_add_loop_test(t, no_text_has_control_characters, 0, TEXTS);
    tcase_add_test(t, an_id_has_few_characters);
    tcase_add_loop_test(t, C7_a_type_is_a_small_word, 0, 5);
    tcase_add_test(t, a_host_is_one_and_a_url_is_canonical);
    tcase_add_test(t, C7_words_and_numbers_are_in_range);
    tcase_add_test(t, capabilities_are_few_short_and_different);
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
