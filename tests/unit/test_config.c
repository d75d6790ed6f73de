/* SPDX-License-Identifier: MIT */
/* test_config.c - what options become; mistakes are in tests/plugin, where
 * they are read as collectd reads them. */
#include "plugins/llm_probe/config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/clock.h>

#define S LLMREG_NS_PER_S

/* One option with a value, as the tables of tests write it. */
struct line {
    const char *key;
    struct llmreg_value values[2];
    size_t nvalues;
};

#define TEXT(s)                                                                \
    {                                                                          \
        .type = LLMREG_VALUE_STRING, .string = (s)                             \
    }
#define NUMBER(n)                                                              \
    {                                                                          \
        .type = LLMREG_VALUE_NUMBER, .number = (n)                             \
    }
#define TRUTH(b)                                                               \
    {                                                                          \
        .type = LLMREG_VALUE_BOOL, .truth = (b)                                \
    }

static struct llmreg_item items[16];

static struct llmreg_item block_of(const char *key, const struct line *lines,
                                   size_t n, struct llmreg_item *children)
{
    for (size_t i = 0; i < n; i++)
        children[i] = (struct llmreg_item){.key = lines[i].key,
                                           .values = lines[i].values,
                                           .nvalues = lines[i].nvalues};
    return (struct llmreg_item){
        .key = key, .children = children, .nchildren = n};
}

static struct config *read_lines(const struct line *lines, size_t n)
{
    struct config *c = NULL;
    const struct llmreg_item block = block_of("Plugin", lines, n, items);

    ck_assert_int_eq(config_new(&c), LLMREG_OK);
    config_block(c, &block);
    return c;
}

static struct config *read_endpoint(const struct line *lines, size_t n)
{
    static const struct llmreg_value name = TEXT("gpu1");
    struct config *c = NULL;
    struct llmreg_item endpoint = block_of("Endpoint", lines, n, items);
    struct llmreg_item block = {
        .key = "Plugin", .children = &endpoint, .nchildren = 1};

    endpoint.values = &name;
    endpoint.nvalues = 1;
    ck_assert_int_eq(config_new(&c), LLMREG_OK);
    config_block(c, &block);
    return c;
}

static void finish(struct config *c)
{
    struct llmreg_error err = {.text = ""};

    ck_assert_msg(config_finish(c, &err) == LLMREG_OK, "%s", err.text);
}

START_TEST(without_options_there_are_the_defaults)
{
    struct config *c = read_lines(NULL, 0);

    finish(c);
    ck_assert_int_eq(c->options.interval_ns, 30 * S);
    ck_assert_int_eq(c->options.timeout_ns, 5 * S);
    ck_assert_int_eq(c->options.connect_ns, 3 * S);
    ck_assert_int_eq(c->options.ps_ns, 2 * S);
    ck_assert_int_eq(c->options.unhealthy_after, 2);
    ck_assert_int_eq(c->options.healthy_after, 1);
    ck_assert_int_eq(c->options.max_concurrent, 256);
    config_free(c);
}
END_TEST

START_TEST(every_option_arrives)
{
    static const struct line lines[] = {
        {"Interval", {NUMBER(10)}, 1},        {"Timeout", {NUMBER(4)}, 1},
        {"ConnectTimeout", {NUMBER(0.5)}, 1}, {"PsTimeout", {NUMBER(1)}, 1},
        {"UnhealthyAfter", {NUMBER(3)}, 1},   {"HealthyAfter", {NUMBER(4)}, 1},
        {"MaxConcurrent", {NUMBER(7)}, 1},
    };
    struct config *c = read_lines(lines, sizeof lines / sizeof lines[0]);

    finish(c);
    ck_assert_int_eq(c->options.interval_ns, 10 * S);
    ck_assert_int_eq(c->options.timeout_ns, 4 * S);
    ck_assert_int_eq(c->options.connect_ns, S / 2);
    ck_assert_int_eq(c->options.ps_ns, S);
    ck_assert_int_eq(c->options.unhealthy_after, 3);
    ck_assert_int_eq(c->options.healthy_after, 4);
    ck_assert_int_eq(c->options.max_concurrent, 7);
    config_free(c);
}
END_TEST

