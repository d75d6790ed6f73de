/* SPDX-License-Identifier: MIT */
/* test_crc.c - the known answers, and the processor and the table agree. */
#include "common/store/care/crc.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(known_answers_are_given)
{
    unsigned char bytes[32];

    ck_assert_uint_eq(crc_add(0, "123456789", 9), 0xe3069283U);
    ck_assert_uint_eq(crc_by_table(0, "123456789", 9), 0xe3069283U);
    memset(bytes, 0, sizeof bytes); /* RFC 3720, B.4 */
    ck_assert_uint_eq(crc_add(0, bytes, sizeof bytes), 0x8a9136aaU);
    memset(bytes, 0xff, sizeof bytes);
    ck_assert_uint_eq(crc_by_table(0, bytes, sizeof bytes), 0x62a8ab43U);
    ck_assert_uint_eq(crc_add(0, "", 0), 0);
}
END_TEST

START_TEST(processor_and_table_agree)
{
    unsigned char bytes[300];

    srand(1);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)rand();
    for (size_t from = 0; from < 9; from++)
        for (size_t len = 0; from + len <= sizeof bytes; len++) {
            const uint32_t before = (uint32_t)rand();
            ck_assert_uint_eq(crc_add(before, bytes + from, len),
                              crc_by_table(before, bytes + from, len));
        }
}
END_TEST

START_TEST(pieces_add_up)
{
    const uint32_t first = crc_add(0, "12345", 5);

    ck_assert_uint_eq(crc_add(first, "6789", 4), crc_add(0, "123456789", 9));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crc");
    TCase *tc = tcase_create("crc");

    tcase_add_test(tc, known_answers_are_given);
    tcase_add_test(tc, processor_and_table_agree);
    tcase_add_test(tc, pieces_add_up);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
