/* SPDX-License-Identifier: MIT */
/* as common/service/x.c */
#include <plugin.h>
