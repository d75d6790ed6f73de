/* SPDX-License-Identifier: MIT */
/* test_clock.c - the kernel's clocks, and a clock that a test made. */
#include <llmreg/clock.h>

#include <check.h>

#include <time.h>

/* Not time(): its clock is a tick behind this one. */
static int64_t kernels_wall_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

START_TEST(the_system_clock_reads_both_times)
{
    int64_t before = kernels_wall_ms();
    struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    int64_t after = kernels_wall_ms();

    ck_assert_int_gt(now.mono_ns, 0);
    ck_assert_int_ge(now.wall_ms, before);
    ck_assert_int_le(now.wall_ms, after);
}
END_TEST

START_TEST(monotonic_time_never_goes_back)
{
    int64_t last = 0;

    for (int i = 0; i < 1000; i++) {
        struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);

        ck_assert_int_ge(now.mono_ns, last);
        last = now.mono_ns;
    }
}
END_TEST

static void read_fake(void *ctx, struct llmreg_now *out)
{
    *out = *(const struct llmreg_now *)ctx;
}

START_TEST(a_clock_can_be_replaced)
{
    struct llmreg_now fake = {.mono_ns = 5, .wall_ms = -7};
    const struct llmreg_clock clock = {.read = read_fake, .ctx = &fake};
    struct llmreg_now now = llmreg_clock_now(&clock);

    ck_assert_int_eq(now.mono_ns, 5);
    ck_assert_int_eq(now.wall_ms, -7);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("clock");
    TCase *tc = tcase_create("clock");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, the_system_clock_reads_both_times);
    tcase_add_test(tc, monotonic_time_never_goes_back);
    tcase_add_test(tc, a_clock_can_be_replaced);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
