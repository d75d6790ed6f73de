/* SPDX-License-Identifier: MIT */
/* as common/bus/x.c */
static void f(void)
{
    rcu_read_lock();
}
