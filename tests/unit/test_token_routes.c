/* SPDX-License-Identifier: MIT */
/* test_token_routes.c - tokens and the audit over HTTP, and the file that
 * tokens come from at the start. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <llmreg/audit.h>

#include "plugins/llm_listen/api/mint.h"
#include "plugins/llm_listen/api/token_file.h"

#define TOKENS "/api/v1/tokens"

static struct desk d;

static void setup(void)
{
    desk_open(&d);
}

static void teardown(void)
{
    desk_close(&d);
}

/* Asks with that secret instead of somebody's. */
static void ask_with(const char *secret, const char *what, unsigned status)
{
    char bearer[WHO_TOKEN_SIZE + 8];

    snprintf(bearer, sizeof bearer, "Bearer %s", secret);
    desk_header(&d, "Authorization", bearer);
    desk_ask(&d, "far", what, NULL, status);
}

/* ---- minting ---- */

START_TEST(every_token_is_another_and_its_digest_fits)
{
    struct minted a, b;
    char id[LLMREG_TOKEN_ID_SIZE];
    uint8_t digest[LLMREG_DIGEST_SIZE];

    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(mint(&a), LLMREG_OK);
        ck_assert_int_eq(mint(&b), LLMREG_OK);
        ck_assert_str_ne(a.id, b.id);
        ck_assert_str_ne(a.text + 13, b.text + 13);
        ck_assert_uint_eq(strlen(a.text), WHO_TOKEN_SIZE - 1);
        ck_assert(who_parse(a.text, strlen(a.text), id, digest));
        ck_assert_str_eq(id, a.id);
        ck_assert_mem_eq(digest, a.digest, sizeof digest);
    }
    mint_forget(&a);
    ck_assert_str_eq(a.text, "");
}
END_TEST

/* ---- making and revoking ---- */

START_TEST(a_token_is_made_used_and_revoked)
{
    char secret[WHO_TOKEN_SIZE], id[16], call[120];

    desk_ask(&d, "admin", "POST " TOKENS,
             "{\"role\":\"reader\",\"name\":\"grafana\"}", 201);
    snprintf(secret, sizeof secret, "%s", desk_get(&d, "secret"));
    snprintf(id, sizeof id, "%s", desk_get(&d, "token.id"));
    ck_assert_str_eq(desk_get(&d, "token.role"), "reader");
    ck_assert_str_eq(desk_get(&d, "token.origin"), "api");
    ask_with(secret, "GET /api/v1/agents", 200);
    snprintf(call, sizeof call, "GET " TOKENS "/%s", id);
    desk_ask(&d, "admin", call, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "name"), "grafana");
    ck_assert_ptr_null(strstr(desk_body(&d), secret + 13));
    snprintf(call, sizeof call, "DELETE " TOKENS "/%s?reason=gone", id);
    desk_ask(&d, "admin", call, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "state"), "revoked");
    ask_with(secret, "GET /api/v1/agents", 401);
    desk_ask(&d, "admin", call, NULL, 200); /* again */
}
END_TEST

START_TEST(a_token_may_be_bound_limited_or_for_enrolment_from_the_start)
{
    char body[200], until[LLMREG_TIME_SIZE];

    llmreg_time_format(until, d.now.wall_ms + 60000);
    snprintf(body, sizeof body,
             "{\"role\":\"agent\",\"agent_id\":\"w1\",\"host\":\"Node1\","
             "\"expires\":\"%s\"}",
             until);
    desk_ask(&d, "admin", "POST " TOKENS, body, 201);
    ck_assert_str_eq(desk_get(&d, "token.agent"), "w1");
    ck_assert_str_eq(desk_get(&d, "token.host"), "node1");
    ck_assert_str_eq(desk_get(&d, "token.expires_at"), until);
    desk_ask(&d, "admin", "POST " TOKENS, "{\"role\":\"agent\",\"uses\":3}",
             201);
    ck_assert_str_eq(desk_get(&d, "token.uses_left"), "3");
}
END_TEST

