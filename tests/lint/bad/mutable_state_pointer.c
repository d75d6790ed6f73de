/* SPDX-License-Identifier: MIT */
/* as common/base/x.c */
static const char *last = "";
