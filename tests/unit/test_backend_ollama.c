/* SPDX-License-Identifier: MIT */
/* test_backend_ollama.c - every payload of the table through the parser,
 * whole and byte by byte; and what a probe asks, and what not. */
#include "plugins/llm_probe/backend.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/expected.h"

#define WALL_MS INT64_C(1795230000000) /* 2026-11-21 */

static struct expected_table table;

/* ---- a server that is played, without a wire ---- */

struct played {
    const struct backend *backend;
    struct facts_cache *facts;
    void *state;
    struct finding found;
    struct backend_memory memory;
    char asked[512]; /* the paths, with a blank after each */
    size_t step;     /* bytes of a body at a time; 0: all */
};

static void open_played(struct played *p)
{
    *p = (struct played){.backend = &backend_ollama};
    ck_assert_int_eq(facts_cache_new(&p->facts), LLMREG_OK);
    ck_assert_int_eq(p->backend->new_state(&p->state, p->facts), LLMREG_OK);
}

static void close_played(struct played *p)
{
    p->backend->free_state(p->state);
    facts_cache_free(p->facts);
}

static enum wire_end feed(struct played *p, const struct reply *r,
                          const struct ask *ask)
{
    size_t step = p->step == 0 ? r->body.len : p->step;

    if (r->body.len > ask->limit)
        return WIRE_TOO_BIG;
    for (size_t at = 0; at < r->body.len; at += step) {
        size_t left = r->body.len - at;

        if (p->backend->feed(p->state, r->body.bytes + at,
                             left < step ? left : step) != LLMREG_OK)
            return WIRE_REJECTED;
    }
    return WIRE_ANSWERED;
}

static void give(struct played *p, const struct reply *r, const struct ask *ask)
{
    struct answer a = {
        .end = WIRE_ANSWERED, .status = (uint16_t)r->status, .problem = ""};

    if (r->status == 200) {
        a.end = feed(p, r, ask);
    } else {
        a.text = r->body.bytes;
        a.len = r->body.len < WIRE_ERROR_BODY ? r->body.len : WIRE_ERROR_BODY;
    }
    p->backend->answer(p->state, &a);
}

static void play(struct played *p, const struct expected *row)
{
    struct ask ask;

    p->asked[0] = '\0';
    p->backend->begin(p->state, &p->found, &p->memory, WALL_MS);
    while (p->backend->next(p->state, &ask)) {
        struct reply r = expected_reply(row, ask.path);

        ck_assert_uint_lt(strlen(p->asked) + strlen(ask.path) + 2,
                          sizeof p->asked);
        snprintf(p->asked + strlen(p->asked),
                 sizeof p->asked - strlen(p->asked), "%s ", ask.path);
        give(p, &r, &ask);
        free(r.body.bytes);
    }
}

static void check_row(const struct expected *row, size_t step)
{
    struct played p;
    const char *wrong = NULL;

    open_played(&p);
    p.step = step;
    play(&p, row);
    ck_assert(p.found.decided);
    ck_assert_int_eq(p.found.status, LLMREG_OK);
    ck_assert_int_eq(p.found.listed, p.found.seen.reason == LLMREG_REASON_OK);
    wrong = expected_problem(row, &p.found.seen, &p.found.models);
    ck_assert_msg(wrong == NULL, "expected.tsv:%d (%s): %s", row->line,
                  row->file, wrong);
    close_played(&p);
}

/* A6, E12: a list that was not read is none, and an empty one is a list. */
START_TEST(a_payload_means_what_the_table_says)
{
    if (table.rows[_i].status != EXPECTED_NONE)
        check_row(&table.rows[_i], 0);
}
END_TEST

START_TEST(a_payload_in_pieces_means_the_same)
{
    if (table.rows[_i].status != EXPECTED_NONE)
        check_row(&table.rows[_i], 7);
}
END_TEST

/* ---- what is asked ---- */

