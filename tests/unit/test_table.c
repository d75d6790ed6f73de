/* SPDX-License-Identifier: MIT */
/* test_table.c - a hash table against the simplest thing that could work. */
#include <llmreg/table.h>

#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Linked in place of the allocator's: the first `grants` calls succeed, if
 * not negative, and the others fail. */
static int grants = -1;

void *__real_calloc(size_t n, size_t size);
char *__real_strdup(const char *s);
void *__wrap_calloc(size_t n, size_t size);
char *__wrap_strdup(const char *s);

static bool granted(void)
{
    if (grants > 0)
        grants--;
    else if (grants == 0)
        return false;
    return true;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return granted() ? __real_calloc(n, size) : NULL;
}

char *__wrap_strdup(const char *s)
{
    return granted() ? __real_strdup(s) : NULL;
}

static struct llmreg_table *new_table(void)
{
    struct llmreg_table *t = NULL;

    ck_assert_int_eq(llmreg_table_new(&t), LLMREG_OK);
    return t;
}

START_TEST(what_was_added_is_found)
{
    struct llmreg_table *t = new_table();
    int a, b;

    ck_assert_int_eq(llmreg_table_add(t, "a", &a), LLMREG_OK);
    ck_assert_int_eq(llmreg_table_add(t, "", &b), LLMREG_OK);
    ck_assert_ptr_eq(llmreg_table_get(t, "a"), &a);
    ck_assert_ptr_eq(llmreg_table_get(t, ""), &b);
    ck_assert_ptr_null(llmreg_table_get(t, "b"));
    ck_assert_uint_eq(llmreg_table_count(t), 2);
    llmreg_table_free(t);
}
END_TEST

START_TEST(keys_are_copied)
{
    struct llmreg_table *t = new_table();
    char key[] = "abc";
    int a;

    ck_assert_int_eq(llmreg_table_add(t, key, &a), LLMREG_OK);
    key[0] = 'x';
    ck_assert_ptr_eq(llmreg_table_get(t, "abc"), &a);
    ck_assert_ptr_null(llmreg_table_get(t, key));
    llmreg_table_free(t);
}
END_TEST

START_TEST(adding_twice_keeps_the_first_value)
{
    struct llmreg_table *t = new_table();
    int a, b;

    ck_assert_int_eq(llmreg_table_add(t, "k", &a), LLMREG_OK);
    ck_assert_int_eq(llmreg_table_add(t, "k", &b), LLMREG_EEXIST);
    ck_assert_ptr_eq(llmreg_table_get(t, "k"), &a);
    ck_assert_uint_eq(llmreg_table_count(t), 1);
    llmreg_table_free(t);
}
END_TEST

START_TEST(nothing_is_no_value)
{
    struct llmreg_table *t = new_table();

    ck_assert_int_eq(llmreg_table_add(t, "k", NULL), LLMREG_EINVAL);
    ck_assert_uint_eq(llmreg_table_count(t), 0);
    llmreg_table_free(t);
}
END_TEST

START_TEST(what_was_removed_is_handed_back_and_gone)
{
    struct llmreg_table *t = new_table();
    int a;

    ck_assert_ptr_null(llmreg_table_remove(t, "k"));
    ck_assert_int_eq(llmreg_table_add(t, "k", &a), LLMREG_OK);
    ck_assert_ptr_eq(llmreg_table_remove(t, "k"), &a);
    ck_assert_ptr_null(llmreg_table_remove(t, "k"));
    ck_assert_ptr_null(llmreg_table_get(t, "k"));
    ck_assert_uint_eq(llmreg_table_count(t), 0);
    llmreg_table_free(t);
}
END_TEST

START_TEST(without_memory_there_is_no_table)
{
    struct llmreg_table *t = NULL;

    grants = _i;
    ck_assert_int_eq(llmreg_table_new(&t), LLMREG_ENOMEM);
    ck_assert_ptr_null(t);
}
END_TEST

/* 12 pairs fill the first slots; the 13th needs more of them and a key. */
START_TEST(without_memory_nothing_is_added)
{
    struct llmreg_table *t = new_table();
    int a;

    for (char key[] = "a"; key[0] < 'a' + 12; key[0]++)
        ck_assert_int_eq(llmreg_table_add(t, key, &a), LLMREG_OK);
    grants = _i;
    ck_assert_int_eq(llmreg_table_add(t, "new", &a), LLMREG_ENOMEM);
    grants = -1;
    ck_assert_uint_eq(llmreg_table_count(t), 12);
    ck_assert_ptr_null(llmreg_table_get(t, "new"));
    ck_assert_ptr_eq(llmreg_table_get(t, "l"), &a);
    ck_assert_int_eq(llmreg_table_add(t, "new", &a), LLMREG_OK);
    llmreg_table_free(t);
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
    llmreg_table_free(NULL);
}
END_TEST

START_TEST(a_walk_through_an_empty_table_ends_at_once)
{
    struct llmreg_table *t = new_table();
    size_t cursor = 0;
    const char *key;
    void *value;

    ck_assert(!llmreg_table_next(t, &cursor, &key, &value));
    ck_assert(!llmreg_table_next(t, &cursor, &key, &value));
    llmreg_table_free(t);
}
END_TEST

