/* SPDX-License-Identifier: MIT */
/* test_spec_part.c - published specifications: copied whole, compared. */
#include "common/registry/spec_part.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/registry.h>

static const struct llmreg_label labels[] = {{"site", "berlin"}, {"rack", ""}};

static const struct llmreg_override nothing;

static struct llmreg_spec spec(void)
{
    struct llmreg_spec s = {
        .id = "gpu1:11434",
        .url = "http://gpu1:11434",
        .name = "gpu1",
        .host = "gpu1",
        .series = "11434",
        .origin = "",
        .kind = LLMREG_KIND_OLLAMA,
        .source = LLMREG_SOURCE_MANUAL,
        .priority = 50,
        .interval_ms = 30000,
        .labels = labels,
        .nlabels = 2,
    };

    return s;
}

static const char *diff(const struct llmreg_spec *a,
                        const struct llmreg_spec *b)
{
    static char storage[128];
    struct llmreg_text text;

    llmreg_text_init(&text, storage, sizeof storage);
    spec_part_diff(a, b, &text);
    ck_assert_int_eq(llmreg_text_status(&text), LLMREG_OK);
    return storage;
}

START_TEST(a_copy_is_equal_and_shares_nothing)
{
    char url[] = "http://gpu1:11434";
    struct llmreg_spec source = spec();
    source.url = url;
    struct spec_part *p = spec_part_new(&source, &nothing);

    ck_assert_ptr_nonnull(p);
    ck_assert_str_eq(diff(&source, &p->spec), "");
    url[0] = 'x';
    ck_assert_str_eq(p->spec.url, "http://gpu1:11434");
    ck_assert_ptr_ne(p->spec.labels, source.labels);
    ck_assert_str_eq(p->spec.labels[0].value, "berlin");
    ck_assert_str_eq(p->spec.labels[1].value, "");
    llmreg_spec_put(&p->spec);
    llmreg_spec_put(NULL);
}
END_TEST

START_TEST(a_spec_without_labels_is_copied_too)
{
    struct llmreg_spec source = spec();
    source.labels = NULL;
    source.nlabels = 0;
    struct spec_part *p = spec_part_new(&source, &nothing);

    ck_assert_ptr_nonnull(p);
    ck_assert_ptr_eq(spec_part_of(&p->spec), p);
    ck_assert_str_eq(diff(&source, &p->spec), "");
    llmreg_spec_put(&p->spec);
}
END_TEST

START_TEST(each_field_that_differs_is_named)
{
    const struct llmreg_label others[] = {{"site", "berlin"}, {"rack", "12"}};
    struct llmreg_spec a = spec(), b = spec();

    b.name = "gpu2";
    b.priority = 60;
    ck_assert_str_eq(diff(&a, &b), "name, priority");
    b = spec();
    b.url = "http://gpu1:11435";
    b.host = "x";
    b.origin = "config";
    b.owner = "gpu1";
    b.kind = LLMREG_KIND_VLLM;
    b.source = LLMREG_SOURCE_STATIC;
    b.interval_ms = 1;
    ck_assert_str_eq(diff(&a, &b),
                     "url, host, origin, owner, kind, source, interval");
    b = spec();
    b.labels = others;
    ck_assert_str_eq(diff(&a, &b), "labels");
    b.nlabels = 1;
    ck_assert_str_eq(diff(&a, &b), "labels");
}
END_TEST

START_TEST(what_is_overridden_is_read_and_what_was_named_is_kept)
{
    const struct llmreg_label own[] = {{"tier", "gold"}};
    const struct llmreg_override override = {.fields = LLMREG_FIELDS,
                                             .name = "the first",
                                             .priority = 0,
                                             .labels = own,
                                             .nlabels = 1};
    const struct llmreg_spec source = spec();
    struct spec_part *p = spec_part_new(&source, &override);

    ck_assert_ptr_nonnull(p);
    ck_assert_str_eq(diff(&source, llmreg_spec_named(&p->spec)), "");
    ck_assert_str_eq(diff(&source, &p->spec), "name, priority, labels");
    ck_assert_str_eq(p->spec.name, "the first");
    ck_assert_int_eq(p->spec.priority, 0);
    ck_assert_uint_eq(p->spec.nlabels, 1);
    ck_assert_str_eq(p->spec.labels[0].value, "gold");
    ck_assert_ptr_ne(p->spec.labels, own);
    ck_assert_ptr_ne(p->spec.name, override.name);
    llmreg_spec_put(&p->spec);
}
END_TEST