static const struct {
    const char *body;
    unsigned status;
    const char *field;
} wrong[] = {
    {"{}", 422, "role"},
    {"{\"role\":\"king\"}", 422, "role"},
    {"{\"role\":\"reader\",\"expires\":\"2001-01-01T00:00:00Z\"}", 422,
     "expires"},
    {"{\"role\":\"reader\",\"expires\":5}", 422, "expires"},
    {"{\"role\":\"reader\",\"agent_id\":\"w1\"}", 422, NULL},
    {"{\"role\":\"reader\",\"uses\":1}", 422, NULL},
    {"{\"role\":\"agent\",\"uses\":0}", 422, "uses"},
    {"{\"role\":\"agent\",\"host\":\"a b\"}", 422, "host"},
    {"{\"role\":\"agent\",\"agent_id\":\"a b\"}", 422, NULL},
    {"{\"role\":\"agent\",\"secret\":\"mine\"}", 422, "secret"},
};

START_TEST(what_is_wrong_makes_no_token)
{
    size_t before;

    desk_ask(&d, "admin", "GET " TOKENS, NULL, 200);
    before = desk_count(&d, "tokens[].id");
    desk_ask(&d, "admin", "POST " TOKENS, wrong[_i].body, wrong[_i].status);
    if (wrong[_i].field != NULL)
        ck_assert_str_eq(desk_get(&d, "error.field"), wrong[_i].field);
    desk_ask(&d, "admin", "GET " TOKENS, NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "tokens[].id"), before);
}
END_TEST

START_TEST(tokens_are_listed_without_secrets)
{
    desk_ask(&d, "admin", "GET " TOKENS, NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "tokens[].id"), 5);
    ck_assert_uint_eq(desk_count(&d, "tokens[].digest"), 0);
    desk_ask(&d, "admin", "GET " TOKENS "?role=agent", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "tokens[].id"), 2);
    desk_ask(&d, "admin", "DELETE " TOKENS "/agent002", NULL, 200);
    desk_ask(&d, "admin", "GET " TOKENS "?role=agent&state=valid", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "tokens[].id"), "agent001");
    desk_ask(&d, "admin", "GET " TOKENS "?state=revoked", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "tokens[].id"), "agent002");
}
END_TEST

START_TEST(a_pending_token_is_approved_and_a_revoked_one_not)
{
    struct minted m;
    struct llmreg_token t = {
        .name = "", .agent = "", .host = "", .origin = "enrolment"};
    char call[120];

    ck_assert_int_eq(mint(&m), LLMREG_OK);
    t.id = m.id;
    memcpy(t.digest, m.digest, sizeof t.digest);
    ck_assert_int_eq(llmreg_token_add(d.registry, &t, &d.now, NULL, NULL),
                     LLMREG_OK);
    ask_with(m.text, "GET /nothing", 401);
    snprintf(call, sizeof call, "POST " TOKENS "/%s/approve", m.id);
    desk_ask(&d, "admin", call, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "state"), "valid");
    ask_with(m.text, "GET /nothing", 404);
    desk_ask(&d, "admin", "DELETE " TOKENS "/agent001", NULL, 200);
    desk_ask(&d, "admin", "POST " TOKENS "/agent001/approve", NULL, 409);
    desk_ask(&d, "admin", "POST " TOKENS "/nobody00/approve", NULL, 404);
    desk_ask(&d, "admin", "DELETE " TOKENS "/nobody00", NULL, 404);
    desk_ask(&d, "admin", "GET " TOKENS "/nobody00", NULL, 404);
}
END_TEST

/* ---- the audit ---- */

START_TEST(the_audit_tells_who_did_what_and_no_secret)
{
    char secret[WHO_TOKEN_SIZE];

    desk_ask(&d, "admin", "POST " TOKENS, "{\"role\":\"reader\"}", 201);
    snprintf(secret, sizeof secret, "%s", desk_get(&d, "secret"));
    desk_ask(&d, "operator", "POST /api/v1/endpoints", "{\"host\":\"gpu1\"}",
             201);
    desk_ask(&d, "admin", "GET /api/v1/audit", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "audit[].what"), "POST /api/v1/endpoints");
    ck_assert_str_eq(desk_get(&d, "audit[].who"), "token:operator operator");
    ck_assert_str_eq(desk_get(&d, "audit[].subject"), "gpu1:11434");
    ck_assert_str_eq(desk_nth(&d, "audit[].what", 1), "POST " TOKENS);
    ck_assert_str_eq(desk_nth(&d, "audit[].status", 1), "201");
    ck_assert_ptr_null(strstr(desk_body(&d), secret + 13));
    desk_ask(&d, "admin", "GET /api/v1/audit?who=token%3Aoperator", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "audit[].what"), 1);
    desk_ask(&d, "admin", "GET /api/v1/audit?subject=gpu2%3A11434", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "audit[].what"), 0);
}
END_TEST