START_TEST(a_password_in_a_url_stays_out_of_the_message)
{
    static const struct line lines[] = {
        {"URL", {TEXT("http://me:hush@gpu1")}, 1}};
    struct llmreg_error err = {.text = ""};
    struct config *c = read_endpoint(lines, 1);

    ck_assert_int_eq(config_finish(c, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "<Endpoint \"gpu1\">: URL"));
    ck_assert_ptr_null(strstr(err.text, "hush"));
    config_free(c);
}
END_TEST

START_TEST(a_default_timeout_gives_way_to_a_short_interval)
{
    static const struct line lines[] = {{"Interval", {NUMBER(2)}, 1}};
    struct config *c = read_lines(lines, 1);

    finish(c);
    ck_assert_int_eq(c->options.timeout_ns, 2 * S);
    config_free(c);
}
END_TEST

START_TEST(blocks_are_read_as_one)
{
    static const struct line first[] = {{"Interval", {NUMBER(20)}, 1}};
    static const struct line second[] = {{"Timeout", {NUMBER(7)}, 1}};
    struct config *c = read_lines(first, 1);
    const struct llmreg_item block = block_of("Plugin", second, 1, items);

    config_block(c, &block);
    finish(c);
    ck_assert_int_eq(c->options.interval_ns, 20 * S);
    ck_assert_int_eq(c->options.timeout_ns, 7 * S);
    config_free(c);
}
END_TEST

START_TEST(one_option_with_two_values_is_a_mistake)
{
    static const struct line first[] = {{"Interval", {NUMBER(20)}, 1}};
    static const struct line second[] = {{"Interval", {NUMBER(21)}, 1}};
    struct config *c = read_lines(first, 1);
    const struct llmreg_item block = block_of("Plugin", second, 1, items);

    config_block(c, &block);
    ck_assert_int_eq(c->status, LLMREG_EEXIST);
    ck_assert_ptr_nonnull(strstr(c->error.text, "Interval"));
    config_free(c);
}
END_TEST

START_TEST(an_endpoint_becomes_a_target)
{
    static const struct line lines[] = {
        {"URL", {TEXT("https://GPU1.example/llm/")}, 1},
        {"Priority", {NUMBER(70)}, 1},
        {"Label", {TEXT("site"), TEXT("berlin")}, 2},
        {"Label", {TEXT("rack"), TEXT("")}, 2},
    };
    struct config *c = read_endpoint(lines, 4);
    const struct target *t = c->targets.items;

    finish(c);
    ck_assert_uint_eq(c->targets.count, 1);
    ck_assert_str_eq(t->id, "gpu1.example:443/llm");
    ck_assert_str_eq(t->name, "gpu1");
    ck_assert_str_eq(t->series, "gpu1");
    ck_assert_str_eq(t->host, "gpu1.example");
    ck_assert_int_eq(t->priority, 70);
    ck_assert_uint_eq(t->nlabels, 2);
    ck_assert_str_eq(t->labels[0].value, "berlin");
    ck_assert_uint_eq(c->access.count, 0);
    config_free(c);
}
END_TEST

START_TEST(a_host_without_port_has_the_one_of_its_kind)
{
    static const struct line lines[] = {{"URL", {TEXT("gpu1")}, 1},
                                        {"Host", {TEXT("rack one")}, 1}};
    struct config *c = read_endpoint(lines, 2);

    finish(c);
    ck_assert_str_eq(c->targets.items[0].url, "http://gpu1:11434");
    ck_assert_int_eq(strncmp(c->targets.items[0].host, "rack_one-", 9), 0);
    config_free(c);
}
END_TEST

