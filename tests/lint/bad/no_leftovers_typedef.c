/* SPDX-License-Identifier: MIT */
/* as common/base/x.c */
typedef struct x x_t;
