/* SPDX-License-Identifier: MIT */
/* test_token_json.c - tokens and the audit as people and programs get them. */
#include <llmreg/audit.h>

#include "tests/unit/json_page.h"
#include "tests/unit/keyring.h"

#define ID "ab12cd34"

static void write_token(void)
{
    const struct llmreg_token *t = llmreg_token_get(fleet, ID);

    llmreg_token_use(t, 900);
    begin();
    llmreg_token_json(&w, NULL, t, &fleet_now);
    llmreg_token_put(t);
}

START_TEST(a_token_is_written_whole_but_for_its_digest)
{
    struct llmreg_token t = keyring_token(ID);

    t.agent = "a-1";
    t.host = "gpu1";
    t.expires_ms = 5000;
    keyring_add(&t);
    write_token();
    end_as("{\"id\":\"ab12cd34\",\"name\":\"rack 7\",\"role\":\"agent\","
           "\"state\":\"valid\",\"agent\":\"a-1\",\"host\":\"gpu1\","
           "\"origin\":\"file\",\"approved\":true,\"uses\":null,"
           "\"uses_left\":null,"
           "\"created_at\":\"1970-01-01T00:00:01.000Z\",\"created_at_ms\":1000,"
           "\"expires_at\":\"1970-01-01T00:00:05.000Z\",\"expires_at_ms\":5000,"
           "\"revoked_at\":null,\"revoked_at_ms\":null,"
           "\"used_at\":\"1970-01-01T00:00:00.900Z\",\"used_at_ms\":900}");
}
END_TEST

START_TEST(what_a_token_has_not_is_null)
{
    struct llmreg_token t = keyring_enrolment(ID, 2);

    t.name = "";
    t.approved = false;
    keyring_add(&t);
    write_token();
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_ptr_nonnull(strstr(page.text, "\"name\":null"));
    ck_assert_ptr_nonnull(strstr(page.text, "\"agent\":null,\"host\":null"));
    ck_assert_ptr_nonnull(strstr(page.text, "\"state\":\"pending\""));
    ck_assert_ptr_nonnull(strstr(page.text, "\"uses\":2,\"uses_left\":2"));
}
END_TEST

START_TEST(an_entry_of_the_audit_is_written_whole)
{
    const struct llmreg_audit entry = {
        .seq = 9,
        .time_ms = 1500,
        .who = "token:ab12cd34 rack \"7\"",
        .from = "10.0.0.7",
        .what = "POST /api/v1/endpoints",
        .subject = "gpu1:11434",
        .detail = "priority 50 to 60",
        .status = 200,
    };

    begin();
    llmreg_audit_json(&w, NULL, &entry);
    end_as("{\"seq\":9,\"time\":\"1970-01-01T00:00:01.500Z\",\"time_ms\":1500,"
           "\"who\":\"token:ab12cd34 rack \\\"7\\\"\",\"from\":\"10.0.0.7\","
           "\"what\":\"POST /api/v1/endpoints\",\"subject\":\"gpu1:11434\","
           "\"detail\":\"priority 50 to 60\",\"status\":200}");
}
END_TEST

START_TEST(what_an_entry_has_not_is_null)
{
    const struct llmreg_audit entry = {.seq = 9,
                                       .who = "anonymous",
                                       .from = "",
                                       .what = "GET /",
                                       .subject = "",
                                       .detail = ""};

    begin();
    llmreg_audit_json(&w, NULL, &entry);
    end_as("{\"seq\":9,\"time\":null,\"time_ms\":null,\"who\":\"anonymous\","
           "\"from\":null,\"what\":\"GET /\",\"subject\":null,"
           "\"detail\":null,\"status\":null}");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("token_json");
    TCase *tc = tcase_create("token_json");

    tcase_add_checked_fixture(tc, fleet_setup, fleet_teardown);
    tcase_add_test(tc, a_token_is_written_whole_but_for_its_digest);
    tcase_add_test(tc, what_a_token_has_not_is_null);
    tcase_add_test(tc, an_entry_of_the_audit_is_written_whole);
    tcase_add_test(tc, what_an_entry_has_not_is_null);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