START_TEST(the_audit_goes_back_page_by_page)
{
    char call[120], host[40];
    int left = 25;

    for (int i = 1; i <= 25; i++) {
        snprintf(host, sizeof host, "{\"host\":\"gpu%d\"}", i);
        desk_ask(&d, "operator", "POST /api/v1/endpoints", host, 201);
    }
    snprintf(call, sizeof call, "GET /api/v1/audit?limit=10");
    for (int page = 0; page < 3; page++) {
        desk_ask(&d, "admin", call, NULL, 200);
        for (size_t i = 0; i < desk_count(&d, "audit[].subject"); i++) {
            snprintf(host, sizeof host, "gpu%d:11434", left--);
            ck_assert_str_eq(desk_nth(&d, "audit[].subject", i), host);
        }
        snprintf(call, sizeof call, "GET /api/v1/audit?limit=10&cursor=%s",
                 desk_get(&d, "next"));
    }
    ck_assert_int_eq(left, 0);
    ck_assert_str_eq(desk_get(&d, "next"), "null");
    desk_ask(&d, "admin", "GET /api/v1/audit?cursor=LTU", NULL, 400);
}
END_TEST

/* ---- the file ---- */

static char log_lines[4096];

static void keep(void *ctx, enum llmreg_level level, const char *line)
{
    (void)ctx;
    (void)level;
    snprintf(log_lines + strlen(log_lines),
             sizeof log_lines - strlen(log_lines), "%s\n", line);
}

static int read_file(const char *text, struct llmreg_error *err)
{
    const struct llmreg_log log = {keep, NULL};

    room_write_file(&d.room, "tokens", text);
    ck_assert_int_eq(chmod(room_path(&d.room, "tokens"), 0600), 0);
    log_lines[0] = '\0';
    return token_file_read(room_path(&d.room, "tokens"), d.registry, &log,
                           &d.now, err);
}

#define S "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

START_TEST(tokens_of_the_file_are_known)
{
    struct llmreg_error err;

    ck_assert_int_eq(read_file("# comment\n\n \t \n"
                               "reader\tgrafana  lr1_fromfile_" S "\r\n"
                               "  # more\n"
                               "admin ada lr1_fromfil2_" S
                               " 2099-01-31T00:00:00Z",
                               &err),
                     LLMREG_OK);
    ask_with("lr1_fromfile_" S, "GET /api/v1/agents", 200);
    ask_with("lr1_fromfil2_" S, "GET " TOKENS "/fromfil2", 200);
    ck_assert_str_eq(desk_get(&d, "expires_at"), "2099-01-31T00:00:00.000Z");
    ck_assert_str_eq(desk_get(&d, "origin"), "file");
    ck_assert_str_eq(desk_get(&d, "name"), "ada");
}
END_TEST

START_TEST(what_was_revoked_stays_so_and_it_is_said)
{
    static const char *const text = "reader grafana lr1_fromfile_" S "\n"
                                    "reader other lr1_operator_" S "\n";
    struct llmreg_error err;

    ck_assert_int_eq(read_file(text, &err), LLMREG_OK);
    ck_assert_ptr_nonnull(strstr(log_lines, "operator")); /* another origin */
    desk_ask(&d, "admin", "DELETE " TOKENS "/fromfile", NULL, 200);
    ck_assert_int_eq(read_file(text, &err), LLMREG_OK);
    ask_with("lr1_fromfile_" S, "GET /api/v1/agents", 401);
    ck_assert_ptr_nonnull(strstr(log_lines, "line 1: token fromfile"));
    ck_assert_ptr_null(strstr(log_lines, S));
}
END_TEST

