/* SPDX-License-Identifier: MIT */
/* as common/base/x.c */
static int f(void); // why
