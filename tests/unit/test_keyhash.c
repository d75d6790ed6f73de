/* SPDX-License-Identifier: MIT */
/* test_keyhash.c - hashes that differ where they should. */
#include "common/registry/keyhash.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(the_same_key_and_seed_give_the_same_hash)
{
    char a[40], b[48];

    for (size_t len = 0; len < sizeof a; len++) {
        memset(a, 'x', sizeof a);
        memset(b, 'y', sizeof b);
        memcpy(b + 3, a, len); /* another place, other neighbours */
        ck_assert_uint_eq(keyhash(1, a, len), keyhash(1, b + 3, len));
    }
}
END_TEST

START_TEST(every_byte_and_the_length_count)
{
    char key[40] = {0};

    for (size_t len = 0; len < sizeof key; len++) {
        uint64_t hash = keyhash(1, key, len);
        if (len + 1 < sizeof key)
            ck_assert_uint_ne(hash, keyhash(1, key, len + 1));
        for (size_t i = 0; i < len; i++) {
            key[i] ^= 1;
            ck_assert_uint_ne(hash, keyhash(1, key, len));
            key[i] ^= 1;
        }
    }
}
END_TEST

START_TEST(the_seed_counts_and_is_not_always_the_same)
{
    ck_assert_uint_ne(keyhash(1, "gpu1:11434", 10),
                      keyhash(2, "gpu1:11434", 10));
    ck_assert_uint_ne(keyhash_seed(), keyhash_seed());
}
END_TEST

START_TEST(names_that_look_alike_spread_over_the_low_bits)
{
    static unsigned char filled[4096];
    size_t used = 0;
    char key[32];

    memset(filled, 0, sizeof filled);
    for (int i = 0; i < 4096; i++) {
        int len =
            snprintf(key, sizeof key, "10.0.%d.%d:11434", i / 256, i % 256);
        unsigned char *at = &filled[keyhash(77, key, (size_t)len) % 4096];
        used += *at == 0;
        *at = 1;
    }
    /* Chance fills 1 - 1/e of them, 2589; five deviations are about 100. */
    ck_assert_uint_gt(used, 2489);
    ck_assert_uint_lt(used, 2689);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("keyhash");
    TCase *t = tcase_create("keyhash");

    tcase_add_test(t, the_same_key_and_seed_give_the_same_hash);
    tcase_add_test(t, every_byte_and_the_length_count);
    tcase_add_test(t, the_seed_counts_and_is_not_always_the_same);
    tcase_add_test(t, names_that_look_alike_spread_over_the_low_bits);
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