START_TEST(how_to_reach_it_becomes_an_access)
{
    static const struct line lines[] = {
        {"URL", {TEXT("https://gpu1:8443")}, 1},
        {"Timeout", {NUMBER(9)}, 1},
        {"VerifyHost", {TRUTH(false)}, 1},
        {"Header", {TEXT("X-Tenant: blue")}, 1},
        {"Header", {TEXT("X-More: a b")}, 1},
    };
    struct config *c = read_endpoint(lines, 5);
    const struct access *a = access_find(&c->access, "gpu1:8443");

    finish(c);
    ck_assert_ptr_nonnull(a);
    ck_assert_int_eq(a->timeout_ns, 9 * S);
    ck_assert(a->verify_peer);
    ck_assert(!a->verify_host);
    ck_assert_uint_eq(a->nheaders, 2);
    ck_assert_str_eq(a->headers[1], "X-More: a b");
    ck_assert_uint_eq(a->token, ACCESS_NO_TOKEN);
    ck_assert_ptr_null(access_find(&c->access, "gpu2:8443"));
    config_free(c);
}
END_TEST

static const char *const bad_headers[] = {
    "",
    "NoColon",
    ": value",
    "Name:",
    "Name: ",
    "Na me: x",
    "Name: a\r\nEvil: b",
    "Name: caf\xc3\xa9",
    "Content-Length: 5",
    "transfer-encoding: chunked",
    "Connection: close",
};

START_TEST(a_header_that_breaks_the_request_is_a_mistake)
{
    const struct line lines[] = {{"URL", {TEXT("http://gpu1")}, 1},
                                 {"Header", {TEXT(bad_headers[_i])}, 1}};
    struct config *c = read_endpoint(lines, 2);

    ck_assert_int_eq(c->status, LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(c->error.text, "Header"));
    ck_assert_ptr_null(strstr(c->error.text, "Evil"));
    config_free(c);
}
END_TEST

START_TEST(a_token_file_and_a_header_of_it_are_a_mistake)
{
    const struct line lines[] = {
        {"URL", {TEXT("http://gpu1")}, 1},
        {"BearerTokenFile", {TEXT("/tmp/token")}, 1},
        {"Header", {TEXT("authorization: Basic Zm9vOmJhcg==")}, 1}};
    struct config *c = read_endpoint(lines, 3);

    ck_assert_int_eq(c->status, LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(c->error.text, "BearerTokenFile"));
    ck_assert_ptr_null(strstr(c->error.text, "Zm9v"));
    config_free(c);
}
END_TEST

START_TEST(after_a_mistake_blocks_change_nothing)
{
    static const struct line first[] = {{"Interval", {NUMBER(0)}, 1}};
    static const struct line second[] = {{"Timeout", {NUMBER(7)}, 1}};
    struct config *c = read_lines(first, 1);
    const struct llmreg_item block = block_of("Plugin", second, 1, items);
    struct llmreg_error err;

    config_block(c, &block);
    ck_assert_int_eq(config_finish(c, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "Interval"));
    ck_assert_int_eq(c->options.timeout_ns, 5 * S);
    config_free(c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("config");
    TCase *t = tcase_create("config");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_test(t, without_options_there_are_the_defaults);
    tcase_add_test(t, every_option_arrives);
    tcase_add_test(t, a_password_in_a_url_stays_out_of_the_message);
    tcase_add_test(t, a_default_timeout_gives_way_to_a_short_interval);
    tcase_add_test(t, blocks_are_read_as_one);
    tcase_add_test(t, one_option_with_two_values_is_a_mistake);
    tcase_add_test(t, an_endpoint_becomes_a_target);
    tcase_add_test(t, a_host_without_port_has_the_one_of_its_kind);
    tcase_add_test(t, how_to_reach_it_becomes_an_access);
    tcase_add_loop_test(t, a_header_that_breaks_the_request_is_a_mistake, 0,
                        (int)(sizeof bad_headers / sizeof bad_headers[0]));
    tcase_add_test(t, a_token_file_and_a_header_of_it_are_a_mistake);
    tcase_add_test(t, after_a_mistake_blocks_change_nothing);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
