/* SPDX-License-Identifier: MIT */
/* as common/domain/x.c */
#include <yajl/yajl_parse.h>
