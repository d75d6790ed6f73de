/* SPDX-License-Identifier: MIT */
/* test_names.c - a model has one name, and different things have different
 * ones, also in collectd. */
#include <llmreg/names.h>

#include <llmreg/table.h>

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- models ---- */

static const struct {
    const char *name, *normal;
} models[] = {
    {"llama3", "llama3:latest"},
    {"llama3:latest", "llama3:latest"},
    {"llama3:8b", "llama3:8b"},
    {"library/llama3", "library/llama3:latest"},
    {"host:5000/library/llama3", "host:5000/library/llama3:latest"},
    {"hf.co/bartowski/Llama-3.2-1B-GGUF:Q4_K_M",
     "hf.co/bartowski/Llama-3.2-1B-GGUF:Q4_K_M"},
    {"mod\xc3\xa8le", "mod\xc3\xa8le:latest"},
    {"a/", "a/:latest"},
    {":", ":"},
};

START_TEST(a_model_gets_a_tag_if_it_has_none)
{
    char out[LLMREG_MODEL_SIZE];

    ck_assert_int_eq(
        llmreg_model_name(models[_i].name, strlen(models[_i].name), out),
        LLMREG_OK);
    ck_assert_str_eq(out, models[_i].normal);
}
END_TEST

START_TEST(a_normalised_name_stays)
{
    char once[LLMREG_MODEL_SIZE];
    char twice[LLMREG_MODEL_SIZE];

    ck_assert_int_eq(
        llmreg_model_name(models[_i].name, strlen(models[_i].name), once),
        LLMREG_OK);
    ck_assert_int_eq(llmreg_model_name(once, strlen(once), twice), LLMREG_OK);
    ck_assert_str_eq(once, twice);
}
END_TEST

static const struct {
    const char *name;
    size_t len;
} dirty[] = {{"", 0}, {"a\0b", 3}, {"a\nb", 3}, {"a\xff", 2}, {"\x7f", 1}};

START_TEST(an_unclean_model_has_no_name)
{
    char out[LLMREG_MODEL_SIZE] = "untouched";

    ck_assert_int_eq(llmreg_model_name(dirty[_i].name, dirty[_i].len, out),
                     LLMREG_EINVAL);
    ck_assert_str_eq(out, "untouched");
}
END_TEST

START_TEST(the_bound_of_a_model_counts_the_tag)
{
    char name[LLMREG_MODEL_SIZE];
    char out[LLMREG_MODEL_SIZE];

    memset(name, 'm', sizeof name);
    ck_assert_int_eq(llmreg_model_name(name, 1016, out), LLMREG_OK);
    ck_assert_uint_eq(strlen(out), LLMREG_MODEL_SIZE - 1);
    ck_assert_int_eq(llmreg_model_name(name, 1017, out), LLMREG_ETOOBIG);
    name[0] = ':';
    ck_assert_int_eq(llmreg_model_name(name, 1023, out), LLMREG_OK);
    ck_assert_int_eq(llmreg_model_name(name, 1024, out), LLMREG_ETOOBIG);
}
END_TEST

/* ---- series ---- */

static const char *const plain[] = {"a",
                                    "a_b",
                                    "a.b",
                                    "a:b",
                                    "gpu1.example:11434",
                                    "user@host+1",
                                    "llama3:8b-instruct-q4_K_M",
                                    "a-1234567",  /* seven digits */
                                    "a-1234567g", /* not hexadecimal */
                                    "a-1234567F", /* ours are small */
                                    "a_12345678"};

START_TEST(a_plain_name_stays_as_it_is)
{
    char out[LLMREG_SERIES_SIZE];

    llmreg_series_name(plain[_i], out);
    ck_assert_str_eq(out, plain[_i]);
}
END_TEST

static const struct {
    const char *name, *stem;
} changed[] = {
    {"", "_"},
    {"a/b", "a_b"},
    {"a b", "a_b"},
    {".hidden", "_hidden"},
    {"..", "_."},
    {"-x", "_x"},
    {"a\nb", "a_b"},
    {"caf\xc3\xa9", "caf__"},
    {"x-deadbeef", "x-deadbeef"},
    {"-deadbeef", "_deadbeef"},
};

START_TEST(a_changed_name_carries_its_hash)
{
    const char *name = changed[_i].name;
    char expected[200];
    char out[LLMREG_SERIES_SIZE];

    snprintf(expected, sizeof expected, "%s-%08x", changed[_i].stem,
             (unsigned)llmreg_hash(name, strlen(name)));
    llmreg_series_name(name, out);
    ck_assert_str_eq(out, expected);
}
END_TEST

START_TEST(the_forms_on_disk_never_change)
{
    char out[LLMREG_SERIES_SIZE];

    llmreg_series_name("a/b", out);
    ck_assert_str_eq(out, "a_b-0b006aec");
    llmreg_series_name("a b", out);
    ck_assert_str_eq(out, "a_b-98c45326");
    llmreg_series_name("", out);
    ck_assert_str_eq(out, "_-ba992926");
}
END_TEST

START_TEST(a_long_name_is_cut_and_hashed)
{
    char name[300];
    char out[LLMREG_SERIES_SIZE];

    memset(name, 'n', sizeof name);
    name[100] = '\0';
    llmreg_series_name(name, out);
    ck_assert_str_eq(out, name);
    name[100] = 'n';
    name[101] = '\0';
    llmreg_series_name(name, out);
    ck_assert_uint_eq(strlen(out), 100);
    ck_assert_int_eq(strncmp(out, name, 91), 0);
    ck_assert_int_eq(out[91], '-');
}
END_TEST

