/* SPDX-License-Identifier: MIT */
/* test_hash.c - the same for ever, and even in its low bits. */
#include <llmreg/table.h>

#include <check.h>

#include <stdio.h>
#include <string.h>

/* Computed apart from the program; on disk in names of files. */
static const struct {
    const char *key;
    uint64_t hash;
} frozen[] = {
    {"", UINT64_C(0xefd01f60ba992926)},
    {"a", UINT64_C(0x82a2a958a9bece5b)},
    {"llama3:latest", UINT64_C(0x03cb789a2f05196f)},
    {"gpu1.example:11434", UINT64_C(0x7ca2ed349f45f4b7)},
    {"a/b", UINT64_C(0xf2a5b2f60b006aec)},
    {"a b", UINT64_C(0x53ca607c98c45326)},
};

START_TEST(a_hash_never_changes)
{
    ck_assert_uint_eq(llmreg_hash(frozen[_i].key, strlen(frozen[_i].key)),
                      frozen[_i].hash);
}
END_TEST

START_TEST(bytes_after_the_length_do_not_count)
{
    ck_assert_uint_eq(llmreg_hash("a/bc", 3), frozen[4].hash);
    ck_assert_uint_ne(llmreg_hash("a\0b", 3), llmreg_hash("a\0c", 3));
}
END_TEST

/* 65536 keys that differ in two digits of an address, a port or a name, into
 * 256 buckets of 256: chi-squared with 255 degrees of freedom is 255 on
 * average, and over 371 once in a million fair throws. */
static double chi_squared(int (*write_key)(char key[static 64], unsigned i),
                          unsigned shift)
{
    unsigned buckets[256] = {0};
    double sum = 0;

    for (unsigned i = 0; i < 65536; i++) {
        char key[64];
        int len = write_key(key, i);

        buckets[llmreg_hash(key, (size_t)len) >> shift & 255]++;
    }
    for (int i = 0; i < 256; i++)
        sum += (buckets[i] - 256.0) * (buckets[i] - 256.0) / 256.0;
    return sum;
}

static int write_address(char key[static 64], unsigned i)
{
    return snprintf(key, 64, "10.1.%u.%u:11434", i >> 8, i & 255);
}

static int write_port(char key[static 64], unsigned i)
{
    return snprintf(key, 64, "127.0.0.1:%u", i);
}

static int write_name(char key[static 64], unsigned i)
{
    return snprintf(key, 64, "gpu%u-%u", i & 255, i >> 8);
}

START_TEST(keys_that_look_alike_spread_evenly_in_every_byte)
{
    static int (*const writers[])(char key[static 64], unsigned i) = {
        write_address, write_port, write_name};

    for (unsigned shift = 0; shift < 64; shift += 8)
        ck_assert_double_lt(chi_squared(writers[_i], shift), 371.0);
}
END_TEST

/* Schedules take the remainder by an interval in nanoseconds. */
START_TEST(remainders_spread_over_an_interval)
{
    const uint64_t interval = UINT64_C(10000000000);
    unsigned tenths[10] = {0};

    for (unsigned i = 0; i < 10000; i++) {
        char key[64];
        int len =
            snprintf(key, sizeof key, "10.0.%u.%u:11434", i / 250, i % 250);
        uint64_t phase = llmreg_hash(key, (size_t)len) % interval;

        tenths[phase * 10 / interval]++;
    }
    for (int i = 0; i < 10; i++) {
        ck_assert_uint_gt(tenths[i], 850);
        ck_assert_uint_lt(tenths[i], 1150);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hash");
    TCase *tc = tcase_create("hash");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_loop_test(tc, a_hash_never_changes, 0,
                        sizeof frozen / sizeof frozen[0]);
    tcase_add_test(tc, bytes_after_the_length_do_not_count);
    tcase_add_loop_test(tc, keys_that_look_alike_spread_evenly_in_every_byte, 0,
                        3);
    tcase_add_test(tc, remainders_spread_over_an_interval);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
