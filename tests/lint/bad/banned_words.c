/* SPDX-License-Identifier: MIT */
/* as common/base/x.c */
static void f(void)
{
    abort();
}
