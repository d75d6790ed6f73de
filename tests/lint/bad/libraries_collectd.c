/* SPDX-License-Identifier: MIT */
/* as plugins/llm_probe/x.c */
static void f(const value_list_t *vl);