/* Every key "0" to "999" with a place in marks, once each. */
static void add_thousand(struct llmreg_table *t, char marks[static 1000])
{
    for (int i = 0; i < 1000; i++) {
        char key[16];

        snprintf(key, sizeof key, "%d", i);
        ck_assert_int_eq(llmreg_table_add(t, key, &marks[i]), LLMREG_OK);
    }
}

START_TEST(a_walk_meets_everything_once_also_while_removing)
{
    struct llmreg_table *t = new_table();
    char marks[1000] = "";
    size_t cursor = 0;
    const char *key;
    void *value;

    add_thousand(t, marks);
    while (llmreg_table_next(t, &cursor, &key, &value)) {
        char copy[16];

        ++*(char *)value;
        ck_assert_int_eq(snprintf(copy, sizeof copy, "%s", key),
                         (int)strlen(key));
        if (_i == 1)
            ck_assert_ptr_eq(llmreg_table_remove(t, copy), value);
    }
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(marks[i], 1);
    ck_assert_uint_eq(llmreg_table_count(t), _i == 1 ? 0 : 1000);
    llmreg_table_free(t);
}
END_TEST

START_TEST(coming_and_going_for_ever_finds_room)
{
    struct llmreg_table *t = new_table();
    int a;

    for (int i = 0; i < 20000; i++) {
        char key[16];

        snprintf(key, sizeof key, "%d", i);
        ck_assert_int_eq(llmreg_table_add(t, key, &a), LLMREG_OK);
        ck_assert_ptr_eq(llmreg_table_remove(t, key), &a);
    }
    ck_assert_uint_eq(llmreg_table_count(t), 0);
    llmreg_table_free(t);
}
END_TEST

/* ---- the model: one place a key, a value or NULL ---- */

#define KEYS 300

struct model {
    struct llmreg_table *table;
    char *values[KEYS]; /* what the table must hold */
    char pool[KEYS][2]; /* values to choose from */
    size_t count;
    uint64_t random;
};

static unsigned draw(struct model *m, unsigned below)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (unsigned)(m->random >> 32) % below;
}

static void step_add(struct model *m, unsigned k, const char *key)
{
    char *value = &m->pool[k][draw(m, 2)];
    const bool there = m->values[k] != NULL;

    ck_assert_int_eq(llmreg_table_add(m->table, key, value),
                     there ? LLMREG_EEXIST : LLMREG_OK);
    if (!there) {
        m->values[k] = value;
        m->count++;
    }
}

static void step_remove(struct model *m, unsigned k, const char *key)
{
    ck_assert_ptr_eq(llmreg_table_remove(m->table, key), m->values[k]);
    m->count -= m->values[k] != NULL;
    m->values[k] = NULL;
}

static void step_walk(const struct model *m)
{
    size_t cursor = 0;
    size_t met = 0;
    const char *key;
    void *value;

    for (; llmreg_table_next(m->table, &cursor, &key, &value); met++) {
        unsigned k = 0;

        ck_assert_int_eq(sscanf(key, "key-%u", &k), 1);
        ck_assert_uint_lt(k, KEYS);
        ck_assert_ptr_eq(value, m->values[k]);
    }
    ck_assert_uint_eq(met, m->count);
}

/* The share of removals goes up and down, so that the table grows, shrinks
 * and fills with gone slots. */
static void step(struct model *m, unsigned n)
{
    const unsigned k = draw(m, KEYS);
    char key[16];

    snprintf(key, sizeof key, "key-%u", k);
    if (draw(m, 100) < (n / 2500 % 2 == 0 ? 70 : 30))
        step_add(m, k, key);
    else
        step_remove(m, k, key);
    ck_assert_ptr_eq(llmreg_table_get(m->table, key), m->values[k]);
    ck_assert_uint_eq(llmreg_table_count(m->table), m->count);
    if (draw(m, 500) == 0)
        step_walk(m);
}

START_TEST(random_operations_agree_with_a_naive_array)
{
    struct model m = {.random = UINT64_C(0x9e3779b97f4a7c15) + (unsigned)_i};

    m.table = new_table();
    for (unsigned n = 0; n < 20000; n++)
        step(&m, n);
    llmreg_table_free(m.table);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("table");
    TCase *tc = tcase_create("table");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, what_was_added_is_found);
    tcase_add_test(tc, keys_are_copied);
    tcase_add_test(tc, adding_twice_keeps_the_first_value);
    tcase_add_test(tc, nothing_is_no_value);
    tcase_add_test(tc, what_was_removed_is_handed_back_and_gone);
    tcase_add_loop_test(tc, without_memory_there_is_no_table, 0, 2);
    tcase_add_loop_test(tc, without_memory_nothing_is_added, 0, 2);
    tcase_add_test(tc, freeing_nothing_is_fine);
    tcase_add_test(tc, a_walk_through_an_empty_table_ends_at_once);
    tcase_add_loop_test(tc, a_walk_meets_everything_once_also_while_removing, 0,
                        2);
    tcase_add_test(tc, coming_and_going_for_ever_finds_room);
    tcase_add_loop_test(tc, random_operations_agree_with_a_naive_array, 0, 3);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