static struct expected row_of(const char *route, const char *version,
                              int status, const char *file)
{
    return (struct expected){.file = file,
                             .route = route,
                             .version = version,
                             .type = "application/json",
                             .status = status};
}

START_TEST(a_new_server_is_asked_three_questions)
{
    const struct expected row =
        row_of("tags", "0.33.0", 200, "ollama/tags.json");
    struct played p;

    open_played(&p);
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version /api/tags /api/ps ");
    close_played(&p);
}
END_TEST

START_TEST(nothing_more_is_asked_after_a_failure)
{
    const struct expected row =
        row_of("version", "-", 500, "ollama/error_500_runner_died.json");
    struct played p;

    open_played(&p);
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version ");
    close_played(&p);
}
END_TEST

START_TEST(a_digest_is_shown_once)
{
    const struct expected row =
        row_of("show", "0.5.7", 200, "ollama/show_completion.json");
    struct played p;

    open_played(&p);
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version /api/tags /api/ps /api/show ");
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version /api/tags /api/ps ");
    ck_assert_int_eq(p.found.models.items[0].context_max, 2048);
    close_played(&p);
}
END_TEST

START_TEST(a_show_that_fails_for_a_while_is_asked_again)
{
    const struct expected row =
        row_of("show", "0.5.7", 500, "ollama/error_500_runner_died.json");
    struct played p;

    open_played(&p);
    for (int i = 0; i < 2; i++) {
        play(&p, &row);
        ck_assert_str_eq(p.asked, "/api/version /api/tags /api/ps /api/show ");
    }
    close_played(&p);
}
END_TEST

START_TEST(a_refused_show_is_one_endpoint_s_own)
{
    struct expected row =
        row_of("show", "0.5.7", 403, "ollama/error_403_cloud_disabled.json");
    struct played p;

    open_played(&p);
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version /api/tags /api/ps /api/show ");
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version /api/tags /api/ps ");
    p.memory = (struct backend_memory){.no_ps = false};
    row = row_of("show", "0.5.7", 200, "ollama/show_completion.json");
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version /api/tags /api/ps /api/show ");
    ck_assert_int_eq(p.found.models.items[0].context_max, 2048);
    close_played(&p);
}
END_TEST

START_TEST(a_server_that_refuses_many_is_not_asked_any_more)
{
    const struct expected row =
        row_of("show", "0.5.7", 403, "ollama/error_403_cloud_disabled.json");
    struct played p;

    open_played(&p);
    p.memory.nrefused = BACKEND_REFUSED_MAX;
    memcpy(p.memory.version, "0.5.7", sizeof "0.5.7");
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version /api/tags /api/ps ");
    close_played(&p);
}
END_TEST

START_TEST(a_probe_shows_at_most_four)
{
    const struct expected row =
        row_of("show", "0.5.7", 200, "ollama/show_completion.json");
    struct played p;
    struct ask ask;
    int shows = 0;
    char list[4096];
    size_t len = 0;

    open_played(&p);
    p.backend->begin(p.state, &p.found, &p.memory, WALL_MS);
    len = (size_t)snprintf(list, sizeof list, "{\"models\":[");
    for (int i = 0; i < 9; i++)
        len += (size_t)snprintf(list + len, sizeof list - len,
                                "%s{\"name\":\"m%d\",\"digest\":\"%d\"}",
                                i > 0 ? "," : "", i, i);
    len += (size_t)snprintf(list + len, sizeof list - len, "]}");
    while (p.backend->next(p.state, &ask)) {
        struct reply r = {.status = 200};

        shows += strcmp(ask.path, "/api/show") == 0;
        if (strcmp(ask.path, "/api/tags") == 0)
            r.body = (struct payload){strndup(list, len), len};
        else
            r = expected_reply(&row, ask.path);
        give(&p, &r, &ask);
        free(r.body.bytes);
    }
    ck_assert_int_eq(shows, 4);
    ck_assert_uint_eq(p.found.models.count, 9);
    close_played(&p);
}
END_TEST

