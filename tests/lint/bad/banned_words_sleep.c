/* SPDX-License-Identifier: MIT */
/* as tests/unit/test_x.c */
static void f(void)
{
    usleep(1);
}
