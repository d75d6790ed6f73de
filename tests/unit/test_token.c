/* SPDX-License-Identifier: MIT */
/* test_token.c - what a token must look like, and what it is good for. */
#include <llmreg/token.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1000

static struct llmreg_token valid(void)
{
    const struct llmreg_token token = {
        .id = "ab12cd34",
        .digest = {[31] = 1},
        .name = "rack 7",
        .role = LLMREG_ROLE_AGENT,
        .agent = "a-1",
        .host = "gpu1.example",
        .origin = "api",
        .created_ms = 5,
        .approved = true,
    };

    return token;
}

static struct llmreg_token bare(void)
{
    struct llmreg_token token = valid();

    token.agent = token.host = "";
    return token;
}

/* ---- roles ---- */

START_TEST(roles_are_a_ladder_and_agent_stands_aside)
{
    static const char *const may[LLMREG_ROLES] = {
        [LLMREG_ROLE_AGENT] = "A---",
        [LLMREG_ROLE_READER] = "-R--",
        [LLMREG_ROLE_OPERATOR] = "ARO-",
        [LLMREG_ROLE_ADMIN] = "AROM",
    };

    for (int has = 0; has < LLMREG_ROLES; has++)
        for (int needed = 0; needed < LLMREG_ROLES; needed++)
            ck_assert_msg(llmreg_role_may(has, needed) ==
                              (may[has][needed] != '-'),
                          "%d may %d", has, needed);
}
END_TEST

/* ---- states ---- */

static const struct {
    int64_t expires_ms, revoked_ms;
    bool approved;
    uint32_t uses, left;
    enum llmreg_token_state state;
} lives[] = {
    {0, 0, true, 0, 0, LLMREG_TOKEN_VALID},
    {NOW + 1, 0, true, 0, 0, LLMREG_TOKEN_VALID},
    {NOW, 0, true, 0, 0, LLMREG_TOKEN_EXPIRED},
    {0, 0, false, 0, 0, LLMREG_TOKEN_PENDING},
    {0, 0, true, 3, 1, LLMREG_TOKEN_VALID},
    {0, 0, true, 3, 0, LLMREG_TOKEN_SPENT},
    {0, 0, false, 3, 0, LLMREG_TOKEN_SPENT},
    {1, 0, false, 3, 0, LLMREG_TOKEN_EXPIRED},
    {0, NOW + 5, true, 0, 0, LLMREG_TOKEN_REVOKED},
    {1, 1, false, 3, 0, LLMREG_TOKEN_REVOKED},
};

START_TEST(the_worst_of_what_is_true_is_its_state)
{
    struct llmreg_token t = bare();

    t.expires_ms = lives[_i].expires_ms;
    t.revoked_ms = lives[_i].revoked_ms;
    t.approved = lives[_i].approved;
    t.uses = lives[_i].uses;
    t.uses_left = lives[_i].left;
    ck_assert_int_eq(llmreg_token_state(&t, NOW), lives[_i].state);
}
END_TEST

START_TEST(every_state_has_its_own_word)
{
    for (int a = 0; a < LLMREG_TOKEN_STATES; a++)
        for (int b = a + 1; b < LLMREG_TOKEN_STATES; b++)
            ck_assert_str_ne(llmreg_token_state_text(a),
                             llmreg_token_state_text(b));
    ck_assert_str_eq(llmreg_token_state_text(LLMREG_TOKEN_VALID), "valid");
    ck_assert_str_eq(llmreg_token_state_text(LLMREG_TOKEN_STATES), "invalid");
}
END_TEST

/* ---- checks ---- */

static char long_text[LLMREG_TOKEN_NAME_SIZE + 200];

#define SET(field, value, says)                                                \
    static const char *set_##says(struct llmreg_token *t)                      \
    {                                                                          \
        t->field = value;                                                      \
        return #field;                                                         \
    }
SET(id, "ab12cd3", id_short)
SET(id, "ab12cd345", id_long)
SET(id, "AB12cd34", id_letters)
SET(id, "ab12cd3\n", id_control)
SET(id, NULL, id_none)
SET(name, "a\nb", name_control)
SET(name, "\xff", name_utf8)
SET(name, long_text, name_long)
SET(role, LLMREG_ROLES, role_none)
SET(agent, "a b", agent_chars)
SET(agent, long_text, agent_long)
SET(host, "-?", host_chars)
SET(host, NULL, host_none)
SET(origin, "", origin_empty)
SET(origin, "a b", origin_chars)
SET(created_ms, -1, created)
SET(expires_ms, -1, expires)
SET(revoked_ms, -1, revoked)
SET(uses, LLMREG_TOKEN_USES_MAX + 1, uses_max)
SET(uses_left, 1, uses_left)

static const char *set_reader_bound(struct llmreg_token *t)
{
    t->role = LLMREG_ROLE_READER;
    return "role";
}

static const char *set_admin_enrols(struct llmreg_token *t)
{
    t->role = LLMREG_ROLE_ADMIN;
    t->agent = t->host = "";
    t->uses = 1;
    return "role";
}

static const char *set_enrolment_bound(struct llmreg_token *t)
{
    t->uses = 1;
    t->agent = "";
    return "uses";
}

static const char *set_no_digest(struct llmreg_token *t)
{
    memset(t->digest, 0, sizeof t->digest);
    return "digest";
}

static const char *(*const mistakes[])(struct llmreg_token *) = {
    set_id_short,     set_id_long,      set_id_letters,      set_id_control,
    set_id_none,      set_name_control, set_name_utf8,       set_name_long,
    set_role_none,    set_agent_chars,  set_agent_long,      set_host_chars,
    set_host_none,    set_origin_empty, set_origin_chars,    set_created,
    set_expires,      set_revoked,      set_uses_max,        set_uses_left,
    set_reader_bound, set_admin_enrols, set_enrolment_bound, set_no_digest,
};
#define MISTAKES ((int)(sizeof mistakes / sizeof mistakes[0]))

START_TEST(what_is_wrong_is_named)
{
    struct llmreg_token t = valid();
    struct llmreg_error err = {""};

    memset(long_text, 'x', sizeof long_text - 1);
    const char *field = mistakes[_i](&t);
    ck_assert_int_eq(llmreg_token_check(&t, &err), LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, field) != NULL, "%s: %s", field, err.text);
    ck_assert_int_eq(llmreg_token_check(&t, NULL), LLMREG_EINVAL);
}
END_TEST

START_TEST(what_is_right_passes)
{
    struct llmreg_token t = valid(), enrolment = bare(), admin = bare();

    enrolment.uses = enrolment.uses_left = LLMREG_TOKEN_USES_MAX;
    admin.role = LLMREG_ROLE_ADMIN;
    admin.name = "";
    ck_assert_int_eq(llmreg_token_check(&t, NULL), LLMREG_OK);
    ck_assert_int_eq(llmreg_token_check(&enrolment, NULL), LLMREG_OK);
    ck_assert_int_eq(llmreg_token_check(&admin, NULL), LLMREG_OK);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("token");
    TCase *tc = tcase_create("token");

    tcase_add_test(tc, roles_are_a_ladder_and_agent_stands_aside);
    tcase_add_loop_test(tc, the_worst_of_what_is_true_is_its_state, 0,
                        (int)(sizeof lives / sizeof lives[0]));
    tcase_add_test(tc, every_state_has_its_own_word);
    tcase_add_loop_test(tc, what_is_wrong_is_named, 0, MISTAKES);
    tcase_add_test(tc, what_is_right_passes);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