/* ---- different names stay different ---- */

/* The series name of name is safe in a path, and nobody else's: seen maps
 * series names to the copies of the names that they came from. */
static void claim(struct llmreg_table *seen, const char *name)
{
    char out[LLMREG_SERIES_SIZE];
    char *copy = strdup(name);
    int rc;

    llmreg_series_name(name, out);
    ck_assert_uint_le(strlen(out), LLMREG_SERIES_SIZE - 1);
    ck_assert_uint_gt(strlen(out), 0);
    ck_assert_uint_eq(strspn(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:+@-"
                                  "abcdefghijklmnopqrstuvwxyz"),
                      strlen(out));
    ck_assert(out[0] != '.' && out[0] != '-');
    ck_assert_ptr_nonnull(copy);
    rc = llmreg_table_add(seen, out, copy);
    if (rc == LLMREG_OK)
        return;
    ck_assert_int_eq(rc, LLMREG_EEXIST);
    ck_assert_msg(strcmp(llmreg_table_get(seen, out), name) == 0,
                  "\"%s\" and \"%s\" are both %s", name,
                  (char *)llmreg_table_get(seen, out), out);
    free(copy);
}

static void free_seen(struct llmreg_table *seen)
{
    size_t cursor = 0;
    const char *key;
    void *value;

    while (llmreg_table_next(seen, &cursor, &key, &value))
        free(value);
    llmreg_table_free(seen);
}

/* Claims name, then what it became, then what that became: a name that looks
 * like a hashed one is the first thing an attacker tries. */
static void claim_chain(struct llmreg_table *seen, const char *name)
{
    char out[LLMREG_SERIES_SIZE];

    claim(seen, name);
    for (int i = 0; i < 4; i++) {
        llmreg_series_name(name, out);
        claim(seen, out);
        name = out;
    }
}

START_TEST(evil_names_stay_different)
{
    static const char *const evil[] = {"a/b",
                                       "a_b",
                                       "a b",
                                       "a:b",
                                       "a\\b",
                                       "a\nb",
                                       "a\tb",
                                       "a__b",
                                       "a//b",
                                       "/a/b",
                                       "a/b/",
                                       "",
                                       "_",
                                       "-",
                                       ".",
                                       "..",
                                       "...",
                                       "_-",
                                       "-_",
                                       "_._",
                                       "_-00000000",
                                       "-00000000",
                                       "x-00000000",
                                       "x-0000000",
                                       "x_00000000",
                                       "a_b-0b006aec",
                                       "a/b-0b006aec",
                                       "a_b-98c45326",
                                       "_-ba992926",
                                       "caf\xc3\xa9",
                                       "caf\xc3\xa8",
                                       "caf\xe9",
                                       "caf__",
                                       "CAFE",
                                       "cafe"};
    struct llmreg_table *seen = NULL;
    char name[300];

    ck_assert_int_eq(llmreg_table_new(&seen), LLMREG_OK);
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++)
        claim_chain(seen, evil[i]);
    memset(name, 'n', sizeof name);
    for (size_t len = sizeof name - 1; len >= 85; len--) {
        name[len] = '\0'; /* equal in the first 85 to 298 bytes */
        claim_chain(seen, name);
    }
    free_seen(seen);
}
END_TEST

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 11;
}

/* Short names of few characters meet each other often; long ones share their
 * beginning. */
static void random_name(uint64_t *state, char out[static 256])
{
    static const char alphabet[] = "ab01-_./: \xc3\xa9";
    const size_t same = next_random(state) % 4 == 0 ? 127 : 0;
    const size_t len = same + next_random(state) % 12;

    memset(out, 'n', same);
    for (size_t i = same; i < len; i++)
        out[i] = alphabet[next_random(state) % (sizeof alphabet - 1)];
    out[len] = '\0';
}

START_TEST(random_names_stay_different)
{
    const uint64_t seed = UINT64_C(20261121);
    uint64_t state = seed;
    struct llmreg_table *seen = NULL;
    char name[256];

    printf("random_names_stay_different: seed %llu\n",
           (unsigned long long)seed);
    ck_assert_int_eq(llmreg_table_new(&seen), LLMREG_OK);
    for (int i = 0; i < 20000; i++) {
        random_name(&state, name);
        claim(seen, name);
    }
    free_seen(seen);
}
END_TEST

#define COUNT(table) (sizeof table / sizeof table[0])

int main(void)
{
    Suite *s = suite_create("names");
    TCase *tc = tcase_create("names");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_loop_test(tc, a_model_gets_a_tag_if_it_has_none, 0,
                        COUNT(models));
    tcase_add_loop_test(tc, a_normalised_name_stays, 0, COUNT(models));
    tcase_add_loop_test(tc, an_unclean_model_has_no_name, 0, COUNT(dirty));
    tcase_add_test(tc, the_bound_of_a_model_counts_the_tag);
    tcase_add_loop_test(tc, a_plain_name_stays_as_it_is, 0, COUNT(plain));
    tcase_add_loop_test(tc, a_changed_name_carries_its_hash, 0, COUNT(changed));
    tcase_add_test(tc, the_forms_on_disk_never_change);
    tcase_add_test(tc, a_long_name_is_cut_and_hashed);
    tcase_add_test(tc, evil_names_stay_different);
    tcase_add_test(tc, random_names_stay_different);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
