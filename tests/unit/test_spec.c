/* SPDX-License-Identifier: MIT */
/* test_spec.c - a good specification passes; each wrong field is named. */
#include <llmreg/endpoint.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct llmreg_label labels[LLMREG_LABELS_MAX + 1];
static char names[LLMREG_LABELS_MAX + 1][16];

static struct llmreg_spec good(void)
{
    for (int i = 0; i <= LLMREG_LABELS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "l%d", i);
        labels[i] = (struct llmreg_label){names[i], ""};
    }
    return (struct llmreg_spec){.id = "gpu1.example:11434",
                                .url = "http://gpu1.example:11434",
                                .name = "GPU 1 \xc3\xa9",
                                .host = "gpu1.example",
                                .series = "11434",
                                .origin = "",
                                .kind = LLMREG_KIND_OLLAMA,
                                .source = LLMREG_SOURCE_STATIC,
                                .priority = LLMREG_PRIORITY_DEFAULT,
                                .interval_ms = 30000,
                                .labels = labels,
                                .nlabels = 2};
}

static void accepts(const struct llmreg_spec *spec)
{
    struct llmreg_error err = {""};

    ck_assert_msg(llmreg_spec_check(spec, &err) == LLMREG_OK, "%s", err.text);
}

static void refuses(const struct llmreg_spec *spec, const char *part)
{
    struct llmreg_error err = {""};

    ck_assert_int_eq(llmreg_spec_check(spec, &err), LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, part) != NULL, "%s", err.text);
    ck_assert_int_eq(llmreg_spec_check(spec, NULL), LLMREG_EINVAL);
}

/* count times the letter c, with a tail. */
static const char *filled(char *out, char c, size_t count, const char *tail)
{
    memset(out, c, count);
    snprintf(out + count, 16, "%s", tail);
    return out;
}

START_TEST(a_good_specification_passes)
{
    struct llmreg_spec s = good();

    accepts(&s);
    s.labels = NULL;
    s.nlabels = 0;
    s.origin = "/etc/collectd/llm-endpoints.json";
    accepts(&s);
}
END_TEST

START_TEST(a_missing_text_is_named)
{
    static const char *const missing[] = {"id is missing", "url is missing",
                                          "name is missing", "host is missing",
                                          "series is missing"};
    struct llmreg_spec s = good();
    const char **fields[] = {&s.id, &s.url, &s.name, &s.host, &s.series};

    *fields[_i] = NULL;
    refuses(&s, missing[_i]);
    *fields[_i] = "";
    refuses(&s, "has 0 bytes, allowed are 1 to ");
}
END_TEST

START_TEST(what_may_be_empty_may_be_missing)
{
    struct llmreg_spec s = good();

    s.origin = s.owner = "";
    accepts(&s);
    s.origin = s.owner = NULL;
    accepts(&s);
}
END_TEST

START_TEST(a_name_may_have_127_bytes)
{
    struct llmreg_spec s = good();
    char text[256];

    s.name = filled(text, 'a', 127, "");
    accepts(&s);
    s.name = filled(text, 'a', 128, "");
    refuses(&s, "has 128 bytes, allowed are 1 to 127");
}
END_TEST

START_TEST(host_and_series_may_have_100_bytes)
{
    struct llmreg_spec s = good();
    char text[256];

    s.host = s.series = filled(text, 'a', 100, "");
    accepts(&s);
    filled(text, 'a', 101, "");
    refuses(&s, "host");
    s.host = "h";
    refuses(&s, "series \"aaaa");
}
END_TEST

START_TEST(control_characters_are_refused_and_not_repeated)
{
    static const char *const dirty[] = {"a\nb", "a\x1b[31m", "a\x7f", "\xff",
                                        "\xc2\x85"};
    struct llmreg_spec s = good();
    struct llmreg_error err;

    s.name = dirty[_i];
    refuses(&s, "name \"");
    ck_assert_int_eq(llmreg_spec_check(&s, &err), LLMREG_EINVAL);
    for (const char *c = err.text; *c != '\0'; c++)
        ck_assert(*c >= ' ' && *c < 0x7f);
}
END_TEST

