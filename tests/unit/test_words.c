/* SPDX-License-Identifier: MIT */
/* test_words.c - every enumeration, to a word and back. */
#include <llmreg/alert.h>
#include <llmreg/agent.h>
#include <llmreg/endpoint.h>
#include <llmreg/health.h>
#include <llmreg/session.h>
#include <llmreg/token.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* The enumerations differ only in their type; these make them alike. */
#define ALIKE(name, type)                                                      \
    static const char *name##_text(unsigned v)                                 \
    {                                                                          \
        return llmreg_##name##_text((type)v);                                  \
    }                                                                          \
    static int name##_parse(const char *s, unsigned *out)                      \
    {                                                                          \
        type v = (type)99;                                                     \
        int rc = llmreg_##name##_parse(s, &v);                                 \
        *out = v;                                                              \
        return rc;                                                             \
    }

ALIKE(kind, enum llmreg_kind)
ALIKE(source, enum llmreg_source)
ALIKE(admin, enum llmreg_admin)
ALIKE(health, enum llmreg_health_state)
ALIKE(reason, enum llmreg_reason)
ALIKE(presence, enum llmreg_presence)
ALIKE(severity, enum llmreg_severity)
ALIKE(entity, enum llmreg_entity)
ALIKE(session_type, enum llmreg_session_type)
ALIKE(session_status, enum llmreg_session_status)
ALIKE(role, enum llmreg_role)

static const struct {
    const char *words; /* in the order of their values */
    unsigned count;
    const char *(*text)(unsigned v);
    int (*parse)(const char *s, unsigned *out);
} all[] = {
    {"auto ollama vllm llamacpp lmstudio exo sglang tgi localai koboldcpp "
     "openai generic",
     LLMREG_KINDS, kind_text, kind_parse},
    {"static manual auto mdns", LLMREG_SOURCES, source_text, source_parse},
    {"active draining disabled maintenance", LLMREG_ADMINS, admin_text,
     admin_parse},
    {"unknown healthy degraded unhealthy unreachable", LLMREG_HEALTH_STATES,
     health_text, health_parse},
    {"none ok timeout refused dns tls http_status hung parse auth "
     "rate_limited busy loading",
     LLMREG_REASONS, reason_text, reason_parse},
    {"starting connecting online late stale offline stopped", LLMREG_PRESENCES,
     presence_text, presence_parse},
    {"okay warning failure", LLMREG_SEVERITIES, severity_text, severity_parse},
    {"endpoint agent host session alert store clock token audit",
     LLMREG_ENTITIES, entity_text, entity_parse},
    {"cluster hotline service tocp", LLMREG_SESSION_TYPES, session_type_text,
     session_type_parse},
    {"establishing established degraded closed failed", LLMREG_SESSION_STATUSES,
     session_status_text, session_status_parse},
    {"agent reader operator admin", LLMREG_ROLES, role_text, role_parse},
};
#define ALL ((int)(sizeof all / sizeof all[0]))

START_TEST(the_words_are_the_ones_that_are_documented)
{
    char words[256] = "";
    size_t len = 0;

    for (unsigned v = 0; v < all[_i].count; v++) {
        const char *text = all[_i].text(v);
        size_t n = strlen(text);
        memcpy(words + len, text, n);
        words[len + n] = ' ';
        len += n + 1;
    }
    words[len - 1] = '\0';
    ck_assert_str_eq(words, all[_i].words);
}
END_TEST

START_TEST(a_word_reads_back_to_its_value)
{
    for (unsigned v = 0; v < all[_i].count; v++) {
        unsigned back = 99;
        ck_assert_int_eq(all[_i].parse(all[_i].text(v), &back), LLMREG_OK);
        ck_assert_uint_eq(back, v);
    }
}
END_TEST

START_TEST(no_value_is_invalid)
{
    ck_assert_str_eq(all[_i].text(all[_i].count), "invalid");
    ck_assert_str_eq(all[_i].text(UINT32_MAX), "invalid");
}
END_TEST

static const char *const strangers[] = {
    "", "invalid", "Auto", "active ", "HEALTHY", "ok\n", "nonexistent"};

START_TEST(another_word_is_none)
{
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        unsigned v = 0;
        ck_assert_int_eq(all[_i].parse(strangers[i], &v), LLMREG_ENOENT);
        ck_assert_uint_eq(v, 99);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("words");
    TCase *tc = tcase_create("words");

    tcase_add_loop_test(tc, the_words_are_the_ones_that_are_documented, 0, ALL);
    tcase_add_loop_test(tc, a_word_reads_back_to_its_value, 0, ALL);
    tcase_add_loop_test(tc, no_value_is_invalid, 0, ALL);
    tcase_add_loop_test(tc, another_word_is_none, 0, ALL);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
