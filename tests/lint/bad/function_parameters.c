/* SPDX-License-Identifier: MIT */
/* as common/base/x.c */
static int f(int a, int (*b)(int, int), int c,
             int d, int e, int g)
{
    return 0;
}
