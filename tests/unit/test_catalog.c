/* SPDX-License-Identifier: MIT */
/* test_catalog.c - what blocks and files name comes into the registry, and
 * what nobody names any more goes. */
#include "plugins/llm_probe/catalog.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct llmreg_bus *bus;
static struct llmreg_registry *registry;
static struct targets config;
static struct catalog_file files[2];
static struct catalog catalog;
static char lines[4096];

static void keep_line(void *ctx, enum llmreg_level level, const char *line)
{
    (void)ctx;
    (void)level;
    snprintf(lines + strlen(lines), sizeof lines - strlen(lines), "%s\n", line);
}

static const struct llmreg_log log_kept = {.write = keep_line};

static void open_catalog(void)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    conf.endpoints = 8;
    lines[0] = '\0';
    ck_assert_int_eq(llmreg_bus_new(&bus, 64, 1), LLMREG_OK);
    ck_assert_int_eq(
        llmreg_registry_new(&registry, &conf, bus, &llmreg_clock_system),
        LLMREG_OK);
    files[0].path = "/a.json";
    files[1].path = "/b.json";
    catalog = (struct catalog){.registry = registry,
                               .log = &log_kept,
                               .interval_ms = 1000,
                               .config = &config,
                               .files = files,
                               .nfiles = 2};
}

static void close_catalog(void)
{
    targets_fini(&config);
    targets_fini(&files[0].targets);
    targets_fini(&files[1].targets);
    llmreg_registry_free(registry);
    llmreg_bus_free(bus);
}

static void name_it(struct targets *list, const char *url, const char *series)
{
    const struct target t = {.id = strstr(url, "//") + 2,
                             .url = url,
                             .name = series,
                             .host = "h",
                             .series = series,
                             .kind = LLMREG_KIND_OLLAMA,
                             .priority = 50};

    ck_assert_int_eq(targets_add(list, &t), LLMREG_OK);
}

/* The origin of an endpoint, or "" if there is none. */
static const char *origin_of(const char *id)
{
    static char origin[64];
    struct llmreg_endpoint *e = llmreg_get(registry, id);
    const struct llmreg_spec *spec = NULL;

    origin[0] = '\0';
    if (e == NULL)
        return origin;
    spec = llmreg_endpoint_spec(e);
    snprintf(origin, sizeof origin, "%s", spec->origin);
    llmreg_spec_put(spec);
    llmreg_put(e);
    return origin;
}

START_TEST(all_that_is_named_comes_in)
{
    open_catalog();
    name_it(&config, "http://a:1", "a");
    name_it(&files[0].targets, "http://b:1", "b");
    name_it(&files[1].targets, "http://c:1", "c");
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    ck_assert_str_eq(origin_of("a:1"), "config");
    ck_assert_str_eq(origin_of("b:1"), "/a.json");
    ck_assert_str_eq(origin_of("c:1"), "/b.json");
    close_catalog();
}
END_TEST

START_TEST(applying_it_again_is_no_event)
{
    uint64_t before = 0;

    open_catalog();
    name_it(&config, "http://a:1", "a");
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    before = llmreg_bus_last(bus);
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    ck_assert_uint_eq(llmreg_bus_last(bus), before);
    close_catalog();
}
END_TEST

START_TEST(what_nobody_names_any_more_goes)
{
    open_catalog();
    name_it(&config, "http://a:1", "a");
    name_it(&files[0].targets, "http://b:1", "b");
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    targets_fini(&files[0].targets);
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    ck_assert_str_eq(origin_of("a:1"), "config");
    ck_assert_str_eq(origin_of("b:1"), "");
    close_catalog();
}
END_TEST

START_TEST(what_others_registered_stays)
{
    const struct llmreg_spec spec = {.id = "x:1",
                                     .url = "http://x:1",
                                     .name = "x",
                                     .host = "h",
                                     .series = "x",
                                     .origin = "",
                                     .kind = LLMREG_KIND_OLLAMA,
                                     .source = LLMREG_SOURCE_MANUAL,
                                     .priority = 50,
                                     .interval_ms = 1000};

    open_catalog();
    ck_assert_int_eq(llmreg_set(registry, &spec, NULL, NULL), LLMREG_OK);
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    struct llmreg_endpoint *e = llmreg_get(registry, "x:1");
    ck_assert_ptr_nonnull(e);
    llmreg_put(e);
    close_catalog();
}
END_TEST

START_TEST(the_first_to_name_wins_with_one_line_a_file)
{
    open_catalog();
    name_it(&config, "http://a:1", "a");
    name_it(&config, "http://b:1", "b");
    name_it(&files[0].targets, "http://a:1", "x");
    name_it(&files[0].targets, "http://b:1", "y");
    name_it(&files[0].targets, "http://c:1", "c");
    name_it(&files[1].targets, "http://c:1", "z");
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    ck_assert_str_eq(origin_of("a:1"), "config");
    ck_assert_str_eq(origin_of("c:1"), "/a.json");
    ck_assert_ptr_nonnull(strstr(lines, "/a.json: 2 of"));
    ck_assert_ptr_nonnull(strstr(lines, "/b.json: 1 of"));
    close_catalog();
}
END_TEST

START_TEST(when_the_first_lets_go_the_next_has_it)
{
    open_catalog();
    name_it(&files[0].targets, "http://c:1", "c");
    name_it(&files[1].targets, "http://c:1", "c");
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    targets_fini(&files[0].targets);
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    ck_assert_str_eq(origin_of("c:1"), "/b.json");
    close_catalog();
}
END_TEST

START_TEST(two_endpoints_do_not_share_their_series)
{
    open_catalog();
    name_it(&config, "http://a:1", "same");
    name_it(&files[0].targets, "http://b:1", "same");
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    ck_assert_str_eq(origin_of("b:1"), "");
    ck_assert_ptr_nonnull(strstr(lines, "b:1"));
    close_catalog();
}
END_TEST

START_TEST(a_scheme_may_change)
{
    open_catalog();
    name_it(&config, "http://a:1", "a");
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    targets_fini(&config);
    name_it(&config, "https://a:1", "a");
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_OK);
    ck_assert_str_eq(origin_of("a:1"), "config");
    close_catalog();
}
END_TEST

START_TEST(a_full_registry_is_said_once)
{
    char url[9][32];
    char series[9][4];

    open_catalog();
    for (int i = 0; i < 9; i++) {
        snprintf(url[i], sizeof url[i], "http://h%d:1", i);
        snprintf(series[i], sizeof series[i], "s%d", i);
        name_it(&config, url[i], series[i]);
    }
    ck_assert_int_eq(catalog_apply(&catalog), LLMREG_EFULL);
    ck_assert_ptr_nonnull(strstr(lines, "h8:1 is not probed"));
    close_catalog();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("catalog");
    TCase *t = tcase_create("catalog");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_test(t, all_that_is_named_comes_in);
    tcase_add_test(t, applying_it_again_is_no_event);
    tcase_add_test(t, what_nobody_names_any_more_goes);
    tcase_add_test(t, what_others_registered_stays);
    tcase_add_test(t, the_first_to_name_wins_with_one_line_a_file);
    tcase_add_test(t, when_the_first_lets_go_the_next_has_it);
    tcase_add_test(t, two_endpoints_do_not_share_their_series);
    tcase_add_test(t, a_scheme_may_change);
    tcase_add_test(t, a_full_registry_is_said_once);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
