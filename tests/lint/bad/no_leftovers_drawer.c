/* SPDX-License-Identifier: MIT */
/* as common/base/x.c */
#if 0
#endif
