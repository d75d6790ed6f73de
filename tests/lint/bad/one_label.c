/* SPDX-License-Identifier: MIT */
/* as common/base/x.c */
static void f(void)
{
    goto out;
out:
    return;
}