START_TEST(what_names_files_cannot_leave_its_directory)
{
    static const char *const evil[] = {"..",  ".",    ".hidden",
                                       "a/b", "/etc", "../../x"};
    struct llmreg_spec s = good();

    s.series = evil[_i];
    refuses(&s, "series");
    s = good();
    s.host = evil[_i];
    refuses(&s, "host");
}
END_TEST

static const struct {
    const char *id, *url;
    const char *wrong; /* part of the reason; NULL: nothing is */
} urls[] = {
    {"a:1", "http://a:1", NULL},
    {"a:1", "https://a:1", NULL},
    {"a:65535", "http://a:65535", NULL},
    {"10.0.0.1:80", "http://10.0.0.1:80", NULL},
    {"[::1]:80/v1", "http://[::1]:80/v1", NULL},
    {"[fd00::1]:80", "https://[fd00::1]:80", NULL},
    /* the id is another one's */
    {"a:1", "http://a:2",
     "id \"a:1\" does not belong to its url: it must be "
     "\"a:2\""},
    {"A:1", "http://a:1", "it must be \"a:1\""},
    {"a", "http://a:80", "it must be \"a:80\""},
    {"a:1/", "http://a:1", "it must be \"a:1\""},
    {"a:1", "http://a:1/v1", "it must be \"a:1/v1\""},
    {"http://a:1", "http://a:1", "it must be \"a:1\""},
    {"::1:80", "http://[::1]:80", "it must be \"[::1]:80\""},
    /* another spelling of the same */
    {"A:1", "http://A:1",
     "url \"http://A:1\" must be in its canonical form "
     "\"http://a:1\""},
    {"a:1", "HTTP://a:1", "canonical form \"http://a:1\""},
    {"a:1", "a:1", "canonical form \"http://a:1\""},
    {"a.:1", "http://a.:1", "canonical form \"http://a:1\""},
    {"a", "http://a", "canonical form \"http://a:80\""},
    {"a", "https://a", "canonical form \"https://a:443\""},
    {"a:1/", "http://a:1/", "canonical form \"http://a:1\""},
    {"a:1/v1/", "http://a:1/v1/", "canonical form \"http://a:1/v1\""},
    {"a:1//v1", "http://a:1//v1", "canonical form \"http://a:1/v1\""},
    {"a:0080", "http://a:0080", "canonical form \"http://a:80\""},
    {"[::0001]:80", "http://[::0001]:80", "form \"http://[::1]:80\""},
    {"[FD00::1]:80", "http://[FD00::1]:80", "form \"http://[fd00::1]:80\""},
    {"[::ffff:1.2.3.4]:80", "http://[::ffff:1.2.3.4]:80",
     "canonical form \"http://1.2.3.4:80\""},
    /* no URL of an endpoint at all */
    {"a:0", "http://a:0", "a port is a number from 1 to 65535"},
    {"a:65536", "http://a:65536", "a port is a number from 1 to 65535"},
    {"a:99999", "http://a:99999", "a port is a number from 1 to 65535"},
    {"a:-1", "http://a:-1", "a port is a number from 1 to 65535"},
    {"a:", "http://a:", "a port is a number from 1 to 65535"},
    {"a:x", "http://a:x", "a port is a number from 1 to 65535"},
    {":1", "http://:1", "the host is missing"},
    {"::1:80", "http://::1:80", "more than one ':'"},
    {"[::1:80", "http://[::1:80", "']' is missing"},
    {"a:1", "ftp://a:1", "the scheme must be http or https"},
    {"a:1", "file://a:1", "the scheme must be http or https"},
    {"u:p@a:1", "http://u:p@a:1", "a user, a password or an '@'"},
    {"a:1?x", "http://a:1?x", "a query or a fragment"},
    {"a:1/..", "http://a:1/..", "\"..\" are not allowed in a path"},
};

#define URLS ((int)(sizeof urls / sizeof urls[0]))

/* A5, E8: whatever was written became an id, and one endpoint had several. */
START_TEST(an_endpoint_has_one_id_and_its_url_one_spelling)
{
    struct llmreg_spec s = good();

    s.id = urls[_i].id;
    s.url = urls[_i].url;
    if (urls[_i].wrong == NULL)
        accepts(&s);
    else
        refuses(&s, urls[_i].wrong);
}
END_TEST

