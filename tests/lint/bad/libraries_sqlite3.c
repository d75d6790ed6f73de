/* SPDX-License-Identifier: MIT */
/* as common/registry/x.c */
static sqlite3 *f(void);
