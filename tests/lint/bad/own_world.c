/* SPDX-License-Identifier: MIT */
/* as tests/unit/test_x.c */
static const char *const data = "/home/me/payloads";