START_TEST(words_must_be_words)
{
    struct llmreg_spec s = good();

    s.kind = LLMREG_KINDS;
    refuses(&s, "kind");
    s = good();
    s.source = LLMREG_SOURCES;
    refuses(&s, "source");
}
END_TEST

START_TEST(a_priority_is_0_to_1000)
{
    struct llmreg_spec s = good();

    s.priority = 0;
    accepts(&s);
    s.priority = 1000;
    accepts(&s);
    s.priority = 1001;
    refuses(&s, "priority 1001 is not within 0 to 1000");
    s.priority = -1;
    refuses(&s, "priority -1");
}
END_TEST

START_TEST(an_owner_is_a_host_or_nobody)
{
    struct llmreg_spec s = good();
    char text[300];

    s.owner = "";
    accepts(&s);
    s.owner = "GPU1.example";
    accepts(&s);
    s.owner = filled(text, 'a', 253, "");
    accepts(&s);
    s.owner = filled(text, 'a', 254, "");
    refuses(&s, "owner \"aaaa");
    s.owner = "a b";
    refuses(&s, "owner \"a b\" is no name of a host");
    s.owner = "..";
    refuses(&s, "owner");
}
END_TEST

START_TEST(an_interval_is_a_millisecond_to_a_day)
{
    struct llmreg_spec s = good();

    s.interval_ms = 1;
    accepts(&s);
    s.interval_ms = 86400000;
    accepts(&s);
    s.interval_ms = 86400001;
    refuses(&s, "interval_ms 86400001 is not within 1 to 86400000");
    s.interval_ms = 0;
    refuses(&s, "interval");
}
END_TEST

START_TEST(there_may_be_32_labels)
{
    struct llmreg_spec s = good();

    s.nlabels = LLMREG_LABELS_MAX;
    accepts(&s);
    s.nlabels = LLMREG_LABELS_MAX + 1;
    refuses(&s, "33 labels, allowed are 32");
}
END_TEST

START_TEST(labels_have_bounds)
{
    struct llmreg_spec s = good();
    char text[300];

    labels[1].name = filled(text, 'a', 64, "");
    accepts(&s);
    filled(text, 'a', 65, "");
    refuses(&s, "label name");
    labels[1].name = "";
    refuses(&s, "label name");
    labels[1] = (struct llmreg_label){"x", filled(text, 'a', 256, "")};
    accepts(&s);
    filled(text, 'a', 257, "");
    refuses(&s, "label value");
    labels[1].value = NULL;
    refuses(&s, "label value is missing");
}
END_TEST

START_TEST(no_label_comes_twice)
{
    struct llmreg_spec s = good();

    labels[1].name = "l0";
    refuses(&s, "label \"l0\" is given twice");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("spec");
    TCase *tc = tcase_create("spec");

    tcase_add_test(tc, a_good_specification_passes);
    tcase_add_loop_test(tc, a_missing_text_is_named, 0, 5);
    tcase_add_test(tc, what_may_be_empty_may_be_missing);
    tcase_add_test(tc, a_name_may_have_127_bytes);
    tcase_add_test(tc, host_and_series_may_have_100_bytes);
    tcase_add_loop_test(tc, control_characters_are_refused_and_not_repeated, 0,
                        5);
    tcase_add_loop_test(tc, what_names_files_cannot_leave_its_directory, 0, 6);
    tcase_add_loop_test(tc, an_endpoint_has_one_id_and_its_url_one_spelling, 0,
                        URLS);
    tcase_add_test(tc, words_must_be_words);
    tcase_add_test(tc, a_priority_is_0_to_1000);
    tcase_add_test(tc, an_owner_is_a_host_or_nobody);
    tcase_add_test(tc, an_interval_is_a_millisecond_to_a_day);
    tcase_add_test(tc, there_may_be_32_labels);
    tcase_add_test(tc, labels_have_bounds);
    tcase_add_test(tc, no_label_comes_twice);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
