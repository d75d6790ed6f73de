/* SPDX-License-Identifier: MIT */
/* test_models_check.c - a good list passes; each wrong field is named. */
#include <llmreg/endpoint.h>

#include <llmreg/names.h>
#include <llmreg/text.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct llmreg_model items[LLMREG_MODELS_MAX + 1];
static struct llmreg_models list;
static char text[2048];

static void setup(void)
{
    items[0] = llmreg_model_unknown("a:latest");
    items[1] = llmreg_model_unknown("b\xc3\xa9:latest");
    items[1].digest = "sha256:0123";
    items[1].loaded = LLMREG_YES;
    items[1].expires_ms = INT64_MAX;
    list = (struct llmreg_models){.items = items, .count = 2};
}

static void accepts(void)
{
    struct llmreg_error err = {""};

    ck_assert_msg(llmreg_models_check(&list, &err) == LLMREG_OK, "%s",
                  err.text);
}

static void refuses(const char *part)
{
    struct llmreg_error err = {""};

    ck_assert_int_eq(llmreg_models_check(&list, &err), LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, part) != NULL, "%s", err.text);
    ck_assert(llmreg_is_clean(err.text, strlen(err.text)));
    ck_assert_int_eq(llmreg_models_check(&list, NULL), LLMREG_EINVAL);
}

static const char *filled(size_t count)
{
    memset(text, 'a', count);
    text[count] = '\0';
    return text;
}

START_TEST(a_good_list_passes)
{
    accepts();
    list.count = 0;
    accepts();
    list.items = NULL;
    accepts();
}
END_TEST

START_TEST(a_list_has_its_bound)
{
    for (size_t i = 0; i <= LLMREG_MODELS_MAX; i++)
        items[i] = llmreg_model_unknown("a:latest");
    list.count = LLMREG_MODELS_MAX;
    accepts();
    list.count++;
    refuses("1025 models, allowed are 1024");
}
END_TEST

START_TEST(a_name_has_1_to_1023_bytes)
{
    items[1].name = filled(LLMREG_MODEL_SIZE - 1);
    accepts();
    items[1].name = filled(LLMREG_MODEL_SIZE);
    refuses("has 1024 bytes, allowed are 1 to 1023");
    items[1].name = "";
    refuses("model 2 \"\": name \"\" has 0 bytes");
    items[1].name = NULL;
    refuses("model 2 \"\": name is missing");
}
END_TEST

static const char **texts(struct llmreg_model *m, int i)
{
    const char **all[] = {&m->digest, &m->family, &m->parameter_size,
                          &m->quantization};

    return all[i];
}

static const char *const text_names[] = {"digest", "family", "parameter_size",
                                         "quantization"};

START_TEST(other_texts_may_be_unknown_and_have_1024_bytes)
{
    *texts(&items[0], _i) = "";
    accepts();
    *texts(&items[0], _i) = NULL;
    accepts();
    *texts(&items[0], _i) = filled(LLMREG_MODEL_TEXT);
    accepts();
    *texts(&items[0], _i) = filled(LLMREG_MODEL_TEXT + 1);
    refuses("has 1025 bytes, allowed are 0 to 1024");
    refuses(text_names[_i]);
    refuses("model 1 \"a:latest\": ");
}
END_TEST

static const char *const dirty[] = {
    "a\nb",
    "\x01",
    "a\x1b[31m",
    "0123456789\x7f",
    "\xff",
    "\xc2\x85",
    "\xc0\xaf",
    "1234567\t",
    "12345678\xed\xa0\x80",
    ("0123456\x1f"
     "89abcdef"),
};

#define DIRTY ((int)(sizeof dirty / sizeof dirty[0]))

START_TEST(no_text_has_control_characters_or_broken_UTF_8)
{
    items[1].name = dirty[_i];
    refuses("is not plain UTF-8 text");
    for (int i = 0; i < 4; i++) {
        setup();
        *texts(&items[1], i) = dirty[_i];
        refuses("is not plain UTF-8 text");
        refuses(text_names[i]);
    }
}
END_TEST

START_TEST(a_number_is_known_or_minus_one)
{
    static const char *const names[] = {
        "size_bytes",   "context_max", "context_effective", "max_output_tokens",
        "loaded_bytes", "vram_bytes",  "expires_ms"};
    struct llmreg_model *m = &items[1];
    int64_t *const all[] = {&m->size_bytes,        &m->context_max,
                            &m->context_effective, &m->max_output_tokens,
                            &m->loaded_bytes,      &m->vram_bytes,
                            &m->expires_ms};

    *all[_i] = 0;
    accepts();
    *all[_i] = INT64_MAX;
    accepts();
    *all[_i] = -2;
    refuses("-2 is not within -1 to 9223372036854775807");
    refuses(names[_i]);
    *all[_i] = INT64_MIN;
    refuses(names[_i]);
}
END_TEST

START_TEST(a_word_is_unknown_no_or_yes)
{
    static const char *const parts[] = {"loaded 3 is none", "vision 3 is none",
                                        "tools 3 is none",
                                        "json_mode 3 is none"};
    struct llmreg_model *m = &items[1];
    enum llmreg_tristate *const all[] = {&m->loaded, &m->vision, &m->tools,
                                         &m->json_mode};

    *all[_i] = LLMREG_NO;
    accepts();
    *all[_i] = LLMREG_YES + 1;
    refuses(parts[_i]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("models_check");
    TCase *tc = tcase_create("models_check");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, a_good_list_passes);
    tcase_add_test(tc, a_list_has_its_bound);
    tcase_add_test(tc, a_name_has_1_to_1023_bytes);
    tcase_add_loop_test(tc, other_texts_may_be_unknown_and_have_1024_bytes, 0,
                        4);
    tcase_add_loop_test(tc, no_text_has_control_characters_or_broken_UTF_8, 0,
                        DIRTY);
    tcase_add_loop_test(tc, a_number_is_known_or_minus_one, 0, 7);
    tcase_add_loop_test(tc, a_word_is_unknown_no_or_yes, 0, 4);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
