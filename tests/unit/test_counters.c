/* SPDX-License-Identifier: MIT */
/* test_counters.c - every number has its row, and the right one. */
#include "plugins/llm_listen/counters.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    char name[64];
    double value;
    bool derive;
} seen[64];
static size_t nseen;

static void keep(void *ctx, const struct llmreg_metric *m)
{
    (void)ctx;
    ck_assert_str_eq(m->plugin_instance, "hub");
    ck_assert_ptr_null(m->host);
    snprintf(seen[nseen].name, sizeof seen[0].name, "%s-%s", m->type,
             m->type_instance);
    seen[nseen].derive = m->derive;
    seen[nseen++].value = m->value;
}

static void read_all(const struct counters *c)
{
    nseen = 0;
    counters_emit(c, keep, NULL);
}

static size_t find(const char *name)
{
    for (size_t i = 0; i < nseen; i++)
        if (strcmp(seen[i].name, name) == 0)
            return i;
    ck_abort_msg("no %s", name);
    return 0;
}

START_TEST(every_field_has_one_row_of_its_own)
{
    struct counters c;
    counter *fields = (counter *)(void *)&c;
    const size_t n = sizeof c / sizeof(counter);
    bool found[64] = {false};

    for (size_t i = 0; i < n; i++)
        atomic_init(&fields[i], i);
    read_all(&c);
    ck_assert_uint_eq(nseen, n);
    for (size_t i = 0; i < nseen; i++) {
        size_t field = (size_t)seen[i].value;
        ck_assert_uint_lt(field, n);
        ck_assert(!found[field]);
        found[field] = true;
        ck_assert_uint_eq(find(seen[i].name), i);
    }
}
END_TEST

static const struct {
    unsigned status;
    const char *name;
} classes[] = {
    {200, "http_requests-2xx"}, {204, "http_requests-2xx"},
    {101, "http_requests-2xx"}, {304, "http_requests-3xx"},
    {400, "http_requests-4xx"}, {429, "http_requests-4xx"},
    {500, "http_requests-5xx"}, {503, "http_requests-5xx"},
};

START_TEST(answers_are_counted_by_class)
{
    struct counters c = {0};

    counters_add(counters_of_status(&c, classes[_i].status), 3);
    read_all(&c);
    for (size_t i = 0; i < nseen; i++)
        ck_assert_double_eq(
            seen[i].value, strcmp(seen[i].name, classes[_i].name) == 0 ? 3 : 0);
}
END_TEST

START_TEST(what_only_grows_is_derive_and_what_is_there_now_is_not)
{
    struct counters c = {0};

    counters_add(&c.streams, 5);
    counters_sub(&c.streams, 2);
    read_all(&c);
    ck_assert_double_eq(seen[find("current_connections-streams")].value, 3);
    ck_assert(!seen[find("current_connections-streams")].derive);
    ck_assert(!seen[find("count-hosts_observed")].derive);
    ck_assert(seen[find("http_requests-4xx")].derive);
    ck_assert(seen[find("errors-rejected_full")].derive);
}
END_TEST

START_TEST(the_table_names_what_is_emitted)
{
    struct counters c = {0};
    char name[64];
    size_t n = 0;

    read_all(&c);
    for (; counters_info(n) != NULL; n++) {
        snprintf(name, sizeof name, "%s-%s", counters_info(n)->type,
                 counters_info(n)->type_instance);
        ck_assert_str_eq(seen[n].name, name);
        ck_assert_uint_gt(strlen(counters_info(n)->help), 5);
    }
    ck_assert_uint_eq(n, nseen);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("counters");
    TCase *tc = tcase_create("counters");

    tcase_add_test(tc, every_field_has_one_row_of_its_own);
    tcase_add_loop_test(tc, answers_are_counted_by_class, 0,
                        (int)(sizeof classes / sizeof classes[0]));
    tcase_add_test(tc, what_only_grows_is_derive_and_what_is_there_now_is_not);
    tcase_add_test(tc, the_table_names_what_is_emitted);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
