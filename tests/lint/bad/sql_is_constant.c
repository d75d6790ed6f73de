/* SPDX-License-Identifier: MIT */
/* as common/store/x.c */
static void f(char *s, const char *id)
{
    snprintf(s, 9, "SELECT 1 WHERE id = %s", id);
}