START_TEST(a_field_that_is_not_overridden_means_nothing)
{
    const struct llmreg_override override = {
        .fields = LLMREG_FIELD_LABELS, .name = "x", .priority = 7};
    const struct llmreg_spec source = spec();
    struct spec_part *p = spec_part_new(&source, &override);

    ck_assert_ptr_nonnull(p);
    ck_assert_str_eq(diff(&source, &p->spec), "labels");
    ck_assert_uint_eq(p->spec.nlabels, 0);
    ck_assert_str_eq(llmreg_spec_override(&p->spec)->name, "");
    llmreg_spec_put(&p->spec);
}
END_TEST

static const char *diff_of(const struct llmreg_override *a,
                           const struct llmreg_override *b)
{
    static char storage[128];
    struct llmreg_text text;

    llmreg_text_init(&text, storage, sizeof storage);
    spec_part_diff_override(a, b, &text);
    return storage;
}

START_TEST(what_is_overridden_differs_by_field)
{
    const struct llmreg_override a = {.fields = LLMREG_FIELDS,
                                      .name = "x",
                                      .priority = 0,
                                      .labels = labels,
                                      .nlabels = 2};
    struct llmreg_override b = a;

    ck_assert_str_eq(diff_of(&a, &b), "");
    ck_assert_str_eq(diff_of(&a, &nothing), "name, priority, labels");
    b.name = "y";
    ck_assert_str_eq(diff_of(&a, &b), "name");
    b.fields = LLMREG_FIELD_NAME | LLMREG_FIELD_LABELS;
    b.nlabels = 1;
    ck_assert_str_eq(diff_of(&b, &a), "name, priority, labels");
    b = a;
    b.priority = 1;
    ck_assert_str_eq(diff_of(&a, &b), "priority");
}
END_TEST

static const struct {
    const char *id, *owner, *on;
} places[] = {
    {"gpu1:11434", "", "gpu1"},
    {"gpu1:11434/v1", NULL, "gpu1"},
    {"[2001:db8::1]:11434/v1", "", "2001:db8::1"},
    {"10.0.0.1:80", "", "10.0.0.1"},
    {"10.0.0.1:80", "Rack-7.example", "rack-7.example"},
    {"10.0.0.1:80", "::FFFF:10.0.0.2", "10.0.0.2"},
};

/* A4: what links an endpoint to a host is spelled as hosts are. */
START_TEST(an_endpoint_is_on_its_owner_or_on_the_host_of_its_id)
{
    struct llmreg_spec source = spec();
    source.id = places[_i].id;
    source.owner = places[_i].owner;
    struct spec_part *p = spec_part_new(&source, &nothing);

    ck_assert_ptr_nonnull(p);
    ck_assert_str_eq(p->on, places[_i].on);
    ck_assert_str_eq(p->spec.owner, source.owner == NULL ? "" : source.owner);
    llmreg_spec_put(&p->spec);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("spec_part");
    TCase *t = tcase_create("spec_part");

    tcase_add_test(t, a_copy_is_equal_and_shares_nothing);
    tcase_add_test(t, a_spec_without_labels_is_copied_too);
    tcase_add_test(t, each_field_that_differs_is_named);
    tcase_add_test(t, what_is_overridden_is_read_and_what_was_named_is_kept);
    tcase_add_test(t, a_field_that_is_not_overridden_means_nothing);
    tcase_add_test(t, what_is_overridden_differs_by_field);
    tcase_add_loop_test(t, an_endpoint_is_on_its_owner_or_on_the_host_of_its_id,
                        0, sizeof places / sizeof places[0]);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