static const struct {
    const char *text, *says;
} bad_files[] = {
    {"reader grafana\n", "line 1: role, name, token"},
    {"\nreader x lr1_fromfile_" S " 2099-01-31T00:00:00Z x\n", "line 2"},
    {"king x lr1_fromfile_" S "\n", "the role must be"},
    {"reader x lr1_fromfile_" S "H\n", "the token must be"},
    {"reader x lr1_FROMFILE_" S "\n", "the token must be"},
    {"reader x lr1_fromfile_" S " tomorrow\n", "RFC 3339"},
    {"reader x\x01 lr1_fromfile_" S "\n", "name"},
};

START_TEST(a_file_that_is_wrong_seeds_nothing_and_names_no_secret)
{
    char text[600];
    struct llmreg_error err;

    snprintf(text, sizeof text, "reader ok lr1_fromfil9_" S "\n%s",
             bad_files[_i].text);
    ck_assert_int_eq(read_file(text, &err), LLMREG_EINVAL);
    ck_assert_int_eq(read_file(bad_files[_i].text, &err), LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, bad_files[_i].says) != NULL, "%s", err.text);
    ck_assert_ptr_nonnull(strstr(err.text, "/tokens"));
    ck_assert_ptr_null(strstr(err.text, S));
    ask_with("lr1_fromfil9_" S, "GET /api/v1/agents", 401);
}
END_TEST

START_TEST(a_file_that_others_may_read_is_refused)
{
    struct llmreg_error err;
    const struct llmreg_log log = {keep, NULL};
    const char *path = room_path(&d.room, "tokens");

    room_write_file(&d.room, "tokens", "");
    for (mode_t bit = 1; bit <= 040; bit *= 2) {
        ck_assert_int_eq(chmod(path, 0600 | bit), 0);
        ck_assert_int_eq(token_file_read(path, d.registry, &log, &d.now, &err),
                         LLMREG_EINVAL);
        ck_assert_ptr_nonnull(strstr(err.text, "chmod 600"));
    }
    ck_assert_int_eq(
        token_file_read("/nowhere/x", d.registry, &log, &d.now, &err),
        LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "/nowhere/x"));
    ck_assert_int_eq(
        token_file_read("/dev/null", d.registry, &log, &d.now, &err),
        LLMREG_EINVAL);
    ck_assert_int_eq(
        token_file_read(d.room.dir, d.registry, &log, &d.now, &err),
        LLMREG_EINVAL);
}
END_TEST

START_TEST(the_listener_reads_it_when_it_starts_or_does_not_start)
{
    static char path[128];
    struct api *api = NULL;
    struct llmreg_error err = {.text = ""};

    ck_assert_int_eq(read_file("", &err), LLMREG_OK);
    room_write_file(&d.room, "tokens", "reader x lr1_fromfile_" S "\n");
    snprintf(path, sizeof path, "%s", room_path(&d.room, "tokens"));
    desk_stop(&d);
    d.conf.token_file = path;
    desk_start(&d);
    ask_with("lr1_fromfile_" S, "GET /api/v1/agents", 200);
    room_write_file(&d.room, "tokens", "reader x\n");
    ck_assert_int_eq(api_new(&api, d.service, &d.conf, &d.counters, &err),
                     LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "line 1"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("token_routes");
    TCase *tc = tcase_create("token_routes");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_token_is_another_and_its_digest_fits);
    tcase_add_test(tc, a_token_is_made_used_and_revoked);
    tcase_add_test(
        tc, a_token_may_be_bound_limited_or_for_enrolment_from_the_start);
    tcase_add_loop_test(tc, what_is_wrong_makes_no_token, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, tokens_are_listed_without_secrets);
    tcase_add_test(tc, a_pending_token_is_approved_and_a_revoked_one_not);
    tcase_add_test(tc, the_audit_tells_who_did_what_and_no_secret);
    tcase_add_test(tc, the_audit_goes_back_page_by_page);
    tcase_add_test(tc, tokens_of_the_file_are_known);
    tcase_add_test(tc, what_was_revoked_stays_so_and_it_is_said);
    tcase_add_loop_test(tc,
                        a_file_that_is_wrong_seeds_nothing_and_names_no_secret,
                        0, (int)(sizeof bad_files / sizeof bad_files[0]));
    tcase_add_test(tc, a_file_that_others_may_read_is_refused);
    tcase_add_test(tc, the_listener_reads_it_when_it_starts_or_does_not_start);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