START_TEST(ps_that_is_not_there_is_asked_again_with_a_new_version)
{
    struct expected row =
        row_of("ps", "0.1.32", 404, "ollama/error_404_route.txt");
    struct played p;

    open_played(&p);
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version /api/tags /api/ps ");
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version /api/tags ");
    row.version = "0.1.38";
    play(&p, &row);
    ck_assert_str_eq(p.asked, "/api/version /api/tags /api/ps ");
    close_played(&p);
}
END_TEST

START_TEST(a_show_names_the_model_in_both_spellings)
{
    const struct expected row =
        row_of("show", "0.5.7", 200, "ollama/show_completion.json");
    struct played p;
    struct ask ask = {.body = NULL};

    open_played(&p);
    p.backend->begin(p.state, &p.found, &p.memory, WALL_MS);
    while (p.backend->next(p.state, &ask) && ask.body == NULL) {
        struct reply r = expected_reply(&row, ask.path);

        give(&p, &r, &ask);
        free(r.body.bytes);
    }
    ck_assert_str_eq(ask.body,
                     "{\"model\":\"m:latest\",\"name\":\"m:latest\"}");
    ck_assert_int_eq(ask.budget, ASK_DETAIL);
    close_played(&p);
}
END_TEST

static void answer_end(enum wire_end end, enum llmreg_reason reason)
{
    const struct answer a = {.end = end, .problem = "so it was"};
    struct played p;
    struct ask ask;

    open_played(&p);
    p.backend->begin(p.state, &p.found, &p.memory, WALL_MS);
    ck_assert(p.backend->next(p.state, &ask));
    p.backend->answer(p.state, &a);
    ck_assert(p.found.decided);
    ck_assert_int_eq(p.found.seen.reason, reason);
    ck_assert_ptr_nonnull(strstr(p.found.seen.detail, "so it was"));
    ck_assert(!p.backend->next(p.state, &ask));
    close_played(&p);
}

START_TEST(a_broken_exchange_is_the_verdict)
{
    answer_end(WIRE_TIMEOUT, LLMREG_REASON_TIMEOUT);
    answer_end(WIRE_REFUSED, LLMREG_REASON_REFUSED);
    answer_end(WIRE_DNS, LLMREG_REASON_DNS);
    answer_end(WIRE_TLS, LLMREG_REASON_TLS);
    answer_end(WIRE_NOT_HTTP, LLMREG_REASON_HTTP_STATUS);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("backend_ollama");
    TCase *payloads = tcase_create("payloads");
    TCase *asks = tcase_create("asks");
    SRunner *runner = srunner_create(s);
    /* Many cases that share nothing: no process for each. */
    srunner_set_fork_status(runner, CK_NOFORK);
    int failed = 0;

    if (!expected_load(&table))
        return EXIT_FAILURE;
    tcase_set_timeout(payloads, 60);
    tcase_add_loop_test(payloads, a_payload_means_what_the_table_says, 0,
                        (int)table.count);
    tcase_add_loop_test(payloads, a_payload_in_pieces_means_the_same, 0,
                        (int)table.count);
    tcase_add_test(asks, a_new_server_is_asked_three_questions);
    tcase_add_test(asks, nothing_more_is_asked_after_a_failure);
    tcase_add_test(asks, a_digest_is_shown_once);
    tcase_add_test(asks, a_show_that_fails_for_a_while_is_asked_again);
    tcase_add_test(asks, a_refused_show_is_one_endpoint_s_own);
    tcase_add_test(asks, a_server_that_refuses_many_is_not_asked_any_more);
    tcase_add_test(asks, a_probe_shows_at_most_four);
    tcase_add_test(asks,
                   ps_that_is_not_there_is_asked_again_with_a_new_version);
    tcase_add_test(asks, a_show_names_the_model_in_both_spellings);
    tcase_add_test(asks, a_broken_exchange_is_the_verdict);
    suite_add_tcase(s, payloads);
    suite_add_tcase(s, asks);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    expected_free(&table);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
